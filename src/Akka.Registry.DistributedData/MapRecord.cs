namespace Akka.Registry.DistributedData;

/// <summary>What a record is about.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Instance">The instance's id within the service.</param>
public sealed record RecordKey(string Service, string Instance);

/// <summary>The winning write of one key. Immutable; shared between the map, the registry and the frames that carry it.</summary>
/// <param name="Key">What it is about.</param>
/// <param name="Order">Decides which of two records of the key wins; ties break by dot.</param>
/// <param name="Dot">Who wrote it. For a live record the origin owns the lease.</param>
/// <param name="Value">The encoded value; empty for a tombstone.</param>
public sealed record MapRecord(RecordKey Key, RecordOrder Order, Dot Dot, ReadOnlyMemory<byte> Value)
{
    /// <summary>Whether the entry is there.</summary>
    public bool IsLive => !Order.IsRemoval;

    /// <summary>Whether this record wins over the other one of the same key: by order, then by dot.</summary>
    public bool Beats(MapRecord other)
    {
        var order = Order.CompareTo(other.Order);
        return order != 0 ? order > 0 : Dot.CompareTo(other.Dot) > 0;
    }
}
