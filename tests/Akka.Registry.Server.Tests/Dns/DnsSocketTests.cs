using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Akka.Registry.Server.Dns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Dns;

public sealed class DnsSocketTests
{
    private static readonly byte[] Question = DnsMessage.Ask("web.service.consul", DnsMessage.A);

    [Fact]
    public async Task UDP_and_TCP_answer_on_one_port()
    {
        await using var dns = await OpenDns.OpenAsync();
        dns.Fill(40);

        var datagram = await dns.AskByUdpAsync(Question);
        datagram.IsTruncated.ShouldBeTrue();
        datagram.Answers.Count.ShouldBe(29);
        var stream = await dns.AskByTcpAsync(Question);
        stream.IsTruncated.ShouldBeFalse();
        stream.Answers.Count.ShouldBe(40);
    }

    [Fact]
    public async Task A_connection_carries_many_questions_and_answers_in_their_order()
    {
        await using var dns = await OpenDns.OpenAsync();
        dns.Fill(2);
        using var socket = await dns.ConnectAsync();
        await OpenDns.SendAsync(socket, [.. Enumerable.Range(1, 50).Select(id => DnsMessage.Ask("web.service.consul", DnsMessage.Srv, id: id))]);
        for (var id = 1; id <= 50; id++)
            (await OpenDns.ReceiveAsync(socket))!.Id.ShouldBe(id);
    }

