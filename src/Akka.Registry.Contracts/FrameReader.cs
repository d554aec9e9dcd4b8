using System.Buffers;
using System.Buffers.Binary;

namespace Akka.Registry.Contracts;

/// <summary>Cuts frames out of a stream of bytes. Stateless: what is not whole stays with the caller.</summary>
public static class FrameReader
{
    /// <summary>Bytes of the length field.</summary>
    internal const int LengthBytes = 4;

    /// <summary>A payload is lent when it is worth the while.</summary>
    private const int LentBytesMin = 16 * 1024;

    private static readonly bool[] KnownKinds = MarkKnownKinds();

    /// <summary>Reads the frame that the buffer begins with.</summary>
    /// <remarks>
    /// An error is told as early as the bytes allow: a length over the limit after its four bytes, an unknown kind
    /// after one more. The only allocation is the payload of a whole frame.
    /// </remarks>
    /// <param name="buffer">What has arrived; moved behind the frame when one is complete, otherwise left as it
    /// is.</param>
    /// <param name="limits">What this link may announce.</param>
    public static FrameReading Read(ref ReadOnlySequence<byte> buffer, FrameLimits limits)
    {
        if (buffer.Length < LengthBytes)
            return FrameReading.NeedMore;
        Span<byte> header = stackalloc byte[Frame.HeaderBytes];
        var present = (int)Math.Min(buffer.Length, Frame.HeaderBytes);
        buffer.Slice(0, present).CopyTo(header);

        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length == 0)
            return FrameReading.Empty;
        if (!limits.Allows(length))
            return FrameReading.Oversized(length);
        if (present < Frame.HeaderBytes)
            return FrameReading.NeedMore;
        var kind = header[LengthBytes];
        if (!KnownKinds[kind])
            return FrameReading.UnknownKind(kind);
        if (buffer.Length < LengthBytes + length)
            return FrameReading.NeedMore;

        var there = buffer.Slice(Frame.HeaderBytes, length - 1);
        var bytes = (int)there.Length;
        var isLent = limits.LendsPayloads && bytes >= LentBytesMin;
        byte[] payload = bytes == 0 ? [] : isLent ? ArrayPool<byte>.Shared.Rent(bytes) : GC.AllocateUninitializedArray<byte>(bytes);
        there.CopyTo(payload);
        buffer = buffer.Slice(there.End);
        return FrameReading.Complete(new Frame((FrameKind)kind, payload.AsMemory(0, bytes)), isLent);
    }

    private static bool[] MarkKnownKinds()
    {
        var known = new bool[byte.MaxValue + 1];
        foreach (var kind in Enum.GetValues<FrameKind>())
            known[(byte)kind] = true;
        return known;
    }
}
