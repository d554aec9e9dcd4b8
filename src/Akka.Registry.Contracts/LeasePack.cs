using System.Buffers.Binary;

namespace Akka.Registry.Contracts;

/// <summary>The payload of <see cref="SessionBeats"/> by hand: 8 bytes a lease, no allocation beside the payload itself.</summary>
/// <remarks>
/// It is the protobuf encoding of a packed <c>fixed64</c> field: tag, length in bytes as a varint, little-endian numbers. No
/// lease at all is no payload at all.
/// </remarks>
public readonly ref struct LeasePack
{
    private const byte Tag = (1 << 3) | 2;
    private const int LeaseBytes = sizeof(ulong);
    private const int VarintBytesMax = 5;

    private readonly ReadOnlySpan<byte> _leases;

    private LeasePack(ReadOnlySpan<byte> leases) => _leases = leases;

    /// <summary>How many leases there are.</summary>
    public int Count => _leases.Length / LeaseBytes;

    /// <summary>One lease.</summary>
    public ulong this[int index] => BinaryPrimitives.ReadUInt64LittleEndian(_leases[(index * LeaseBytes)..]);

    /// <summary>Looks at a payload.</summary>
    /// <param name="payload">Of a stranger; kept, not copied.</param>
    /// <param name="pack">The leases in it.</param>
    /// <returns>False when it is no such payload.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out LeasePack pack)
    {
        pack = default;
        if (payload.IsEmpty)
            return true;
        if (payload[0] != Tag)
            return false;
        uint length = 0;
        for (var i = 1; i < payload.Length && i <= VarintBytesMax; i++)
        {
            length |= (uint)(payload[i] & 0x7F) << ((i - 1) * 7);
            if ((payload[i] & 0x80) != 0)
                continue;
            var rest = payload[(i + 1)..];
            if (rest.Length != length || length % LeaseBytes != 0)
                return false;
            pack = new LeasePack(rest);
            return true;
        }

        return false;
    }

    /// <summary>The frame of these leases.</summary>
    public static Frame Write(ReadOnlySpan<ulong> leases)
    {
        if (leases.IsEmpty)
            return new Frame(FrameKind.SessionBeats, ReadOnlyMemory<byte>.Empty);
        Span<byte> head = stackalloc byte[1 + VarintBytesMax];
        head[0] = Tag;
        var headBytes = 1;
        for (var left = (uint)(leases.Length * LeaseBytes); ; left >>= 7)
        {
            head[headBytes++] = (byte)(left > 0x7F ? left | 0x80 : left);
            if (left <= 0x7F)
                break;
        }

        var payload = new byte[headBytes + (leases.Length * LeaseBytes)];
        head[..headBytes].CopyTo(payload);
        for (var i = 0; i < leases.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(headBytes + (i * LeaseBytes)), leases[i]);
        return new Frame(FrameKind.SessionBeats, payload);
    }
}
