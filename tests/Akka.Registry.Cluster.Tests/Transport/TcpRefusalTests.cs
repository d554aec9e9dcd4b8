using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Transport;

public sealed class TcpRefusalTests
{
    private static readonly ClusterCredentials Secret = TransportNode.Credentials with { Secret = "one" };

    public static TheoryData<string, string> Objections => new()
    {
        { "magic", "this is not the registry's protocol" },
        { "version above", "wire versions 2 to 3 are not spoken here, but 1 to 1" },
        { "version below", "wire versions 0 to 0 are not spoken here, but 1 to 1" },
        { "cluster", "the cluster name differs" },
        { "lane", "lane 5 is unknown" },
        { "challenge", "this node has no cluster secret" },
        { "node", "Hello does not say who it is from" },
        { "uid", "Hello does not say who it is from" },
    };

    [Theory]
    [MemberData(nameof(Objections))]
    public async Task A_hello_that_does_not_fit_is_refused_with_the_reason(string what, string reason)
    {
        await using var node = await TransportNode.StartAsync(1);
        await using var peer = await RawPeer.ConnectAsync(node);

        await peer.SayAsync(FrameKind.Hello, RawPeer.Hello(hello => Spoil(hello, what)));

        (await peer.HearRefusalAsync()).ShouldBe(reason);
        await peer.HearEndAsync();
        (await node.NextLogAsync(2121)).ShouldContain(reason);
        node.Status.ConnectionsRefused.ShouldBe(1);
    }

