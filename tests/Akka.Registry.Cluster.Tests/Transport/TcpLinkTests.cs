using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.EndToEnd.Harness;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Transport;

public sealed class TcpLinkTests
{
    [Fact]
    public async Task The_end_of_a_peer_is_seen_in_silence_and_told_once()
    {
        await using var a = await TransportNode.StartAsync(1);
        var b = await TransportNode.StartAsync(2);
        a.Send(b, Lane.Membership, 1);
        await b.NextAsync(Lane.Membership);

        await b.DisposeAsync();

        (await a.NextBrokenAsync()).ShouldBe(b.Address);
        (await a.NextLogAsync(2113)).ShouldBe(
            $"The connection to {b.Address} for Membership broke: the peer closed the connection. Frames lost: 0.");
        await a.DisposeAsync();
        a.BrokenWaiting.ShouldBe(0);
        a.Status.LinksBroken.ShouldBe(1);
    }

    [Fact]
    public async Task A_reset_connection_is_seen_in_silence()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var a = await TransportNode.StartAsync(1);
        var address = new NodeAddress("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        a.Transport.Send(address, Lane.Membership, new Frame(FrameKind.Ping, new byte[3])).ShouldBeTrue();
        var socket = await listener.AcceptSocketAsync();
        await using var peer = new RawPeer(socket);
        (await peer.HearAsync()).Kind.ShouldBe(FrameKind.Hello);
        await peer.SayAsync(FrameKind.Welcome, new Welcome { Protocol = 1, Node = RawPeer.Hello().Node });
        (await peer.HearAsync()).Kind.ShouldBe(FrameKind.Proof);
        (await peer.HearAsync()).Kind.ShouldBe(FrameKind.Ping);

        socket.Close(timeout: 0);

        (await a.NextBrokenAsync()).ShouldBe(address);
        (await a.NextLogAsync(2113)).ShouldContain("ConnectionReset");
    }