    [Fact]
    public async Task A_question_may_come_in_pieces()
    {
        await using var dns = await OpenDns.OpenAsync();
        dns.Fill(1);
        using var socket = await dns.ConnectAsync();
        byte[] framed = [0, (byte)Question.Length, .. Question];
        foreach (var piece in framed)
            await socket.SendAsync((byte[])[piece]);
        (await OpenDns.ReceiveAsync(socket))!.Answers.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0040 1234 0100")]
    public async Task A_client_that_takes_too_long_is_cut_off(string sent)
    {
        await using var dns = await OpenDns.OpenAsync(new DnsOptions { IdleTimeout = TimeSpan.FromMilliseconds(100) });
        using var socket = await dns.ConnectAsync();
        await socket.SendAsync(Convert.FromHexString(sent.Replace(" ", "")));
        (await OpenDns.ReceiveAsync(socket)).ShouldBeNull();
    }

    /// <summary>64 KiB for each question: the buffers of both sides are full soon, and the door waits to write, but not for ever.</summary>
    [Fact]
    public async Task A_client_that_takes_no_answers_is_cut_off()
    {
        var time = new HeldTime();
        await using var dns = await OpenDns.OpenAsync(new DnsOptions { IdleTimeout = TimeSpan.FromMilliseconds(200), ConnectionsMax = 1 }, time);
        dns.Fill(4_000);
        using var stuck = await dns.ConnectAsync();
        await OpenDns.SendAsync(stuck, [.. Enumerable.Repeat(Question, 500)]);

        // Its place is the only one, and it has it as long as no time passes: whoever is served has got it after that.
        (await IsServedAsync(dns)).ShouldBeFalse();
        do
            time.Advance(TimeSpan.FromMilliseconds(100));
        while (!await IsServedAsync(dns));
    }

    [Theory]
    [InlineData("0000")]
    [InlineData("0005 0102030405")]
    [InlineData("000C 1234 8100 0000 0000 0000 0000")]
    public async Task What_is_no_query_ends_the_connection(string sent)
    {
        await using var dns = await OpenDns.OpenAsync();
        using var socket = await dns.ConnectAsync();
        await socket.SendAsync(Convert.FromHexString(sent.Replace(" ", "")));
        (await OpenDns.ReceiveAsync(socket)).ShouldBeNull();
    }

    [Fact]
    public async Task More_connections_than_allowed_are_closed_and_room_comes_back()
    {
        await using var dns = await OpenDns.OpenAsync(new DnsOptions { ConnectionsMax = 2, IdleTimeout = TimeSpan.FromMinutes(1) });
        dns.Fill(1);
        using var first = await dns.ConnectAsync();
        using (var second = await dns.ConnectAsync())
        {
            await OpenDns.SendAsync(first, Question);
            await OpenDns.SendAsync(second, Question);
            (await OpenDns.ReceiveAsync(first)).ShouldNotBeNull();
            (await OpenDns.ReceiveAsync(second)).ShouldNotBeNull();
            using var third = await dns.ConnectAsync();
            (await OpenDns.ReceiveAsync(third)).ShouldBeNull();

            // The door closes a connection that has asked for nothing it can answer, and says so by that: then there is room.
            await OpenDns.SendAsync(second, Array.Empty<byte>());
            (await OpenDns.ReceiveAsync(second)).ShouldBeNull();
        }

        using var fourth = await dns.ConnectAsync();
        await OpenDns.SendAsync(fourth, Question);
        (await OpenDns.ReceiveAsync(fourth)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Noise_by_UDP_harms_nobody()
    {
        await using var dns = await OpenDns.OpenAsync();
        dns.Fill(1);
        using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        var random = new Random(3);
        for (var i = 0; i < 200; i++)
        {
            var noise = new byte[random.Next(1_400)];
            random.NextBytes(noise);
            await socket.SendToAsync(noise, dns.EndPoint);
            // In between, so that no more waits than the socket's buffer holds: what is too much, the system drops.
            if (i % 10 == 9)
                (await dns.AskByUdpAsync(Question)).Answers.Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_defect_costs_one_answer()
    {
        await using var dns = await OpenDns.OpenAsync();
        dns.Fill(1);
        dns.Registry.Refusal = new InvalidOperationException("A defect.");
        (await dns.AskByUdpAsync(Question)).Code.ShouldBe(2);
        (await dns.AskByTcpAsync(Question)).Code.ShouldBe(2);

        dns.Registry.Refusal = null;
        (await dns.AskByUdpAsync(Question)).Answers.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_address_that_is_taken_ends_the_start()
    {
        await using var dns = await OpenDns.OpenAsync();
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var other = new DnsDoor(new DnsOptions { Listen = dns.EndPoint }, services, TimeProvider.System, NullLogger<DnsDoor>.Instance);

        var failure = await Should.ThrowAsync<IOException>(() => other.StartAsync(CancellationToken.None));
        failure.Message.ShouldContain($"dns.listen = {dns.EndPoint}");
        other.EndPoint.ShouldBeNull();
    }

    [Fact]
    public async Task A_door_that_is_switched_off_listens_nowhere()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var door = new DnsDoor(new DnsOptions { Enabled = false }, services, TimeProvider.System, NullLogger<DnsDoor>.Instance);
        await door.StartAsync(CancellationToken.None);
        door.EndPoint.ShouldBeNull();
    }

    [Fact]
    public async Task A_door_that_closes_ends_its_connections()
    {
        var dns = await OpenDns.OpenAsync();
        using var socket = await dns.ConnectAsync();
        dns.Fill(1);
        await OpenDns.SendAsync(socket, Question);
        (await OpenDns.ReceiveAsync(socket)).ShouldNotBeNull();

        await dns.DisposeAsync().AsTask().WaitAsync(OpenDns.Patience);

        (await OpenDns.ReceiveAsync(socket)).ShouldBeNull();
        dns.Door.EndPoint.ShouldBeNull();
    }

    [Fact]
    public async Task Answers_are_counted_by_protocol_and_code()
    {
        await using var dns = await OpenDns.OpenAsync();
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "akka.registry.dns.answers" && instrument.Meter.Scope == dns.Meters)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            counted.AddOrUpdate(string.Join(' ', tags.ToArray().Select(tag => tag.Value)), count, (_, before) => before + count));
        listener.Start();
        dns.Fill(60);

        await dns.AskByUdpAsync(Question);
        await dns.AskByTcpAsync(Question);
        await dns.AskByTcpAsync(DnsMessage.Ask("nosuch.service.consul", DnsMessage.A));
        await dns.AskByUdpAsync(DnsMessage.Ask("example.org", DnsMessage.A));

        counted.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}").ShouldBe(
            ["tcp noerror false: 1", "tcp nxdomain false: 1", "udp noerror true: 1", "udp refused false: 1"]);
    }

    [Fact]
    public async Task By_IPv6_it_answers_as_well()
    {
        await using var services = new ServiceCollection().AddSingleton<IServiceRegistry>(new Fakes.FakeRegistry())
            .AddSingleton<Cluster.IClusterMembership>(new Fakes.FakeCluster()).AddMetrics().BuildServiceProvider();
        await using var door = new DnsDoor(
            new DnsOptions { Listen = new IPEndPoint(IPAddress.IPv6Loopback, 0) }, services, TimeProvider.System, NullLogger<DnsDoor>.Instance);
        await door.StartAsync(CancellationToken.None);
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        using var patience = new CancellationTokenSource(OpenDns.Patience);
        await socket.ConnectAsync(door.EndPoint!, patience.Token);
        await socket.SendAsync(DnsMessage.Ask("consul", DnsMessage.Soa), patience.Token);
        var answer = new byte[512];
        var length = await socket.ReceiveAsync(answer, patience.Token);
        DnsMessage.Read(answer.AsSpan(0, length)).Answers.Count.ShouldBe(1);
    }

    private static async Task<bool> IsServedAsync(OpenDns dns)
    {
        using var socket = await dns.ConnectAsync();
        try
        {
            await OpenDns.SendAsync(socket, Question);
        }
        catch (SocketException)
        {
            return false;
        }

        return await OpenDns.ReceiveAsync(socket) is not null;
    }
}
