using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Values;

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
/// <remarks>There are as many of these as there are instances: what order and dot consist of lies side by side, without gaps.</remarks>
public sealed record MapRecord
{
    /// <summary>What the value has for itself, and the signature after it.</summary>
    private readonly byte[] _own = [];
    private readonly SharedPart? _shared;
    private readonly ulong _epoch;
    private readonly HybridTimestamp _stampedAt;
    private readonly Authors _authors;
    private readonly ulong _sequence;
    private readonly int _signatureLength;
    private readonly ushort _sharedAt;
    private readonly bool _isDeregistered;
    private readonly bool _isEvicted;

    private int ValueLength => _own.Length - _signatureLength;

    /// <summary>A record.</summary>
    /// <param name="key">What it is about.</param>
    /// <param name="order">Decides which of two records of the key wins.</param>
    /// <param name="dot">Who wrote it.</param>
    /// <param name="value">The encoded value; empty for a tombstone.</param>
    public MapRecord(RecordKey key, RecordOrder order, Dot dot, RecordValue value)
    {
        Key = key;
        (_epoch, _isDeregistered, (_stampedAt, var stampedBy), _isEvicted) = order;
        (var origin, _sequence, var life) = dot;
        _authors = Authors.Of(stampedBy, origin, life);
        Value = value;
    }

    /// <summary>What it is about.</summary>
    public RecordKey Key { get; init; }

    /// <summary>Decides which of two records of the key wins; ties break by dot.</summary>
    public RecordOrder Order
    {
        get => new(_epoch, _isDeregistered, new Stamp(_stampedAt, _authors.StampedBy), _isEvicted);
        init
        {
            (_epoch, _isDeregistered, (_stampedAt, var stampedBy), _isEvicted) = value;
            _authors = Authors.Of(stampedBy, _authors.Origin, _authors.Life);
        }
    }

    /// <summary>Who wrote it. For a live record the origin owns the lease.</summary>
    public Dot Dot
    {
        get => new(_authors.Origin, _sequence, _authors.Life);
        init
        {
            (var origin, _sequence, var life) = value;
            _authors = Authors.Of(_authors.StampedBy, origin, life);
        }
    }

    /// <summary>The encoded value; empty for a tombstone.</summary>
    public RecordValue Value
    {
        get => RecordValue.OfParts(_own, ValueLength, _shared, _sharedAt);
        init
        {
            // Another record's array may go on with its signature.
            _own = _signatureLength == 0 && value.Own.Length == value.OwnArray.Length ? value.OwnArray : [.. value.Own, .. Signature.Span];
            (_shared, _sharedAt) = (value.Shared, (ushort)value.SharedAt);
        }
    }

    /// <summary>Its origin's signature over all of it; empty where records are not signed.</summary>
    public ReadOnlyMemory<byte> Signature
    {
        get => _own.AsMemory(ValueLength);
        init
        {
            if (value.Length + _signatureLength > 0)
                (_own, _signatureLength) = ([.. _own.AsSpan(0, ValueLength), .. value.Span], value.Length);
        }
    }

    /// <summary>Whether the entry is there.</summary>
    public bool IsLive => !(_isDeregistered || _isEvicted);

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
