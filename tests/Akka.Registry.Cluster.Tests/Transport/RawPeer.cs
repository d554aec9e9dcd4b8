using System.Net;
using System.Net.Sockets;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Google.Protobuf;
using Shouldly;

namespace Akka.Registry.Cluster.Tests.Transport;

/// <summary>A peer that says what a test wants it to say, byte by byte.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly FrameStream _frames;

    public RawPeer(Socket socket)
    {
        _socket = socket;
        _frames = new FrameStream(new NetworkStream(socket, ownsSocket: true));
    }

    public static async Task<RawPeer> ConnectAsync(TransportNode node)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, node.Address.Port);
        return new RawPeer(socket);
    }

    public static Hello Hello(Action<Hello>? change = null)
    {
        var hello = new Hello
        {
            Magic = WireProtocol.Magic,
            ProtocolMin = 1,
            ProtocolMax = 1,
            Cluster = "registry",
            Node = new WireNode { Uid = 99, Name = "raw", Host = "127.0.0.1", Port = 9 },
            Lane = 1,
        };
        change?.Invoke(hello);
        return hello;
    }

    public async Task SayAsync(FrameKind kind, IMessage message) =>
        await _frames.WriteAsync(Frame.Of(kind, message), CancellationToken.None);

    public async Task SayAsync(params byte[] bytes) => await _socket.SendAsync(bytes);

    public async Task<Frame> HearAsync()
    {
        var reading = await _frames.ReadAsync(FrameLimits.Peer, CancellationToken.None)
            .AsTask().WaitAsync(TransportNode.Patience);
        reading.Outcome.ShouldBe(FrameOutcome.Complete);
        return reading.Frame;
    }

    public async Task<string> HearRefusalAsync()
    {
        var frame = await HearAsync();
        frame.Kind.ShouldBe(FrameKind.Refused);
        return frame.Read(Refused.Parser).Reason;
    }

    public async Task HearEndAsync()
    {
        var reading = await _frames.ReadAsync(FrameLimits.Peer, CancellationToken.None)
            .AsTask().WaitAsync(TransportNode.Patience);
        reading.Outcome.ShouldBe(FrameOutcome.NeedMore);
    }

    public async Task EstablishAsync(Action<Hello>? change = null)
    {
        await SayAsync(FrameKind.Hello, Hello(change));
        (await HearAsync()).Kind.ShouldBe(FrameKind.Welcome);
        await SayAsync(FrameKind.Proof, new Proof());
    }

    public ValueTask DisposeAsync() => _frames.DisposeAsync();
}