    [Theory]
    [InlineData("one", "two", "the cluster secret differs")]
    [InlineData("one", "", "this node has no cluster secret")]
    [InlineData("", "one", "this cluster has a secret")]
    public async Task Nodes_of_different_secrets_refuse_each_other(string connecting, string accepting, string reason)
    {
        await using var a = await TransportNode.StartAsync(1, credentials: TransportNode.Credentials with { Secret = connecting });
        await using var b = await TransportNode.StartAsync(2, credentials: TransportNode.Credentials with { Secret = accepting });

        a.Send(b, Lane.Membership, 1).ShouldBeTrue();

        (await a.NextBrokenAsync()).ShouldBe(b.Address);
        (await a.NextLogAsync(2111)).ShouldContain(reason);
        (await b.NextLogAsync(2121)).ShouldContain(reason);
        a.Status.FramesDropped.ShouldBe(1);
        await a.DisposeAsync();
        await b.DisposeAsync();
        b.ArrivedWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task Nodes_of_different_clusters_refuse_each_other()
    {
        await using var a = await TransportNode.StartAsync(1, credentials: TransportNode.Credentials with { ClusterName = "other" });
        await using var b = await TransportNode.StartAsync(2);

        a.Send(b, Lane.Membership, 1);

        await a.NextBrokenAsync();
        (await a.NextLogAsync(2111)).ShouldContain("refused by the peer: the cluster name differs");
        (await b.NextLogAsync(2121)).ShouldContain("the cluster name differs");
    }

    [Fact]
    public async Task Frames_behind_a_wrong_proof_never_reach_the_sink()
    {
        await using var node = await TransportNode.StartAsync(1, credentials: Secret);
        await using var peer = await RawPeer.ConnectAsync(node);
        await peer.SayAsync(FrameKind.Hello, RawPeer.Hello(hello => hello.Challenge = ByteString.CopyFrom(new byte[16])));
        (await peer.HearAsync()).Kind.ShouldBe(FrameKind.Welcome);

        await peer.SayAsync(FrameKind.Proof, new Proof { Proof_ = ByteString.CopyFrom(new byte[32]) });
        await peer.SayAsync(FrameKind.Ping, new Ping());

        (await peer.HearRefusalAsync()).ShouldBe("the cluster secret differs");
        await peer.HearEndAsync();
        await node.DisposeAsync();
        node.ArrivedWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task Frames_before_the_handshake_never_reach_the_sink()
    {
        await using var node = await TransportNode.StartAsync(1);
        await using var peer = await RawPeer.ConnectAsync(node);

        await peer.SayAsync(FrameKind.Ping, new Ping());

        (await peer.HearRefusalAsync()).ShouldBe("the first frame is Ping, not Hello");
        await peer.HearEndAsync();
        await node.DisposeAsync();
        node.ArrivedWaiting.ShouldBe(0);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "a frame of 1195725856 bytes is over the limit")]
    [InlineData("\0\0\0\0", "a frame has no kind")]
    [InlineData("\0\0\0\u0001\u007f", "frame kind 127 is unknown")]
    [InlineData("\0\u0001\0\u0001", "a frame of 65537 bytes is over the limit")]
    [InlineData("\0\0\0\u0003\u0001\u007f\u007f", "Hello cannot be read")]
    public async Task Garbage_is_refused(string bytes, string reason)
    {
        await using var node = await TransportNode.StartAsync(1);
        await using var peer = await RawPeer.ConnectAsync(node);

        await peer.SayAsync([.. bytes.Select(c => (byte)c)]);

        (await peer.HearRefusalAsync()).ShouldBe(reason);
        await peer.HearEndAsync();
        (await node.NextLogAsync(2121)).ShouldContain(reason);
    }

    [Theory]
    [InlineData(new byte[] { 0x40, 0, 0, 0 }, "a frame of 1073741824 bytes is over the limit")]
    [InlineData(new byte[] { 0, 0, 0, 1, 200 }, "frame kind 200 is unknown")]
    [InlineData(new byte[] { 0, 0, 0, 1, 1 }, "Hello after the handshake")]
    public async Task What_does_not_belong_on_an_established_link_closes_that_link_alone(byte[] bytes, string reason)
    {
        await using var node = await TransportNode.StartAsync(1);
        await using var peer = await RawPeer.ConnectAsync(node);
        await using var other = await RawPeer.ConnectAsync(node);
        await peer.EstablishAsync();
        await other.EstablishAsync(hello => hello.Lane = 2);

        await peer.SayAsync(bytes);

        (await peer.HearRefusalAsync()).ShouldBe(reason);
        await peer.HearEndAsync();
        (await node.NextLogAsync(2122)).ShouldContain(reason);
        await other.SayAsync(FrameKind.Ping, new Ping());
        (await node.NextAsync(Lane.Replication)).From.Uid.ShouldBe(new NodeUid(99));
    }

    [Fact]
    public async Task A_defect_of_the_sink_closes_that_link_alone()
    {
        await using var node = await TransportNode.StartAsync(1);
        await using var peer = await RawPeer.ConnectAsync(node);
        await peer.EstablishAsync();

        await peer.SayAsync(FrameKind.HandOver, new HandOver());

        await peer.HearEndAsync();
        await node.NextLogAsync(2131);
        await using var other = await RawPeer.ConnectAsync(node);
        await other.EstablishAsync();
        await other.SayAsync(FrameKind.Ping, new Ping());
        await node.NextAsync(Lane.Membership);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 50, 1, 2, 3 })]
    public async Task A_half_open_connection_ends_at_the_deadline_of_the_handshake(byte[] begun)
    {
        await using var node = await TransportNode.StartAsync(
            1, TransportNode.Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(100) });
        await using var peer = await RawPeer.ConnectAsync(node);

        await peer.SayAsync(begun);

        await peer.HearEndAsync();
        (await node.NextLogAsync(2121)).ShouldContain("no handshake: it took too long");
        node.Status.ConnectionsRefused.ShouldBe(1);
    }

    [Fact]
    public async Task A_peer_that_never_answers_is_given_up_at_the_deadline_of_the_handshake()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var address = new NodeAddress("127.0.0.1", ((System.Net.IPEndPoint)silent.LocalEndpoint).Port);
        await using var node = await TransportNode.StartAsync(
            1, TransportNode.Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(100) });

        node.Transport.Send(address, Lane.Messages, new Frame(FrameKind.Ping, new byte[1]));

        (await node.NextBrokenAsync()).ShouldBe(address);
        (await node.NextLogAsync(2111)).ShouldContain("it took too long. Frames lost: 1.");
    }

    [Fact]
    public async Task Connections_past_the_limit_are_closed()
    {
        await using var node = await TransportNode.StartAsync(1, TransportNode.Options with { ConnectionsMax = 1 });
        await using var first = await RawPeer.ConnectAsync(node);
        await first.EstablishAsync();
        await using var second = await RawPeer.ConnectAsync(node);

        await second.HearEndAsync();

        (await node.NextLogAsync(2121)).ShouldContain("too many connections");
        await first.SayAsync(FrameKind.Ping, new Ping());
        await node.NextAsync(Lane.Membership);
    }

    [Fact]
    public async Task A_new_connection_of_a_peer_takes_the_place_of_its_old_one()
    {
        await using var node = await TransportNode.StartAsync(1);
        await using var old = await RawPeer.ConnectAsync(node);
        await old.EstablishAsync();
        await using var young = await RawPeer.ConnectAsync(node);
        await young.EstablishAsync();

        await old.HearEndAsync();
        await young.SayAsync(FrameKind.Ping, new Ping());

        await node.NextAsync(Lane.Membership);
        node.Status.Links.ShouldHaveSingleItem().Frames.ShouldBe(1);
    }

    [Fact]
    public async Task The_log_says_only_so_much_about_refusals()
    {
        await using var node = await TransportNode.StartAsync(1, TransportNode.Options with { RefusalLogsPerMinute = 1 });
        for (var i = 0; i < 5; i++)
        {
            await using var peer = await RawPeer.ConnectAsync(node);
            await peer.SayAsync(0, 0, 0, 0);
            await peer.HearRefusalAsync();
        }

        await node.DisposeAsync();

        node.Status.ConnectionsRefused.ShouldBe(5);
        node.LogLines(2121).ShouldBe(1);
    }

    private static void Spoil(Hello hello, string what)
    {
        switch (what)
        {
            case "magic": hello.Magic = 0x50524920; break;
            case "version above": (hello.ProtocolMin, hello.ProtocolMax) = (2, 3); break;
            case "version below": (hello.ProtocolMin, hello.ProtocolMax) = (0, 0); break;
            case "cluster": hello.Cluster = "Registry"; break;
            case "lane": hello.Lane = 5; break;
            case "challenge": hello.Challenge = ByteString.CopyFrom(new byte[16]); break;
            case "node": hello.Node = null; break;
            case "uid": hello.Node.Uid = 0; break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }
    }
}
