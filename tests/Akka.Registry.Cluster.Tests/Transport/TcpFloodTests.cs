using System.Net;
using System.Net.Sockets;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.Contracts.Tests.Limits;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Transport;

/// <summary>Strangers that come in crowds: peers get in all the same.</summary>
public class TcpFloodTests
{
    private static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task A_flood_from_one_address_that_never_shakes_hands_leaves_room_for_peers()
    {
        using var limits = new LimitWatch();
        await using var node = await TransportNode.StartAsync(1, TransportNode.Options with { ConnectionsMax = 8, HandshakesPerAddress = 4 });
        var flood = new List<RawPeer>();
        for (var i = 0; i < 40; i++)
            flood.Add(await FromStrangerAsync(node));

        // All but four are closed at once, and those four cannot take the places that are left.
        foreach (var closed in flood.Skip(4))
            await closed.HearEndAsync();
        await using var peer = await RawPeer.ConnectAsync(node);
        await peer.EstablishAsync();
        await peer.SayAsync(FrameKind.Ping, new Ping());
        await node.NextAsync(Lane.Membership);

        limits["transport.handshakes-per-address"].ShouldBe(36);
        (await node.NextLogAsync(2121)).ShouldContain("too many handshakes of this address (transport.handshakes-per-address)");
        node.Status.ConnectionsRefused.ShouldBe(36);
        foreach (var one in flood)
            await one.DisposeAsync();
    }

    [Fact]
    public async Task Connections_of_one_address_past_the_limit_are_closed_and_room_comes_back()
    {
        using var limits = new LimitWatch();
        await using var node = await TransportNode.StartAsync(1, TransportNode.Options with { ConnectionsPerAddress = 1 });
        var first = await FromStrangerAsync(node);
        await first.EstablishAsync();
        await using (var second = await FromStrangerAsync(node))
            await second.HearEndAsync();
        (await node.NextLogAsync(2121)).ShouldContain("transport.connections-per-address");
        limits["transport.connections-per-address"].ShouldBe(1);

        // What stands goes on, and others come.
        await first.SayAsync(FrameKind.Ping, new Ping());
        await node.NextAsync(Lane.Membership);
        await using (var other = await RawPeer.ConnectAsync(node))
            await other.EstablishAsync();

        await first.DisposeAsync();
        await using var again = await EstablishedAsync(node);
        again.ShouldNotBeNull();
    }

    [Fact]
    public async Task Who_does_not_finish_its_handshake_in_time_is_counted()
    {
        using var limits = new LimitWatch();
        await using var node = await TransportNode.StartAsync(1, TransportNode.Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(100) });
        await using var slow = await RawPeer.ConnectAsync(node);
        await slow.SayAsync(0, 0);
        (await node.NextLogAsync(2121)).ShouldContain("it took too long");
        limits["transport.handshake-timeout"].ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_peer_that_announces_more_than_a_frame_may_hold_is_cut_off_and_counted()
    {
        using var limits = new LimitWatch();
        await using var node = await TransportNode.StartAsync(1, TransportNode.Options with { FrameBytesMax = 64 * 1024 });
        await using var peer = await RawPeer.ConnectAsync(node);
        await peer.EstablishAsync();
        await peer.SayAsync(0, 2, 0, 0, (byte)FrameKind.Ping);
        (await node.NextLogAsync(2122)).ShouldContain("is over the limit");
        limits["transport.frame-bytes-max"].ShouldBeGreaterThan(0);
    }

    /// <summary>The node sees the end of the connection before in a moment.</summary>
    private static async Task<RawPeer> EstablishedAsync(TransportNode node)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var attempt = 0; ; attempt++)
        {
            var peer = await FromStrangerAsync(node);
            try
            {
                await peer.EstablishAsync();
                return peer;
            }
            catch (Exception refused) when (refused is IOException or SocketException or ShouldAssertException && attempt < 2_000)
            {
                await peer.DisposeAsync();
                await timer.WaitForNextTickAsync();
            }
        }
    }

    private static async Task<RawPeer> FromStrangerAsync(TransportNode node)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(Stranger, 0));
        await socket.ConnectAsync(IPAddress.Loopback, node.Address.Port);
        return new RawPeer(socket);
    }
}
