using System.Net;
using System.Net.Sockets;
using Akka.Registry.Contracts.Limits;
using Akka.Registry.Contracts.Tests.Limits;
using Akka.Registry.Server.Dns;
using Akka.Registry.Server.Tests.Dns;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Limits;

/// <summary>Clients that ask names too fast, or hold too many connections, over real sockets.</summary>
public sealed class DnsFloodTests
{
    private static readonly byte[] Question = DnsMessage.Ask("web.service.consul", DnsMessage.A);
    private static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.2");
    private static readonly AddressKey Flooder = AddressKey.Of(Stranger);

    [Fact]
    public async Task An_address_that_asks_too_fast_gets_little_by_UDP_and_everything_by_TCP()
    {
        const int asked = 100;
        using var limits = new LimitWatch();
        await using var dns = await OpenDns.OpenAsync(new DnsOptions { AnswersPerSecond = 1 }, new HeldTime());
        dns.Fill(20);
        using var flooder = From(Stranger, SocketType.Dgram, ProtocolType.Udp);
        await flooder.ConnectAsync(dns.EndPoint);
        for (var i = 0; i < asked; i++)
            await flooder.SendAsync(Question);

        // Two seconds' worth whole; of the others every second one cut to nothing, the rest not answered at all.
        var (whole, cut) = (0, 0);
        var buffer = new byte[65_535];
        using var patience = new CancellationTokenSource(Visitor.Patience);
        while (whole + cut < 2 + ((asked - 2) / 2))
        {
            var length = await flooder.ReceiveAsync(buffer, patience.Token);
            var answer = DnsMessage.Read(buffer.AsSpan(0, length));
            (answer.IsTruncated, answer.Answers.Count).ShouldBe(length == Question.Length ? (true, 0) : (false, 20));
            (whole, cut) = answer.IsTruncated ? (whole, cut + 1) : (whole + 1, cut);
        }

        (whole, cut).ShouldBe((2, 49));
        limits["dns.answers-per-second"].ShouldBe(98);
        (await dns.AskByUdpAsync(Question)).Answers.Count.ShouldBe(20);
        using var stream = From(Stranger, SocketType.Stream, ProtocolType.Tcp);
        await stream.ConnectAsync(dns.EndPoint);
        await OpenDns.SendAsync(stream, Question);
        (await OpenDns.ReceiveAsync(stream))!.Answers.Count.ShouldBe(20);
    }

    [Fact]
    public async Task Connections_of_one_address_past_the_limit_are_closed_and_others_come_in()
    {
        using var limits = new LimitWatch();
        await using var dns = await OpenDns.OpenAsync(new DnsOptions { ConnectionsPerClient = 1, ConnectionsMax = 2 }, new HeldTime());
        dns.Fill(1);
        using var first = From(Stranger, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(dns.EndPoint);
        await OpenDns.SendAsync(first, Question);
        (await OpenDns.ReceiveAsync(first)).ShouldNotBeNull();
        for (var i = 0; i < 5; i++)
        {
            using var more = From(Stranger, SocketType.Stream, ProtocolType.Tcp);
            await more.ConnectAsync(dns.EndPoint);
            (await OpenDns.ReceiveAsync(more)).ShouldBeNull();
        }

        limits["dns.connections-per-client"].ShouldBe(5);
        (await dns.AskByTcpAsync(Question)).Answers.Count.ShouldBe(1);
    }

    [Fact]
    public void The_rate_is_of_each_address_and_comes_back_with_time()
    {
        var time = new HeldTime();
        var pace = new DnsPace(perSecond: 10, time, key: 7);
        Enumerable.Range(0, 25).Count(_ => pace.Take(Flooder) == PaceVerdict.Send).ShouldBe(20);
        pace.Take(AddressKey.Of(IPAddress.Parse("10.0.0.1"))).ShouldBe(PaceVerdict.Send);
        time.Advance(TimeSpan.FromSeconds(1));
        Enumerable.Range(0, 25).Count(_ => pace.Take(Flooder) == PaceVerdict.Send).ShouldBe(10);
        time.Advance(TimeSpan.FromHours(1));
        Enumerable.Range(0, 25).Count(_ => pace.Take(Flooder) == PaceVerdict.Send).ShouldBe(20);
    }

    [Fact]
    public void Without_a_rate_everything_is_sent_and_no_decision_allocates()
    {
        var none = new DnsPace(0, new HeldTime(), 7);
        var pace = new DnsPace(10, new HeldTime(), 7);
        pace.Take(Flooder);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            if (none.Take(Flooder) != PaceVerdict.Send)
                Assert.Fail("Something is held back without a rate.");
            pace.Take(Flooder);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Addresses_are_spread_over_the_table()
    {
        var pace = new DnsPace(1, new HeldTime(), key: 0x1234_5678);
        // Each of a thousand neighbours has two answers; where hashes meet, they share them: few do.
        var sent = 0;
        for (ulong i = 0; i < 1_000; i++)
            sent += pace.Take(new AddressKey(true, 0x0A00_0000 + i)) == PaceVerdict.Send
                && pace.Take(new AddressKey(true, 0x0A00_0000 + i)) == PaceVerdict.Send ? 1 : 0;
        sent.ShouldBeGreaterThan(900);
    }

    private static Socket From(IPAddress address, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }
}
