using System.Runtime.InteropServices;
using Akka.Registry.Contracts;

namespace Akka.Registry.DistributedData.Values;

/// <summary>
/// The encoded value of a record. Instances of a service differ in little, and there are very many: what a value has in common with others
/// is held once for all of them (<see cref="SharedParts"/>), and the value has the rest.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct RecordValue : IEquatable<RecordValue>
{
    /// <summary>Who has what the value has for itself: an array, or the record; null for nobody.</summary>
    private readonly object? _holder;
    private readonly int _ownLength;

    private RecordValue(object holder, int ownLength, SharedPart? shared, int sharedAt) =>
        (_holder, _ownLength, Shared, SharedAt) = (holder, ownLength, shared, sharedAt);

    /// <summary>Bytes of all of it.</summary>
    public int Length => _ownLength + (Shared is null ? 0 : Shared.Bytes.Length);

    /// <summary>Whether it holds nothing, as a tombstone's.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>What it has in common with others; null for nothing.</summary>
    public SharedPart? Shared { get; }

    /// <summary>What comes before that part; nothing where there is none.</summary>
    public ReadOnlySpan<byte> Before => Own[..SharedAt];

    /// <summary>What comes after that part; all of it where there is none.</summary>
    public ReadOnlySpan<byte> After => Own[SharedAt..];

    /// <summary>All of it, put together where it is in parts or within a record: for who does not have to do it often.</summary>
    public ReadOnlyMemory<byte> Memory => Shared is null && _holder is byte[] own ? new ReadOnlyMemory<byte>(own, 0, _ownLength) : ToArray();

    /// <summary>As <see cref="Memory"/>.</summary>
    public ReadOnlySpan<byte> Span => Shared is null ? Own : ToArray();

    /// <summary>What it has for itself.</summary>
    internal ReadOnlySpan<byte> Own => _holder switch
    {
        byte[] own => own.AsSpan(0, _ownLength),
        MapRecord record => record.Bytes[.._ownLength],
        _ => default,
    };

    /// <summary>The array that begins with what it has for itself; null when that is none or lies within a record.</summary>
    internal byte[]? OwnArray => _holder as byte[];

    internal int SharedAt { get; }

    /// <summary>These bytes, which change no more. They are not copied where they are a whole array and nothing in them is shared.</summary>
    public static RecordValue Of(ReadOnlyMemory<byte> bytes)
    {
        var (from, to) = CommonFields.Of(bytes.Span);
        if (TryShare(bytes.Span, from, to, out var value))
            return value;
        var isWhole = MemoryMarshal.TryGetArray(bytes, out var part) && part.Count == part.Array!.Length;
        return OfWhole(isWhole ? part.Array! : bytes.ToArray());
    }

    /// <summary>A copy of these bytes.</summary>
    public static RecordValue CopyOf(ReadOnlySpan<byte> bytes)
    {
        var (from, to) = CommonFields.Of(bytes);
        return CopyOf(bytes, from, to);
    }

    /// <summary>A copy of these bytes, for who knows where <see cref="CommonFields"/> lie in them.</summary>
    public static RecordValue CopyOf(ReadOnlySpan<byte> bytes, int commonFrom, int commonTo) =>
        TryShare(bytes, commonFrom, commonTo, out var value) ? value : OfWhole(bytes.ToArray());

    /// <summary>As <see cref="Of"/>.</summary>
    public static implicit operator RecordValue(ReadOnlyMemory<byte> bytes) => Of(bytes);

    /// <summary>As <see cref="Of"/>.</summary>
    public static implicit operator RecordValue(byte[] bytes) => Of(bytes);

    /// <summary>All of it as an array of its own.</summary>
    public byte[] ToArray()
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Length);
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Copies all of it.</summary>
    /// <param name="destination">Room for <see cref="Length"/> bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        var shared = Shared is null ? default : Shared.Bytes;
        Before.CopyTo(destination);
        shared.CopyTo(destination[SharedAt..]);
        After.CopyTo(destination[(SharedAt + shared.Length)..]);
    }

    /// <summary>Writes all of it as a field; nothing where it is empty.</summary>
    public void WriteTo(ref ProtoWriter output, int field)
    {
        if (IsEmpty)
            return;
        output.Begin(field, Length);
        output.Encoded(Before);
        output.Encoded(Shared is null ? default : Shared.Bytes);
        output.Encoded(After);
    }

    /// <summary>Whether both are the same bytes.</summary>
    public bool Equals(RecordValue other) => Shared == other.Shared && SharedAt == other.SharedAt
        ? Own.SequenceEqual(other.Own)
        : Length == other.Length && Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RecordValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Length;

    /// <summary>Whether both are the same bytes.</summary>
    public static bool operator ==(RecordValue left, RecordValue right) => left.Equals(right);

    /// <summary>Whether they are not the same bytes.</summary>
    public static bool operator !=(RecordValue left, RecordValue right) => !left.Equals(right);

    /// <summary>The value of these parts, as another has held them.</summary>
    internal static RecordValue OfParts(object holder, int ownLength, SharedPart? shared, int sharedAt) =>
        new(holder, ownLength, shared, sharedAt);

    private static RecordValue OfWhole(byte[] bytes) => new(bytes, bytes.Length, null, 0);

    private static bool TryShare(ReadOnlySpan<byte> bytes, int from, int to, out RecordValue value)
    {
        value = default;
        if (from > ushort.MaxValue || SharedParts.Shared.Find(bytes[from..to]) is not { } part)
            return false;
        var own = new byte[bytes.Length - (to - from)];
        bytes[..from].CopyTo(own);
        bytes[to..].CopyTo(own.AsSpan(from));
        value = new RecordValue(own, own.Length, part, from);
        return true;
    }
}
