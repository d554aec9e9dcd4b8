using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Membership;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Google.Protobuf;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>What a stranger says at the cluster port before anything else is read: both sides of the handshake, with and without a secret.</summary>
internal sealed class HandshakeTarget() : FuzzTarget("handshake")
{
    private static readonly FrameKind[] Kinds = [FrameKind.Hello, FrameKind.Proof, FrameKind.Welcome, FrameKind.Refused, FrameKind.Ping];
    private static readonly NodeIdentity Self = new(new NodeUid(7), "node-1", new NodeAddress("127.0.0.1", 4053));
    private static readonly HandshakeTerms Open = new("default", default, Self);
    private static readonly HandshakeTerms Closed = new("default", "a secret that nobody knows"u8.ToArray(), Self);

    public override IEnumerable<byte[]> Seeds =>
    [
        Frames.ToWire(new ConnectHandshake(Open, Lane.Membership, [], LinkTrust.None).Hello, Frame.Of(FrameKind.Proof, new Proof())),
        Frames.ToWire(new ConnectHandshake(Closed, Lane.Actors, new byte[ClusterProof.ChallengeBytes], LinkTrust.None).Hello,
            Frame.Of(FrameKind.Proof, new Proof { Proof_ = ByteString.CopyFrom(new byte[32]) })),
        Frames.ToWire(Frame.Of(FrameKind.Welcome, new Welcome { Protocol = WireProtocol.Max, Node = Self.ToWire() })),
        Frames.ToWire(Handshake.RefusedFrame("this cluster has a secret\n")),
    ];

    public override byte[] Make(Random random) => Frames.MakeWire(Kinds, random);

    public override FuzzOutcome Decode(byte[] input)
    {
        var frames = Frames.OfWire(input, framesMax: 3);
        if (frames.Count == 0)
            return FuzzOutcome.Refused("no frame");
        var shape = "";
        foreach (var terms in new[] { Open, Closed })
        {
            var accepting = new AcceptHandshake(terms, terms.HasSecret ? new byte[ClusterProof.ChallengeBytes] : [], LinkTrust.None);
            foreach (var frame in frames)
            {
                var step = accepting.Receive(frame);
                shape += Shape(step);
                if (step is HandshakeStep.Established && terms.HasSecret)
                    throw new FuzzFinding("a peer is let in that does not know the secret");
                if (step is not HandshakeStep.Reply)
                    break;
            }

            var challenge = terms.HasSecret ? new byte[ClusterProof.ChallengeBytes] : [];
            var connecting = new ConnectHandshake(terms, Lane.Replication, challenge, LinkTrust.None).Receive(
                frames[0]);
            if (connecting is HandshakeStep.Established && terms.HasSecret)
                throw new FuzzFinding("a peer is spoken with that does not know the secret");
            shape += Shape(connecting);
        }

        return FuzzOutcome.Read(frames, shape);
    }

    private static string Shape(HandshakeStep step) => step switch
    {
        HandshakeStep.Refuse refuse => new string([.. refuse.Reason.Where(char.IsAsciiLetter)]),
        HandshakeStep.RefusedByPeer => "refused by peer;",
        _ => step.GetType().Name,
    };
}

/// <summary>What the membership reads of peers.</summary>
internal sealed class MembershipTarget() : FuzzTarget("membership")
{
    private static readonly FrameKind[] Kinds =
        [FrameKind.Ping, FrameKind.PingAck, FrameKind.PingRequest, FrameKind.PingNack, FrameKind.MembershipSync, FrameKind.Gossip];

    private static readonly WireRumour Rumour = new()
    {
        Node = new WireNode { Uid = 9, Name = "node-9", Host = "10.0.0.9", Port = 4053, ProtocolMax = WireProtocol.Max },
        State = WireMemberState.Suspect, Incarnation = 5, Accuser = 3, AliveAs = WireMemberState.Up,
    };

    public override IEnumerable<byte[]> Seeds => new[]
    {
        Frame.Of(FrameKind.Ping, new Ping { Sequence = 1, Target = 9, Rumours = { Rumour } }),
        Frame.Of(FrameKind.PingAck, new PingAck { Sequence = 1, Fingerprint = 17, Rumours = { Rumour } }),
        Frame.Of(FrameKind.PingRequest, new PingRequest { Sequence = 2, Target = Rumour.Node }),
        Frame.Of(FrameKind.PingNack, new PingNack { Sequence = 2 }),
        Frame.Of(FrameKind.MembershipSync, new MembershipSync { ReplyWanted = true, Members = { Rumour, Rumour } }),
        Frame.Of(FrameKind.Gossip, new Gossip { Rumours = { Rumour } }),
    }.Select(Frames.ToInput);

    public override byte[] Make(Random random) => Frames.ToInput(Frames.Make(Kinds, random));

    public override FuzzOutcome Decode(byte[] input) => SwimCodec.TryDecode(Frames.OfInput(input, Kinds), out var message, out var malformed)
        ? FuzzOutcome.Read(message, $"{message.GetType().Name} {Math.Min(message.Rumours.Length, 3)} {Math.Min(malformed, 3)}")
        : FuzzOutcome.Refused("refused");

