using System.Runtime.InteropServices;
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
[StructLayout(LayoutKind.Auto)]
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

/// <summary>One life of a node's state: whose writes are numbered together, and covered together.</summary>
/// <remarks>
/// A node that takes everything anew gives up writes that nobody may have; its next ones are numbered from 1 in a new life, so that
/// nobody who covers them claims to cover what was given up.
/// </remarks>
/// <param name="Node">The node incarnation that writes.</param>
/// <param name="Life">1 for its first life.</param>
public readonly record struct Origin(NodeUid Node, uint Life) : IComparable<Origin>
{
    /// <summary>The node's first life.</summary>
    public static implicit operator Origin(NodeUid node) => new(node, 1);

    /// <inheritdoc/>
    public int CompareTo(Origin other)
    {
        var byNode = Node.CompareTo(other.Node);
        return byNode != 0 ? byNode : Life.CompareTo(other.Life);
    }

    /// <summary>The node's uid; with a dot and the number of the life when it is not the first.</summary>
    public override string ToString() => Life == 1 ? Node.ToString() : $"{Node}.{Life}";
}

/// <summary>Who made a write, and as which of its writes.</summary>
/// <param name="Origin">The node incarnation that wrote.</param>
/// <param name="Sequence">1 for the first write of a life.</param>
/// <param name="Life">In which of its lives.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Dot(NodeUid Origin, ulong Sequence, uint Life = 1) : IComparable<Dot>
{
    /// <summary>The node and its life.</summary>
    public Origin Writer => new(Origin, Life);

    /// <inheritdoc/>
    public int CompareTo(Dot other)
    {
        var byWriter = Writer.CompareTo(other.Writer);
        return byWriter != 0 ? byWriter : Sequence.CompareTo(other.Sequence);
    }
}
