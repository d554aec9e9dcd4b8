using System.Collections.Immutable;
using Akka.Registry.Contracts;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Akka.Registry.Cluster.Membership;

/// <summary>
/// Between what the machine says and what stands on the wire. Reading never throws: what is malformed is left out and
/// counted.
/// </summary>
internal static class SwimCodec
{
    // 2^53: no member announces itself as often; beyond it, a claim could not be refuted for ever.
    private const ulong IncarnationMax = 1UL << 53;

    // A fixed64 and its tag.
    private const int FixedBytes = 9;

    public static Frame Encode(SwimMessage message) => message switch
    {
        SwimMessage.Ping ping => Frame.Of(FrameKind.Ping, Write(ping)),
        SwimMessage.PingAck ack => Frame.Of(FrameKind.PingAck, Write(ack)),
        SwimMessage.PingRequest request => Frame.Of(FrameKind.PingRequest, Write(request)),
        SwimMessage.PingNack nack => Frame.Of(FrameKind.PingNack, Write(nack)),
        SwimMessage.Sync sync => Frame.Of(FrameKind.MembershipSync, Write(sync)),
        SwimMessage.Gossip gossip => Frame.Of(FrameKind.Gossip, Write(gossip)),
        _ => throw new System.Diagnostics.UnreachableException($"No encoding for {message.GetType().Name}."),
    };

