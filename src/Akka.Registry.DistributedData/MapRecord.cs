using Akka.Registry.Cluster;
using Akka.Registry.Contracts;

namespace Akka.Registry.DistributedData;

/// <summary>What a record is about.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Instance">The instance's id within the service.</param>
/// <remarks>Many tables are by key: it knows its hash once it was asked.</remarks>
public sealed record RecordKey(string Service, string Instance)
{
    private int _hash;

    /// <summary>The service's name.</summary>
    public string Service { get; init => (field, _hash) = (value, 0); } = Service;

    /// <summary>The instance's id within the service.</summary>
    public string Instance { get; init => (field, _hash) = (value, 0); } = Instance;

    /// <inheritdoc/>
    public bool Equals(RecordKey? other) => ReferenceEquals(this, other)
        || (other is not null && GetHashCode() == other.GetHashCode() && string.Equals(Instance, other.Instance, StringComparison.Ordinal)
            && string.Equals(Service, other.Service, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
            _hash = HashOf(Service, Instance);
        return _hash;
    }

    /// <summary>The hash of the key of these names: for who has the characters and no texts of them.</summary>
    public static int HashOf(ReadOnlySpan<char> service, ReadOnlySpan<char> instance)
    {
        var hash = HashCode.Combine(
            string.GetHashCode(service, StringComparison.Ordinal), string.GetHashCode(instance, StringComparison.Ordinal));
        return hash == 0 ? 1 : hash;
    }
}

/// <summary>The winning write of one key. Immutable; shared between the map, the registry and the frames that carry it.</summary>
/// <param name="Key">What it is about.</param>
/// <param name="Order">Decides which of two records of the key wins; ties break by dot.</param>
/// <param name="Dot">Who wrote it. For a live record the origin owns the lease.</param>
/// <param name="Value">The encoded value; empty for a tombstone.</param>
public sealed record MapRecord(RecordKey Key, RecordOrder Order, Dot Dot, ReadOnlyMemory<byte> Value)
{
    private readonly byte[]? _signature;

    /// <summary>Its origin's signature over all of it; empty where records are not signed.</summary>
    public ReadOnlyMemory<byte> Signature
    {
        get => _signature;
        init => _signature = value.IsEmpty ? null : value.ToArray();
    }

    /// <summary>Whether the entry is there.</summary>
    public bool IsLive => !Order.IsRemoval;

    /// <summary>Whether it may be: it names somebody, somebody wrote it, and a tombstone holds nothing.</summary>
    public bool IsWellFormed =>
        Key.Service.Length > 0 && Key.Instance.Length > 0 && !Dot.Origin.IsNone && Dot.Sequence > 0 && Dot.Life > 0 && (IsLive || Value.IsEmpty);

    /// <summary>Reads a record from the wire.</summary>
    /// <returns>False when it is not well formed.</returns>
    public static bool TryFromWire(WireRecord wire, out MapRecord record)
    {
        ArgumentNullException.ThrowIfNull(wire);
        var stamp = new Stamp(new HybridTimestamp(wire.StampTime), new NodeUid(wire.StampNode));
        record = new MapRecord(
            new RecordKey(wire.Service, wire.Instance),
            new RecordOrder(wire.Epoch, wire.Deregistered, stamp, wire.Evicted),
            new Dot(new NodeUid(wire.Origin), wire.Sequence, wire.Life),
            wire.Value.Memory)
        {
            Signature = wire.Signature.Memory,
        };
        return record.IsWellFormed;
    }

    /// <summary>Whether this record wins over the other one of the same key: by order, then by dot.</summary>
    public bool Beats(MapRecord other)
    {
        var order = Order.CompareTo(other.Order);
        return order != 0 ? order > 0 : Dot.CompareTo(other.Dot) > 0;
    }
}
