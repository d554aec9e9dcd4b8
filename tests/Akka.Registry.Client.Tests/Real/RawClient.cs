using System.Buffers;
using System.Net.Sockets;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>A client that says what a test wants it to say, byte by byte.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private byte[] _unread = [];

    public static SessionHello Hello => new()
    {
        Magic = WireProtocol.Magic,
        ProtocolMin = WireProtocol.Min,
        ProtocolMax = WireProtocol.Max,
        Client = "raw",
    };

    /// <summary>Connects, and shakes hands with that hello; null for no word.</summary>
    public static async Task<RawClient> ConnectAsync(TestNode node, SessionHello? hello)
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync("127.0.0.1", node.Port);
        if (hello is not null)
            await client.SayAsync(Frame.Of(FrameKind.SessionHello, hello));
        return client;
    }

    /// <summary>Connects, and takes the welcome.</summary>
    public static async Task<(RawClient Client, SessionWelcome Welcome)> OpenAsync(TestNode node)
    {
        var client = await ConnectAsync(node, Hello);
        return (client, (await client.HearAsync(FrameKind.SessionWelcome)).Read(SessionWelcome.Parser));
    }

    public async Task SayAsync(Frame frame)
    {
        var bytes = new ArrayBufferWriter<byte>();
        FrameWriter.Write(bytes, frame);
        await SayAsync(bytes.WrittenMemory);
    }

    public Task SayAsync(FrameKind kind, IMessage message) => SayAsync(Frame.Of(kind, message));

    public async Task SayAsync(ReadOnlyMemory<byte> bytes) => await _tcp.GetStream().WriteAsync(bytes);

    /// <summary>The next frame of that kind, past all others; null when the node closed before one.</summary>
    public async Task<Frame?> TryHearAsync(FrameKind kind)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var sequence = new ReadOnlySequence<byte>(_unread);
            var reading = FrameReader.Read(ref sequence, FrameLimits.Peer);
            _unread = sequence.ToArray();
            if (reading.Outcome == FrameOutcome.Complete)
            {
                if (reading.Frame.Kind == kind)
                    return reading.Frame;
                continue;
            }

            var read = await _tcp.GetStream().ReadAsync(buffer).AsTask().WaitAsync(TestNode.Patience);
            if (read == 0)
                return null;
            _unread = [.. _unread, .. buffer.AsSpan(0, read)];
        }
    }

    public async Task<Frame> HearAsync(FrameKind kind) =>
        await TryHearAsync(kind) ?? throw new InvalidOperationException($"The node closed without {kind}.");

    public async Task<string> HearRefusalAsync() => (await HearAsync(FrameKind.Refused)).Read(Refused.Parser).Reason;

    public async Task<WireRegisterResult[]> RegisterAsync(string service, params string[] ids)
    {
        var request = new RegisterInstances { Request = 1, TimeoutMs = 5_000 };
        foreach (var id in ids)
        {
            var value = new InstanceValue { Address = "10.0.0.1", Port = 80, Weight = 1, Reported = WireInstanceStatus.Passing };
            request.Registrations.Add(new WireRegistration { Service = service, Instance = id, Epoch = 1, Value = value });
        }

        await SayAsync(FrameKind.RegisterInstances, request);
        return [.. (await HearAsync(FrameKind.RegisterResults)).Read(RegisterResults.Parser).Results];
    }

    /// <summary>The connection ends as that of a process that is killed.</summary>
    public void Dispose() => _tcp.Dispose();
}
