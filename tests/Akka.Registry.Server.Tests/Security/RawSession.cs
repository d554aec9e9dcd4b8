using System.Buffers;
using System.Net.Sockets;
using Akka.Registry.Contracts;
using Akka.Registry.Server.Tests.Conformance;
using Google.Protobuf;

namespace Akka.Registry.Server.Tests.Security;

/// <summary>A client's session, frame by frame.</summary>
internal sealed class RawSession : IDisposable
{
    private readonly TcpClient _tcp = new();
    private byte[] _unread = [];

    /// <summary>Opens a session.</summary>
    /// <returns>Null and the node's words when it refuses.</returns>
    public static async Task<(RawSession? Session, string Refusal)> OpenAsync(int port, string token)
    {
        var session = new RawSession();
        await session._tcp.ConnectAsync("127.0.0.1", port);
        await session.SayAsync(FrameKind.SessionHello, new SessionHello
        {
            Magic = WireProtocol.Magic, ProtocolMin = WireProtocol.Min, ProtocolMax = WireProtocol.Max, Client = "raw",
            Token = ByteString.CopyFromUtf8(token),
        });
        var first = await session.HearAsync(FrameKind.SessionWelcome, FrameKind.Refused);
        if (first.Kind == FrameKind.SessionWelcome)
            return (session, "");
        session.Dispose();
        return (null, first.Read(Refused.Parser).Reason);
    }

    public Task SayAsync(FrameKind kind, IMessage message) => SayAsync(Frame.Of(kind, message));

    public async Task SayAsync(Frame frame)
    {
        var bytes = new ArrayBufferWriter<byte>();
        FrameWriter.Write(bytes, frame);
        await _tcp.GetStream().WriteAsync(bytes.WrittenMemory);
    }

    /// <summary>The next frame of one of these kinds, past all others.</summary>
    public async Task<Frame> HearAsync(params FrameKind[] kinds)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var sequence = new ReadOnlySequence<byte>(_unread);
            var reading = FrameReader.Read(ref sequence, FrameLimits.Peer);
            _unread = sequence.ToArray();
            if (reading.Outcome == FrameOutcome.Complete)
            {
                if (kinds.Contains(reading.Frame.Kind))
                    return reading.Frame;
                continue;
            }

            var read = await _tcp.GetStream().ReadAsync(buffer).AsTask().WaitAsync(ConformanceNode.Patience);
            if (read == 0)
                throw new InvalidOperationException($"The node closed without {string.Join(" or ", kinds)}.");
            _unread = [.. _unread, .. buffer.AsSpan(0, read)];
        }
    }

    public void Dispose() => _tcp.Dispose();
}
