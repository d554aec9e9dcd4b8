using Akka.Registry.Cluster.Membership;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;
using static Akka.Registry.Cluster.Tests.Membership.MachineRig;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class SwimCodecTests
{
    private static readonly NodeIdentity Rich = new(new NodeUid(ulong.MaxValue), "a b", new NodeAddress("::1", 65_535))
    {
        Zone = "zone-a",
        Version = "1.2.3",
        HttpUrl = "http://[::1]:8500",
        ProtocolMax = 7,
    };

    private static readonly Rumour[] Rumours =
    [
        Up(Rich, 9),
        Says(Node(2), MemberState.Joining),
        Says(Node(3), MemberState.Leaving),
        Suspects(Node(4), accuser: 3, incarnation: 5),
        Down(Node(5), accuser: 3) with { DepartedFor = TimeSpan.FromSeconds(77) },
        Says(Node(6), MemberState.Left) with { DepartedFor = TimeSpan.FromSeconds(1) },
    ];

    public static TheoryData<string> Messages => [.. All.Keys];

    private static Dictionary<string, SwimMessage> All { get; } = new SwimMessage[]
    {
        new SwimMessage.Ping(1, new NodeUid(2), [.. Rumours]),
        new SwimMessage.PingAck(1, 99, [.. Rumours]),
        new SwimMessage.PingRequest(1, Rich, [.. Rumours]),
        new SwimMessage.PingNack(1, [.. Rumours]),
        new SwimMessage.Sync(ReplyWanted: true, Joining: true, [.. Rumours]),
        new SwimMessage.Gossip([.. Rumours]),
    }.ToDictionary(message => message.GetType().Name);

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_message_survives_the_wire(string name)
    {
        var message = All[name];

        SwimCodec.TryDecode(SwimCodec.Encode(message), out var read, out var malformed).ShouldBeTrue();

        malformed.ShouldBe(0);
        read.GetType().ShouldBe(message.GetType());
        read.Rumours.ShouldBe(message.Rumours);
        SwimCodec.Encode(read).Payload.ToArray().ShouldBe(SwimCodec.Encode(message).Payload.ToArray());
    }

    [Fact]
    public void Every_case_of_the_family_is_among_them() =>
        typeof(SwimMessage).GetNestedTypes()
            .Where(type => type.IsSubclassOf(typeof(SwimMessage)))
            .Select(type => type.Name)
            .ShouldBe(All.Keys, ignoreOrder: true);

    [Fact]
    public void The_age_of_a_departure_is_rounded_up()
    {
        var death = Down(Node(2)) with { DepartedFor = TimeSpan.FromMilliseconds(1_001) };
        var frame = SwimCodec.Encode(new SwimMessage.Gossip([death]));

        SwimCodec.TryDecode(frame, out var read, out _).ShouldBeTrue();

        // Rounding down would make it younger with every hop.
        read.Rumours[0].DepartedFor.ShouldBe(TimeSpan.FromSeconds(2));
    }

    public static TheoryData<string, Action<WireRumour>> Damages => new()
    {
        { "no node", wire => wire.Node = null },
        { "no uid", wire => wire.Node.Uid = 0 },
        { "no host", wire => wire.Node.Host = "" },
        { "long host", wire => wire.Node.Host = new string('h', 256) },
        { "no port", wire => wire.Node.Port = 0 },
        { "port", wire => wire.Node.Port = 65_536 },
        { "long name", wire => wire.Node.Name = new string('n', 256) },
        { "long zone", wire => wire.Node.Zone = new string('z', 256) },
        { "long url", wire => wire.Node.HttpUrl = new string('u', 2_049) },
        { "no state", wire => wire.State = WireMemberState.Unspecified },
        { "unknown state", wire => wire.State = (WireMemberState)99 },
        { "no incarnation", wire => wire.Incarnation = 0 },
        { "incarnation", wire => wire.Incarnation = (1UL << 53) + 1 },
        { "suspicion without a state to return to", wire => (wire.State, wire.Accuser) = (WireMemberState.Suspect, 1) },
        { "death of one that left", wire => (wire.State, wire.AliveAs) = (WireMemberState.Down, WireMemberState.Left) },
        { "suspicion by nobody", wire => (wire.State, wire.AliveAs) = (WireMemberState.Suspect, WireMemberState.Up) },
        { "death without a state to return to", wire => wire.State = WireMemberState.Down },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_malformed_rumour_is_left_out_and_counted_and_the_others_stand(string what, Action<WireRumour> damage)
    {
        var bad = new WireRumour { Node = Node(2).ToWire(), State = WireMemberState.Up, Incarnation = 1 };
        var good = bad.Clone();
        damage(bad);

        var frame = Frame.Of(FrameKind.Gossip, new Gossip { Rumours = { bad, good } });
        SwimCodec.TryDecode(frame, out var read, out var malformed).ShouldBeTrue(what);

        malformed.ShouldBe(1, what);
        read.Rumours.ShouldBe([Up(Node(2))], what);
    }

    [Fact]
    public void What_is_no_message_at_all_is_refused()
    {
        SwimCodec.TryDecode(new Frame(FrameKind.Ping, new byte[] { 0xFF, 0xFF, 0xFF }), out _, out _).ShouldBeFalse();
        // Meant for nobody.
        SwimCodec.TryDecode(Frame.Of(FrameKind.Ping, new Ping { Sequence = 1 }), out _, out _).ShouldBeFalse();
        SwimCodec.TryDecode(Frame.Of(FrameKind.PingRequest, new PingRequest { Sequence = 1 }), out _, out _)
            .ShouldBeFalse();
        SwimCodec.TryDecode(new Frame(FrameKind.Delta, Array.Empty<byte>()), out _, out _).ShouldBeFalse();
        SwimCodec.TryDecode(new Frame((FrameKind)255, Array.Empty<byte>()), out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(1);
        for (var kind = FrameKind.Ping; kind <= FrameKind.Gossip; kind++)
        {
            for (var round = 0; round < 2_000; round++)
            {
                var bytes = new byte[random.Next(64)];
                random.NextBytes(bytes);
                SwimCodec.TryDecode(new Frame(kind, bytes), out _, out _);
            }
        }
    }

    [Fact]
    public void Bytes_are_reckoned_as_they_are_written()
    {
        var named = Node(2) with { Zone = "zürich", Version = "2.1.0", HttpUrl = "http://10.0.0.2:8500", ProtocolMax = 300 };
        Rumour[] rumours =
        [
            Up(Node(2)),
            Up(named, incarnation: 1UL << 40),
            Says(named, MemberState.Left) with { DepartedFor = TimeSpan.FromSeconds(200_000.5) },
            Suspects(named, accuser: ulong.MaxValue, incarnation: 300),
            Down(Node(3)),
            Down(named, accuser: 7) with { DepartedFor = TimeSpan.FromMilliseconds(1) },
        ];
        SwimMessage[] messages =
        [
            new SwimMessage.Ping(0, new NodeUid(9), []),
            new SwimMessage.Ping(1UL << 32, new NodeUid(9), [.. rumours]),
            new SwimMessage.PingAck(5, Fingerprint: 0, [.. rumours]),
            new SwimMessage.PingAck(5, Fingerprint: 1, []),
            new SwimMessage.PingRequest(128, named, [.. rumours]),
            new SwimMessage.PingNack(127, [.. rumours]),
            new SwimMessage.Sync(ReplyWanted: true, Joining: false, [.. rumours]),
            new SwimMessage.Sync(ReplyWanted: false, Joining: true, [.. rumours]),
            new SwimMessage.Gossip([.. rumours]),
        ];

        foreach (var message in messages)
            SwimCodec.FrameBytes(message).ShouldBe(SwimCodec.Encode(message).WireBytes, message.ToString());
        foreach (var rumour in rumours)
        {
            var alone = SwimCodec.Encode(new SwimMessage.Gossip([rumour]));
            SwimCodec.WireBytes(rumour).ShouldBe(alone.Payload.Length, rumour.ToString());
        }
    }
}
