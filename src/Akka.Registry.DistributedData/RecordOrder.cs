using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>When, and by whom, a write was made: a total order.</summary>
/// <param name="Time">The hybrid time.</param>
/// <param name="Node">The writer; breaks ties.</param>
public readonly record struct Stamp(HybridTimestamp Time, NodeUid Node) : IComparable<Stamp>
{
    /// <inheritdoc/>
    public int CompareTo(Stamp other)
    {
        var byTime = Time.CompareTo(other.Time);
        return byTime != 0 ? byTime : Node.CompareTo(other.Node);
    }
}

/// <summary>
/// Which of two records of one key wins: the greater. A removal stands just above what it removes, never at the time of removal.
/// </summary>
/// <param name="Epoch">The instance's epoch; a newer one beats every older one.</param>
/// <param name="Deregistered">The epoch has ended for good.</param>
/// <param name="Stamp">The write's stamp; a removal keeps that of what it removes.</param>
/// <param name="Evicted">Removed for silence; the next write of the same epoch beats it.</param>
public readonly record struct RecordOrder(ulong Epoch, bool Deregistered, Stamp Stamp, bool Evicted) : IComparable<RecordOrder>
{
    /// <summary>Whether the record is a tombstone.</summary>
    public bool IsRemoval => Deregistered || Evicted;

    /// <inheritdoc/>
    public int CompareTo(RecordOrder other)
    {
        var order = Epoch.CompareTo(other.Epoch);
        if (order == 0)
            order = Deregistered.CompareTo(other.Deregistered);
        if (order == 0)
            order = Stamp.CompareTo(other.Stamp);
        return order != 0 ? order : Evicted.CompareTo(other.Evicted);
    }
}

/// <summary>Who made a write, and as which of its writes.</summary>
/// <param name="Origin">The node incarnation that wrote.</param>
/// <param name="Sequence">1 for its first write.</param>
public readonly record struct Dot(NodeUid Origin, ulong Sequence) : IComparable<Dot>
{
    /// <inheritdoc/>
    public int CompareTo(Dot other)
    {
        var byOrigin = Origin.CompareTo(other.Origin);
        return byOrigin != 0 ? byOrigin : Sequence.CompareTo(other.Sequence);
    }
}