    /// <summary>Reads a frame.</summary>
    /// <param name="frame">What came.</param>
    /// <param name="message">What it says, without the rumours that are malformed.</param>
    /// <param name="malformedRumours">How many those were.</param>
    /// <returns>False when the frame is no message of the membership at all.</returns>
    public static bool TryDecode(Frame frame, out SwimMessage message, out int malformedRumours)
    {
        malformedRumours = 0;
        message = null!;
        try
        {
            return TryRead(frame, ref malformedRumours, out message);
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    /// <summary>Bytes that the rumour takes in a message that carries it.</summary>
    /// <remarks>Reckoned, not written: it is asked for each rumour of each message.</remarks>
    public static int WireBytes(Rumour rumour)
    {
        var standing = rumour.Standing;
        var isVerdict = standing.State is MemberState.Suspect or MemberState.Down;
        var bytes = Nested(WireBytes(rumour.Node))
            + Number((ulong)standing.State)
            + Number(standing.Incarnation)
            + (rumour.Accuser.IsNone ? 0 : FixedBytes)
            + (isVerdict ? Number((ulong)standing.AliveAs) : 0)
            + Number(Seconds(rumour.DepartedFor));
        return Nested(bytes);
    }

    /// <summary>Bytes of the frame that carries the message, header included, without encoding it.</summary>
    public static int FrameBytes(SwimMessage message)
    {
        var bytes = message switch
        {
            SwimMessage.Ping ping => Number(ping.Sequence) + FixedBytes,
            SwimMessage.PingAck ack => Number(ack.Sequence) + (ack.Fingerprint == 0 ? 0 : FixedBytes),
            SwimMessage.PingRequest request => Number(request.Sequence) + Nested(WireBytes(request.Target)),
            SwimMessage.PingNack nack => Number(nack.Sequence),
            SwimMessage.Sync sync => (sync.ReplyWanted ? 2 : 0) + (sync.Joining ? 2 : 0),
            SwimMessage.Gossip => 0,
            _ => throw new System.Diagnostics.UnreachableException($"No size for {message.GetType().Name}."),
        };
        foreach (var rumour in message.Rumours)
            bytes += WireBytes(rumour);
        return Frame.HeaderBytes + bytes;
    }

    private static int WireBytes(NodeIdentity node) => FixedBytes
        + Text(node.Name)
        + Text(node.Address.Host)
        + Number((ulong)node.Address.Port)
        + Text(node.Zone)
        + Text(node.Version)
        + Text(node.HttpUrl)
        + Number((ulong)node.ProtocolMax);

    // Fields as protobuf writes them, each after one byte of tag; what is zero or empty is left out.
    private static int Number(ulong value) => value == 0 ? 0 : 1 + CodedOutputStream.ComputeUInt64Size(value);

    private static int Text(string text) => text.Length == 0 ? 0 : 1 + CodedOutputStream.ComputeStringSize(text);

    private static int Nested(int bytes) => 1 + CodedOutputStream.ComputeLengthSize(bytes) + bytes;

    private static uint Seconds(TimeSpan span) => (uint)Math.Ceiling(span.TotalSeconds);

    private static bool TryRead(Frame frame, ref int malformed, out SwimMessage message)
    {
        message = null!;
        switch (frame.Kind)
        {
            case FrameKind.Ping:
                var ping = frame.Read(Ping.Parser);
                if (ping.Target == 0)
                    return false;
                message = new SwimMessage.Ping(
                    ping.Sequence, new NodeUid(ping.Target), Read(ping.Rumours, ref malformed));
                return true;
            case FrameKind.PingAck:
                var ack = frame.Read(PingAck.Parser);
                message = new SwimMessage.PingAck(ack.Sequence, ack.Fingerprint, Read(ack.Rumours, ref malformed));
                return true;
            case FrameKind.PingRequest:
                var request = frame.Read(PingRequest.Parser);
                if (!NodeIdentity.TryFromWire(request.Target, out var target))
                    return false;
                message = new SwimMessage.PingRequest(request.Sequence, target, Read(request.Rumours, ref malformed));
                return true;
            case FrameKind.PingNack:
                var nack = frame.Read(PingNack.Parser);
                message = new SwimMessage.PingNack(nack.Sequence, Read(nack.Rumours, ref malformed));
                return true;
            case FrameKind.MembershipSync:
                var sync = frame.Read(MembershipSync.Parser);
                message = new SwimMessage.Sync(sync.ReplyWanted, sync.Joining, Read(sync.Members, ref malformed));
                return true;
            case FrameKind.Gossip:
                message = new SwimMessage.Gossip(Read(frame.Read(Gossip.Parser).Rumours, ref malformed));
                return true;
            default:
                return false; // Kinds of other lanes, and of versions to come.
        }
    }

    private static ImmutableArray<Rumour> Read(RepeatedField<WireRumour> wire, ref int malformed)
    {
        if (wire.Count == 0)
            return [];
        var rumours = ImmutableArray.CreateBuilder<Rumour>(wire.Count);
        foreach (var one in wire)
        {
            if (TryRead(one, out var rumour))
                rumours.Add(rumour);
            else
                malformed++;
        }

        return rumours.DrainToImmutable();
    }

    private static bool TryRead(WireRumour wire, out Rumour rumour)
    {
        rumour = null!;
        if (!NodeIdentity.TryFromWire(wire.Node, out var node) || wire.Incarnation is 0 or > IncarnationMax)
            return false;
        var state = (MemberState)(int)wire.State;
        var isVerdict = state is MemberState.Suspect or MemberState.Down;
        if (!Enum.IsDefined(state))
            return false;
        var aliveAs = isVerdict ? (MemberState)(int)wire.AliveAs : state;
        if (isVerdict && aliveAs is not (MemberState.Joining or MemberState.Up or MemberState.Leaving))
            return false;
        if (state is MemberState.Suspect && wire.Accuser == 0)
            return false;
        rumour = new Rumour(node, new Standing(state, wire.Incarnation, aliveAs))
        {
            Accuser = isVerdict ? new NodeUid(wire.Accuser) : default,
            DepartedFor = TimeSpan.FromSeconds(
                state is MemberState.Down or MemberState.Left ? wire.DepartedSeconds : 0),
        };
        return true;
    }

    private static WireRumour Write(Rumour rumour)
    {
        var isVerdict = rumour.Standing.State is MemberState.Suspect or MemberState.Down;
        return new WireRumour
        {
            Node = rumour.Node.ToWire(),
            State = (WireMemberState)(int)rumour.Standing.State,
            Incarnation = rumour.Standing.Incarnation,
            Accuser = rumour.Accuser.Value,
            AliveAs = isVerdict ? (WireMemberState)(int)rumour.Standing.AliveAs : WireMemberState.Unspecified,
            DepartedSeconds = Seconds(rumour.DepartedFor),
        };
    }

    private static Ping Write(SwimMessage.Ping ping)
    {
        var wire = new Ping { Sequence = ping.Sequence, Target = ping.Target.Value };
        Write(ping.Rumours, wire.Rumours);
        return wire;
    }

    private static PingAck Write(SwimMessage.PingAck ack)
    {
        var wire = new PingAck { Sequence = ack.Sequence, Fingerprint = ack.Fingerprint };
        Write(ack.Rumours, wire.Rumours);
        return wire;
    }

    private static PingRequest Write(SwimMessage.PingRequest request)
    {
        var wire = new PingRequest { Sequence = request.Sequence, Target = request.Target.ToWire() };
        Write(request.Rumours, wire.Rumours);
        return wire;
    }

    private static PingNack Write(SwimMessage.PingNack nack)
    {
        var wire = new PingNack { Sequence = nack.Sequence };
        Write(nack.Rumours, wire.Rumours);
        return wire;
    }

    private static MembershipSync Write(SwimMessage.Sync sync)
    {
        var wire = new MembershipSync { ReplyWanted = sync.ReplyWanted, Joining = sync.Joining };
        Write(sync.Rumours, wire.Members);
        return wire;
    }

    private static Gossip Write(SwimMessage.Gossip gossip)
    {
        var wire = new Gossip();
        Write(gossip.Rumours, wire.Rumours);
        return wire;
    }

    private static void Write(ImmutableArray<Rumour> rumours, RepeatedField<WireRumour> wire)
    {
        foreach (var rumour in rumours)
            wire.Add(Write(rumour));
    }
}
