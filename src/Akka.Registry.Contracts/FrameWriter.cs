using System.Buffers;
using System.Buffers.Binary;

namespace Akka.Registry.Contracts;

/// <summary>Lays frames out as they stand on the wire.</summary>
public static class FrameWriter
{
    /// <summary>Writes the whole frame; copies its payload.</summary>
    public static void Write(IBufferWriter<byte> output, in Frame frame)
    {
        WriteHeader(output, frame);
        output.Write(frame.Payload.Span);
    }

    /// <summary>
    /// Writes what stands before the payload, for a caller that hands a large payload on without a copy.
    /// </summary>
    public static void WriteHeader(IBufferWriter<byte> output, in Frame frame)
    {
        var header = output.GetSpan(Frame.HeaderBytes);
        BinaryPrimitives.WriteInt32BigEndian(header, frame.WireBytes - FrameReader.LengthBytes);
        header[FrameReader.LengthBytes] = (byte)frame.Kind;
        output.Advance(Frame.HeaderBytes);
    }
}
