using System.Buffers.Binary;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Client;

/// <summary>Messages as gRPC puts them into HTTP/2: a byte that says "not compressed", four of length, then the message.</summary>
/// <remarks>grpc/grpc, "gRPC over HTTP2", Length-Prefixed-Message.</remarks>
internal static class GrpcFrame
{
    /// <summary>A message that is longer is none that etcd sends: its own limit is far below.</summary>
    public const int BytesMax = 64 * 1024 * 1024;

    private const int HeaderBytes = 5;

    public static byte[] Of(IMessage message)
    {
        var size = message.CalculateSize();
        var bytes = new byte[HeaderBytes + size];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), size);
        message.WriteTo(bytes.AsSpan(HeaderBytes));
        return bytes;
    }

    /// <summary>Reads one message.</summary>
    /// <returns>Null at the end of the stream.</returns>
    /// <exception cref="EtcdException">What came is no such message.</exception>
    public static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var header = new byte[HeaderBytes];
        var read = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return null;
        var size = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
        if (read < HeaderBytes || header[0] != 0 || size is < 0 or > BytesMax)
            throw new EtcdException(EtcdError.Other, "What answers speaks no gRPC that this engine understands.");
        var message = new byte[size];
        await stream.ReadExactlyAsync(message, cancellation);
        return message;
    }
}
