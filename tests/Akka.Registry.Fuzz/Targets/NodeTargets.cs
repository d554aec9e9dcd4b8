using System.Net;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>Frames of a peer, on every lane, into a whole node: whatever a peer says, no actor of the node fails.</summary>
internal sealed class PeerFramesTarget() : FuzzTarget("node")
{
    private static readonly FrameKind[] Kinds = [.. Frames.Kinds.Where(kind => kind is >= FrameKind.Ping and <= FrameKind.ActorAnswer)];
    private static readonly NodeIdentity[] Peers =
    [
        new(new NodeUid(9), "node-9", new NodeAddress("10.0.0.9", 4053)),
        new(new NodeUid(10), "node-10", new NodeAddress("10.0.0.10", 4053)),
    ];

    private readonly NodeLife _life = new(settles: 16);

    public override double Share => 0.5;

    public override IEnumerable<byte[]> Seeds =>
        new MembershipTarget().Seeds.Concat(new ReplicationTarget().Seeds).Select(
            input => Frames.ToWire(new Frame((FrameKind)input[0], input.AsMemory(1))))
            .Concat(Kinds.Select(kind => Frames.ToWire(Frame.Of(kind, ProtoMaker.Fill(Frames.MessageOf(kind), new Random(11))))));

    public override byte[] Make(Random random) => Frames.MakeWire(Kinds, random);

    public override FuzzOutcome Decode(byte[] input)
    {
        var node = _life.Node;
        var frames = Frames.OfWire(input);
        if (frames.Count == 0)
            return FuzzOutcome.Refused("no frame");
        var shape = "";
        foreach (var frame in frames)
        {
            // Mostly the lane that the kind belongs to; else whichever.
            var lane = input[^1] % 16 == 0 ? (Lane)(1 + (input[^1] / 16 % 4)) : LaneOf(frame.Kind);
            node.FrameReceived(Peers[frame.Payload.Length % Peers.Length], lane, ForThis(frame, node.Self));
            shape += $"{lane} {frame.Kind} ";
        }

        return FuzzOutcome.Read(frames, shape[..Math.Min(shape.Length, 60)]);
    }

    public override void Settle() => _life.Settle();

    private static Lane LaneOf(FrameKind kind) => kind switch
    {
        <= FrameKind.Gossip => Lane.Membership,
        <= FrameKind.OwnerWord => Lane.Replication,
        FrameKind.ActorMessage or FrameKind.ActorAnswer => Lane.Actors,
        _ => Lane.Messages,
    };

    /// <summary>A message that names this node is read further than one that does not.</summary>
    private static Frame ForThis(Frame frame, NodeIdentity self)
    {
        try
        {
            switch (frame.Kind)
            {
                case FrameKind.Ping when frame.Read(Ping.Parser) is { Target: 9 } ping:
                    ping.Target = self.Uid.Value;
                    return Frame.Of(FrameKind.Ping, ping);
                case FrameKind.ActorMessage when frame.Read(ActorMessage.Parser) is var message && message.Node % 2 == 0:
                    message.Node = self.Uid.Value;
                    return Frame.Of(FrameKind.ActorMessage, message);
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // Goes in as it is.
        }

        return frame;
    }
}

/// <summary>A whole session of a client with a node: whatever the client says, the session ends and the node goes on.</summary>
internal sealed class SessionTarget() : FuzzTarget("session")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly FrameKind[] Kinds = [.. Frames.Kinds.Where(kind => kind is >= FrameKind.SessionHello)];
    private static readonly SessionHello Hello = new() { Magic = WireProtocol.Magic, ProtocolMin = WireProtocol.Min, ProtocolMax = WireProtocol.Max,
        Client = "fuzz" };

    private readonly NodeLife _life = new(settles: 4);

    public override double Share => 0.25;

    public override long AllocatedBytesMax => 1024 * 1024;

    public override IEnumerable<byte[]> Seeds =>
    [
        Frames.ToWire(
            [.. new SessionMessageTarget().Seeds.Select(input => new Frame((FrameKind)input[0], input.AsMemory(1))),
             LeasePack.Write([1UL << 32]),
             Frame.Of(FrameKind.Subscribe, new Subscribe { Subscription = 1, Service = "web" }),
             Frame.Of(FrameKind.SubscriptionAck, new SubscriptionAck { Subscription = 1, Number = 1 }),
             Frame.Of(FrameKind.FailureReports, new FailureReports { Reports = { new WireFailureReport { Service = "web", Instance = "1" } } }),
             Frame.Of(FrameKind.SessionActorMessage, new ActorMessage { Node = 1, Actor = 1, Path = "/user/x", Ask = 1, TimeoutMs = 10 }),
             Frame.Of(FrameKind.Unsubscribe, new Unsubscribe { Subscription = 1 }),
             Frame.Of(FrameKind.SessionGoodbye, new SessionGoodbye())]),
        Frames.ToWire(Frame.Of(FrameKind.SessionHello, Hello)),
    ];

    public override byte[] Make(Random random) => Frames.MakeWire(Kinds, random);

    public override FuzzOutcome Decode(byte[] input)
    {
        var node = _life.Node;
        var frames = Frames.OfWire(input);
        // Where the input begins with a hello of its own it is that one which the door reads.
        var hello = frames is [{ Kind: FrameKind.SessionHello } own, ..] ? own : Frame.Of(FrameKind.SessionHello, Hello);
        var link = new ScriptedLink(frames);
        node.Sessions.ServeAsync(link, hello, CancellationToken.None).WaitAsync(Patience).GetAwaiter().GetResult();
        var shape = new string([.. (link.Refusal ?? $"{link.Written.Count} kinds").Where(char.IsAsciiLetter)]);
        return frames.Count > 0 ? FuzzOutcome.Read(frames, shape) : FuzzOutcome.Refused(shape);
    }

    public override void Settle() => _life.Settle();

    private sealed class ScriptedLink(List<Frame> frames) : ISessionLink
    {
        private int _at;

        public string? Refusal { get; private set; }

        public HashSet<FrameKind> Written { get; } = [];

        public EndPoint? Remote => null;

        public async ValueTask<FrameReading> ReadAsync(FrameLimits limits, CancellationToken stop)
        {
            await Task.Yield();
            stop.ThrowIfCancellationRequested();
            if (_at >= frames.Count)
                return default;
            var wire = new System.Buffers.ReadOnlySequence<byte>(Frames.ToWire(frames[_at++]));
            return FrameReader.Read(ref wire, limits);
        }

        public ValueTask WriteAsync(ReadOnlyMemory<Frame> written, CancellationToken stop)
        {
            lock (Written)
            {
                foreach (var frame in written.Span)
                    Written.Add(frame.Kind);
            }

            return ValueTask.CompletedTask;
        }

        public Task RefuseAsync(string reason)
        {
            Refusal = reason;
            return Task.CompletedTask;
        }
    }
}
