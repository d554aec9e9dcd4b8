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
/// <remarks>
/// There are as many of these as there are instances: what order and dot consist of lies side by side, without gaps, and after it what the
/// value has for itself and the signature, in a room of their size: an array of their own would take 32 bytes more.
/// </remarks>
public abstract partial record MapRecord
{
    private readonly SharedPart? _shared;
    private readonly ulong _epoch;
    private readonly HybridTimestamp _stampedAt;
    private readonly Authors _authors;
    private readonly ulong _sequence;
    private readonly int _ownLength;
    private readonly ushort _sharedAt;
    private readonly byte _signatureLength;
    private readonly Removal _removal;

    private MapRecord(RecordKey key, in RecordOrder order, in Dot dot, in RecordValue value, int signatureLength)
    {
        Key = key;
        (_epoch, _removal, (_stampedAt, var stampedBy)) = (order.Epoch, RemovalOf(order), order.Stamp);
        (var origin, _sequence, var life) = dot;
        _authors = Authors.Of(stampedBy, origin, life);
        (_shared, _sharedAt, _ownLength) = (value.Shared, (ushort)value.SharedAt, value.Own.Length);
        _signatureLength = (byte)signatureLength;
    }

    /// <summary>What it is about.</summary>
    public RecordKey Key { get; init; }

    /// <summary>Decides which of two records of the key wins; ties break by dot.</summary>
    public RecordOrder Order
    {
        get => new(_epoch, Is(Removal.Deregistered), new Stamp(_stampedAt, _authors.StampedBy), Is(Removal.Evicted));
        init
        {
            (_epoch, _removal, (_stampedAt, var stampedBy)) = (value.Epoch, RemovalOf(value), value.Stamp);
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
    public RecordValue Value => RecordValue.OfParts(Holder, _ownLength, _shared, _sharedAt);

    /// <summary>Its origin's signature over all of it; empty where records are not signed.</summary>
    public ReadOnlySpan<byte> Signature => Bytes[_ownLength..];

    /// <summary>What the value has for itself, and the signature after it.</summary>
    internal abstract ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Who has these bytes: this record, or an array.</summary>
    private protected abstract object Holder { get; }

    /// <summary>A record.</summary>
    /// <param name="key">What it is about.</param>
    /// <param name="order">Decides which of two records of the key wins.</param>
    /// <param name="dot">Who wrote it.</param>
    /// <param name="value">The encoded value; empty for a tombstone.</param>
    /// <param name="signature">See <see cref="Signature"/>.</param>
    public static MapRecord Of(RecordKey key, RecordOrder order, Dot dot, RecordValue value, ReadOnlySpan<byte> signature = default) =>
        (value.Own.Length + signature.Length) switch
        {
            0 => new Apart(key, order, dot, value, signature),
            <= 16 => new Within<Room16>(key, order, dot, value, signature),
            <= 24 => new Within<Room24>(key, order, dot, value, signature),
            <= 32 => new Within<Room32>(key, order, dot, value, signature),
            <= 48 => new Within<Room48>(key, order, dot, value, signature),
            <= 64 => new Within<Room64>(key, order, dot, value, signature),
            <= 96 => new Within<Room96>(key, order, dot, value, signature),
            <= 128 => new Within<Room128>(key, order, dot, value, signature),
            <= 192 => new Within<Room192>(key, order, dot, value, signature),
            _ => new Apart(key, order, dot, value, signature),
        };

    /// <summary>The same record with another value.</summary>
    public MapRecord WithValue(RecordValue value) => Of(Key, Order, Dot, value, Signature);

    /// <summary>The same record with another signature.</summary>
    public MapRecord WithSignature(ReadOnlySpan<byte> signature) => Of(Key, Order, Dot, Value, signature);

    /// <summary>Whether the entry is there.</summary>
    public bool IsLive => _removal == Removal.None;

    /// <summary>Whether it may be: it names somebody, somebody wrote it, and a tombstone holds nothing.</summary>
    public bool IsWellFormed =>
        Key.Service.Length > 0 && Key.Instance.Length > 0 && !Dot.Origin.IsNone && Dot.Sequence > 0 && Dot.Life > 0 && (IsLive || Value.IsEmpty);

    /// <summary>Reads a record from the wire.</summary>
    /// <returns>False when it is not well formed.</returns>
    public static bool TryFromWire(WireRecord wire, out MapRecord record)
    {
        ArgumentNullException.ThrowIfNull(wire);
        var stamp = new Stamp(new HybridTimestamp(wire.StampTime), new NodeUid(wire.StampNode));
        record = Of(
            new RecordKey(wire.Service, wire.Instance),
            new RecordOrder(wire.Epoch, wire.Deregistered, stamp, wire.Evicted),
            new Dot(new NodeUid(wire.Origin), wire.Sequence, wire.Life),
            wire.Value.Memory,
            wire.Signature.Span);
        return record.IsWellFormed;
    }

    /// <summary>Whether this record wins over the other one of the same key: by order, then by dot.</summary>
    public bool Beats(MapRecord other)
    {
        var order = Order.CompareTo(other.Order);
        return order != 0 ? order > 0 : Dot.CompareTo(other.Dot) > 0;
    }

    /// <summary>Whether both say the same.</summary>
    public virtual bool Equals(MapRecord? other) => ReferenceEquals(this, other)
        || (other is not null && Key == other.Key && Order == other.Order && Dot == other.Dot && Value == other.Value
            && Signature.SequenceEqual(other.Signature));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, Dot);

    private bool Is(Removal removal) => (_removal & removal) == removal;

    private static Removal RemovalOf(in RecordOrder order) =>
        (order.Deregistered ? Removal.Deregistered : Removal.None) | (order.Evicted ? Removal.Evicted : Removal.None);

    [Flags]
    private enum Removal : byte
    {
        None = 0,
        Deregistered = 1,
        Evicted = 2,
    }
}