    [Fact]
    public async Task A_peer_that_starts_again_on_its_port_is_reached_again()
    {
        await using var a = await TransportNode.StartAsync(1);
        var b = await TransportNode.StartAsync(2, TransportNode.Options with { Port = LoopbackPort.Hold() });
        a.Send(b, Lane.Membership, 1);
        await b.NextAsync(Lane.Membership);
        await b.DisposeAsync();
        await a.NextBrokenAsync();

        await using var again = await TransportNode.StartAsync(3, TransportNode.Options with { Port = b.Address.Port });
        a.Send(again, Lane.Membership, 2).ShouldBeTrue();

        (await again.NextPayloadAsync(Lane.Membership)).ShouldBe([2]);
        again.Address.ShouldBe(b.Address);
        a.Status.Links.ShouldHaveSingleItem().Peer.ShouldBe(again.Self);
        a.BrokenWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_peer_that_is_not_there_is_told_and_its_frames_are_counted()
    {
        await using var a = await TransportNode.StartAsync(1);
        var nobody = new NodeAddress("127.0.0.1", LoopbackPort.Hold());

        a.Transport.Send(nobody, Lane.Membership, new Frame(FrameKind.Ping, new byte[3])).ShouldBeTrue();

        (await a.NextBrokenAsync()).ShouldBe(nobody);
        (await a.NextLogAsync(2111)).ShouldBe(
            $"Cannot connect to {nobody} for Membership: ConnectionRefused. Frames lost: 1.");
        var status = a.Status;
        status.FramesDropped.ShouldBe(1);
        status.FramesOut.ShouldBe(0);
        status.LinksBroken.ShouldBe(1);
        a.Transport.QueuedBytes(nobody, Lane.Membership).ShouldBe(0);
    }

    [Fact]
    public async Task An_address_that_is_none_is_a_failure_of_the_link()
    {
        await using var a = await TransportNode.StartAsync(1);
        var nonsense = new NodeAddress(new string('x', 300), 1);

        a.Transport.Send(nonsense, Lane.Membership, new Frame(FrameKind.Ping, new byte[3])).ShouldBeTrue();

        (await a.NextBrokenAsync()).ShouldBe(nonsense);
    }

    [Fact]
    public async Task A_peer_that_failed_is_left_alone_for_a_while()
    {
        var patient = TransportNode.Options with
        {
            ReconnectDelayMin = TimeSpan.FromMinutes(1),
            ReconnectDelayMax = TimeSpan.FromMinutes(1),
        };
        await using var a = await TransportNode.StartAsync(1, patient);
        var nobody = new NodeAddress("127.0.0.1", LoopbackPort.Hold());
        var frame = new Frame(FrameKind.Ping, new byte[3]);
        a.Transport.Send(nobody, Lane.Membership, frame);
        await a.NextBrokenAsync();

        a.Transport.Send(nobody, Lane.Membership, frame).ShouldBeFalse();

        a.Status.FramesRejected.ShouldBe(1);
        a.Status.Links.ShouldHaveSingleItem().State.ShouldBe(LinkState.BackingOff);
        a.BrokenWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_peer_that_failed_and_comes_by_itself_is_answered_at_once()
    {
        var patient = TransportNode.Options with
        {
            ReconnectDelayMin = TimeSpan.FromMinutes(1),
            ReconnectDelayMax = TimeSpan.FromMinutes(1),
        };
        await using var a = await TransportNode.StartAsync(1, patient);
        var nobody = new NodeAddress("127.0.0.1", LoopbackPort.Hold());
        a.Transport.Send(nobody, Lane.Membership, new Frame(FrameKind.Ping, new byte[3]));
        await a.NextBrokenAsync();

        await using var back = await TransportNode.StartAsync(2, TransportNode.Options with { Port = nobody.Port });
        back.Send(a, Lane.Membership, 1).ShouldBeTrue();
        await a.NextAsync(Lane.Membership);

        back.Address.ShouldBe(nobody);
        a.Send(back, Lane.Membership, 2).ShouldBeTrue();
        (await back.NextPayloadAsync(Lane.Membership)).ShouldBe([2]);
    }

    [Fact]
    public async Task A_full_queue_rejects_and_forgets_nothing_that_it_took()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = new NodeAddress("127.0.0.1", ((IPEndPoint)silent.LocalEndpoint).Port);
        await using var a = await TransportNode.StartAsync(
            1, TransportNode.Options with { FrameBytesMax = 65_536, QueueBytesMax = 65_536 });
        var frame = new Frame(FrameKind.Ping, new byte[1_000]);

        var taken = 0;
        while (a.Transport.Send(address, Lane.Replication, frame))
            taken++;

        taken.ShouldBe(65);
        a.Transport.QueuedBytes(address, Lane.Replication).ShouldBe(65 * 1_005);
        a.Transport.QueuedBytes(address, Lane.Membership).ShouldBe(0);
        a.Transport.Send(address, Lane.Membership, frame).ShouldBeTrue("the other lane has a queue of its own");
        await a.DisposeAsync();
        a.Status.FramesRejected.ShouldBe(1);
        a.Status.FramesDropped.ShouldBe(66);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_fills_its_queue_and_nothing_else()
    {
        var options = TransportNode.Options with { QueueFramesMax = 16 };
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new NodeAddress("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        await using var a = await TransportNode.StartAsync(1, options);
        await using var b = await TransportNode.StartAsync(2);
        var bulk = new Frame(FrameKind.Delta, new byte[1_000_000]);
        a.Transport.Send(address, Lane.Replication, bulk).ShouldBeTrue();
        await using var peer = new RawPeer(await listener.AcceptSocketAsync());
        await peer.HearAsync();
        await peer.SayAsync(FrameKind.Welcome, new Welcome { Protocol = 1, Node = RawPeer.Hello().Node });

        while (a.Transport.Send(address, Lane.Replication, bulk))
        {
        }

        // What the two kernels hold besides is theirs to choose, and far less than sixteen megabytes.
        a.Transport.QueuedBytes(address, Lane.Replication).ShouldBeInRange(1_000_005, 16 * 1_000_005);
        a.Send(b, Lane.Replication, 1).ShouldBeTrue();
        (await b.NextPayloadAsync(Lane.Replication)).ShouldBe([1]);
    }

    [Fact]
    public async Task Silence_closes_a_link_without_a_word_and_the_next_frame_opens_it()
    {
        await using var a = await TransportNode.StartAsync(
            1, TransportNode.Options with { IdleTimeout = TimeSpan.FromMilliseconds(40) });
        await using var b = await TransportNode.StartAsync(2);
        for (byte i = 0; i < 3; i++)
        {
            a.Send(b, Lane.Membership, i).ShouldBeTrue();
            (await b.NextPayloadAsync(Lane.Membership)).ShouldBe([i]);
            await a.NextLogAsync(2114);
            (await b.NextLogAsync(2123)).ShouldContain("closed by the peer");
        }

        a.BrokenWaiting.ShouldBe(0);
        a.Status.FramesDropped.ShouldBe(0);
        a.Status.LinksBroken.ShouldBe(0);
    }

    [Fact]
    public async Task Closing_sends_what_is_queued_first()
    {
        var a = await TransportNode.StartAsync(1, TransportNode.Options with { FlushTimeout = TimeSpan.FromSeconds(20) });
        await using var b = await TransportNode.StartAsync(2);
        a.Send(b, Lane.Membership, 0);
        await b.NextAsync(Lane.Membership);

        for (byte i = 1; i <= 100; i++)
            a.Send(b, Lane.Membership, i).ShouldBeTrue();
        await a.DisposeAsync();

        for (byte i = 1; i <= 100; i++)
            (await b.NextPayloadAsync(Lane.Membership)).ShouldBe([i]);
        a.Status.FramesDropped.ShouldBe(0);
    }

    [Fact]
    public async Task After_the_end_nothing_is_left_and_nothing_is_taken()
    {
        var a = await TransportNode.StartAsync(1);
        var b = await TransportNode.StartAsync(2);
        foreach (var lane in Enum.GetValues<Lane>())
        {
            a.Send(b, lane, 1);
            b.Send(a, lane, 1);
            await a.NextAsync(lane);
            await b.NextAsync(lane);
        }

        Established(a, b).ShouldBe(16, "eight connections, seen from both ends");
        await Task.WhenAll(a.DisposeAsync().AsTask(), b.DisposeAsync().AsTask());
        await a.DisposeAsync();

        Established(a, b).ShouldBe(0);
        a.Send(b, Lane.Membership, 1).ShouldBeFalse();
        a.Status.FramesRejected.ShouldBe(1);
        a.Status.Links.Where(link => link.State != LinkState.Idle).ShouldBeEmpty();
        Should.Throw<ObjectDisposedException>(() => a.Transport.Start(a.Self, a));
    }

    [Fact]
    public async Task A_transport_starts_once()
    {
        await using var a = await TransportNode.StartAsync(1);

        Should.Throw<InvalidOperationException>(() => a.Transport.Start(a.Self, a));
    }

    [Fact]
    public async Task A_taken_port_is_said_at_bind()
    {
        await using var a = await TransportNode.StartAsync(1);

        var failure = await Should.ThrowAsync<IOException>(
            () => TransportNode.StartAsync(2, TransportNode.Options with { Port = a.Address.Port }));

        failure.Message.ShouldContain($"transport.port = {a.Address.Port} cannot be listened on: ");
        failure.InnerException.ShouldBeOfType<SocketException>().SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
    }

    [Fact]
    public async Task What_is_advertised_may_differ_from_what_is_bound()
    {
        await using var a = await TransportNode.StartAsync(
            1, TransportNode.Options with { Host = "0.0.0.0", AdvertisedHost = "node-1.example", AdvertisedPort = 4053 });

        a.Address.ShouldBe(new NodeAddress("node-1.example", 4053));
    }

    [Theory]
    [InlineData("0.0.0.0", 65_536, "Peers cannot reach \"every interface\": name one to them.")]
    [InlineData("::", 65_536, "Peers cannot reach \"every interface\": name one to them.")]
    [InlineData("127.0.0.1", 131_072, "The largest frame does not fit the queue.")]
    public async Task Options_that_contradict_each_other_open_nothing(string host, int frameBytesMax, string message)
    {
        var options = TransportNode.Options with { Host = host, FrameBytesMax = frameBytesMax, QueueBytesMax = 65_536 };

        (await Should.ThrowAsync<ValidationException>(() => TransportNode.StartAsync(1, options))).Message.ShouldBe(message);
    }

    [Fact]
    public void Credentials_do_not_tell_the_secret()
    {
        new ClusterCredentials("registry", "hush").ToString().ShouldBe("cluster registry, with a secret");
    }

    private static int Established(params TransportNode[] nodes)
    {
        var ports = nodes.Select(node => node.Address.Port).ToHashSet();
        // The system's table is not read in one piece: while others connect, a row may be seen twice.
        return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
            .Where(connection => connection.State == TcpState.Established)
            .Select(connection => (Local: connection.LocalEndPoint, Remote: connection.RemoteEndPoint))
            .Where(ends => ports.Contains(ends.Local.Port) || ports.Contains(ends.Remote.Port))
            .Distinct()
            .Count();
    }
}
