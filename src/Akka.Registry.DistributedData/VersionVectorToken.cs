using System.Buffers.Binary;
using System.Buffers.Text;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>
/// The token form of a vector: one byte of version, the number of origins, then each origin (8 bytes, big-endian, and
/// its life) and its sequence; numbers as LEB128 in the shortest form; all as base64url. One vector has exactly one token.
/// </summary>
internal static class VersionVectorToken
{
    private const byte Version = 1;
    private const int VarintBytesMax = 10;
    private const int EntryBytesMin = 10;
    private const int EntryBytesMax = 8 + (2 * VarintBytesMax);

    public static string Write(VersionVector vector)
    {
        var bytes = new byte[1 + VarintBytesMax + (vector.Count * EntryBytesMax)];
        bytes[0] = Version;
        var length = 1 + WriteVarint(bytes.AsSpan(1), (ulong)vector.Count);
        foreach (var entry in vector)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(length), entry.Origin.Node.Value);
            length += 8;
            length += WriteVarint(bytes.AsSpan(length), entry.Origin.Life);
            length += WriteVarint(bytes.AsSpan(length), entry.Sequence);
        }

        return Base64Url.EncodeToString(bytes.AsSpan(0, length));
    }

    public static bool TryRead(string? token, out VersionVector vector)
    {
        vector = VersionVector.Empty;
        if (token is null || token.Length > Base64Url.GetEncodedLength(1 + VarintBytesMax + (VersionVector.OriginsMax * EntryBytesMax)))
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
        if (!TryReadVarint(ref rest, out var count) || count > VersionVector.OriginsMax || count > (ulong)rest.Length / EntryBytesMin)
            return false;
        var entries = new VectorEntry[(int)count];
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

        return rest.IsEmpty && VersionVector.TryFrom(entries, out vector);
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
