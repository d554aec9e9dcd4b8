using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Immutable;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>
/// The token form of a cursor: one byte of version, then the vector, then, unless there are none, the dots beyond it. Either list is
/// its length and its entries in ascending order: the node (8 bytes, big-endian), its life, the sequence. Numbers are LEB128 in the
/// shortest form; all is base64url. One cursor has exactly one token.
/// </summary>
internal static class CursorToken
{
    private const byte Version = 1;
    private const int VarintBytesMax = 10;
    private const int EntryBytesMin = 10;
    private const int EntryBytesMax = 8 + (2 * VarintBytesMax);
    private const int BytesMax = 1 + (2 * VarintBytesMax) + ((VersionVector.OriginsMax + ReadCursor.BeyondMax) * EntryBytesMax);

    public static string Write(VersionVector vector, ImmutableArray<Dot> beyond)
    {
        var bytes = new byte[1 + (2 * VarintBytesMax) + ((vector.Count + beyond.Length) * EntryBytesMax)];
        bytes[0] = Version;
        var length = 1 + WriteVarint(bytes.AsSpan(1), (ulong)vector.Count);
        foreach (var entry in vector)
            length += WriteEntry(bytes.AsSpan(length), entry);
        if (!beyond.IsEmpty)
            length += WriteVarint(bytes.AsSpan(length), (ulong)beyond.Length);
        foreach (var dot in beyond)
            length += WriteEntry(bytes.AsSpan(length), new VectorEntry(dot.Writer, dot.Sequence));
        return Base64Url.EncodeToString(bytes.AsSpan(0, length));
    }

    public static bool TryRead(string? token, out VersionVector vector, out ImmutableArray<Dot> beyond)
    {
        (vector, beyond) = (VersionVector.Empty, []);
        if (token is null || token.Length > Base64Url.GetEncodedLength(BytesMax))
            return false;
        var buffer = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        // The decoder throws at a character that is none of its alphabet: asked first.
        if (!Base64Url.IsValid(token) || !Base64Url.TryDecodeFromChars(token, buffer, out var length)
            || Base64Url.EncodeToString(buffer.AsSpan(0, length)) != token)
            return false;                                        // Padding, white space and stray bits are no second spelling.
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
        if (rest.IsEmpty || rest[0] != Version)
            return false;
        rest = rest[1..];
        if (!TryReadEntries(ref rest, VersionVector.OriginsMax, out var entries) || !VersionVector.TryFrom(entries, out vector))
            return false;
        return rest.IsEmpty
            || (TryReadEntries(ref rest, ReadCursor.BeyondMax, out entries) && rest.IsEmpty && TryReadDots(entries, vector, out beyond));
    }

    private static bool TryReadEntries(ref ReadOnlySpan<byte> rest, int countMax, out VectorEntry[] entries)
    {
        entries = [];
        if (!TryReadVarint(ref rest, out var count) || count > (ulong)countMax || count > (ulong)rest.Length / EntryBytesMin)
            return false;
        entries = new VectorEntry[(int)count];
        for (var i = 0; i < entries.Length; i++)
        {
            if (rest.Length < EntryBytesMin)
                return false;
            var origin = BinaryPrimitives.ReadUInt64BigEndian(rest);
            rest = rest[8..];
            if (!TryReadVarint(ref rest, out var life) || life > uint.MaxValue || !TryReadVarint(ref rest, out var sequence))
                return false;
            entries[i] = new VectorEntry(new Origin(new NodeUid(origin), (uint)life), sequence);
        }

        return true;
    }

    /// <summary>At least one, ascending, none of them covered by the vector.</summary>
    private static bool TryReadDots(VectorEntry[] entries, VersionVector vector, out ImmutableArray<Dot> beyond)
    {
        var dots = ImmutableArray.CreateBuilder<Dot>(entries.Length);
        beyond = [];
        foreach (var (origin, sequence) in entries)
        {
            var dot = new Dot(origin.Node, sequence, origin.Life);
            if (vector.Covers(dot) || (dots.Count > 0 && dots[^1].CompareTo(dot) >= 0))
                return false;
            dots.Add(dot);
        }

        beyond = dots.MoveToImmutable();
        return !beyond.IsEmpty;
    }

    private static int WriteEntry(Span<byte> to, VectorEntry entry)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, entry.Origin.Node.Value);
        var length = 8 + WriteVarint(to[8..], entry.Origin.Life);
        return length + WriteVarint(to[length..], entry.Sequence);
    }

    private static int WriteVarint(Span<byte> to, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            to[length++] = (byte)(value | 0x80);
        to[length++] = (byte)value;
        return length;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> from, out ulong value)
    {
        value = 0;
        for (var i = 0; i < from.Length && i < VarintBytesMax; i++)
        {
            var bits = (ulong)(from[i] & 0x7F);
            if (i == VarintBytesMax - 1 && bits > 1)
                return false;                                    // More than 64 bits.
            value |= bits << (7 * i);
            if (from[i] >= 0x80)
                continue;
            if (i > 0 && bits == 0)
                return false;                                    // A longer form than needed.
            from = from[(i + 1)..];
            return true;
        }

        return false;
    }
}