    public override void Check(object value)
    {
        var frame = SwimCodec.Encode((SwimMessage)value);
        if (!SwimCodec.TryDecode(frame, out var again, out var malformed) || malformed > 0)
            throw new FuzzFinding("what is written is not read");
        if (!SwimCodec.Encode(again).Payload.Span.SequenceEqual(frame.Payload.Span))
            throw new FuzzFinding($"{value} becomes {again}");
        if (SwimCodec.FrameBytes(again) != frame.WireBytes)
            throw new FuzzFinding($"the size is reckoned as {SwimCodec.FrameBytes(again)}, and is {frame.WireBytes}");
    }
}

/// <summary>What the replicator reads of peers.</summary>
internal sealed class ReplicationTarget() : FuzzTarget("replication")
{
    private static readonly FrameKind[] Kinds =
        [FrameKind.Delta, FrameKind.DeltaAck, FrameKind.Digest, FrameKind.SnapshotRequest, FrameKind.OwnerWord];

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            var vector = VersionVector.Empty.With(new Origin(new NodeUid(5), 1), 8);
            var record = MapRecord.Of(
                new RecordKey("web", "1"), new RecordOrder(3, false, new Stamp(new HybridTimestamp(77), new NodeUid(5)), false),
                new Dot(new NodeUid(5), 8), InstanceTarget.Value().ToByteArray());
            yield return Input(new PeerFrame.Delta(1, 2)
            {
                ReceiverGeneration = 1, Interval = 1, Part = 0, Last = true, From = VersionVector.Empty, To = vector, Records = [record],
            });
            yield return Input(new PeerFrame.DeltaAck(1, 2, 3, vector, true, 4));
            yield return Input(new PeerFrame.Digest(1, 2)
            {
                Vector = vector, Collected = VersionVector.Empty, Retired = vector, Clock = new HybridTimestamp(9), LiveEntries = 1,
                    ReplyWanted = true,
                Retains = true, StateHash = 4, Synchronized = true, Uncovered = 0,
            });
            yield return Input(new PeerFrame.SnapshotRequest(1, 2, 3));
            yield return Input(new PeerFrame.OwnerWord(1, 2)
            {
                Questions = [record.Key], Released = [record.Key], Kept = [record.WithSignature([1])],
                Passports = [new byte[] { 2 }],
            });
        }
    }

    public override byte[] Make(Random random) => Frames.ToInput(Frames.Make(Kinds, random));

    public override FuzzOutcome Decode(byte[] input) => ReplicationCodec.TryDecode(Frames.OfInput(input, Kinds), out var frame)
        ? FuzzOutcome.Read(frame, frame.GetType().Name)
        : FuzzOutcome.Refused("refused");

    public override void Check(object value)
    {
        var frame = ReplicationCodec.Encode((PeerFrame)value);
        if (!ReplicationCodec.TryDecode(frame, out var again))
            throw new FuzzFinding("what is written is not read");
        if (!ReplicationCodec.Encode(again).Payload.Span.SequenceEqual(frame.Payload.Span))
            throw new FuzzFinding($"{value} becomes {again}");
    }

    private static byte[] Input(PeerFrame frame) => Frames.ToInput(ReplicationCodec.Encode(frame));
}

/// <summary>The token of a reader's cursor, which any client may send.</summary>
internal sealed class CursorTarget() : FuzzTarget("cursor")
{
    private static readonly VersionVector Vector = VersionVector.Empty.With(new Origin(new NodeUid(5), 1), 8).With(
        new Origin(new NodeUid(6), 2), 1UL << 40);

    public override IEnumerable<byte[]> Seeds => InputText.OfAll(
        ReadCursor.Empty.ToToken(), new ReadCursor(Vector, []).ToToken(), new ReadCursor(Vector, [new Dot(new NodeUid(5), 10)]).ToToken());

    public override FuzzOutcome Decode(byte[] input) => ReadCursor.TryParseToken(InputText.Text(input), out var cursor)
        ? FuzzOutcome.Read((InputText.Text(input), cursor), $"{cursor.Vector.Count} {cursor.Beyond.Length}")
        : FuzzOutcome.Refused("refused");

    public override byte[] Make(Random random)
    {
        // The bytes by chance, their spelling right.
        var bytes = new byte[1 + random.Next(60)];
        random.NextBytes(bytes);
        (bytes[0], bytes[^1]) = (1, (byte)random.Next(128));
        if (bytes.Length > 1)
            bytes[1] = (byte)random.Next(4);
        return InputText.Of(System.Buffers.Text.Base64Url.EncodeToString(bytes));
    }

    public override void Check(object value)
    {
        var (token, cursor) = ((string, ReadCursor))value;
        // One cursor has exactly one token.
        if (new ReadCursor(cursor.Vector, cursor.Beyond).ToToken() != token)
            throw new FuzzFinding($"'{token}' is written otherwise");
    }
}
