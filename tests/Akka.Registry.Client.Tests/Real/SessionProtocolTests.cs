using System.Collections.Concurrent;
using Akka.Registry.Contracts;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

public class SessionProtocolTests
{
    [Fact]
    public async Task Welcomes_a_client_and_names_the_nodes()
    {
        await using var node = await TestNode.StartAsync();
        var (client, welcome) = await RawClient.OpenAsync(node);
        using (client)
        {
            (welcome.Protocol, welcome.Node).ShouldBe((1u, "node-1"));
            welcome.Nodes.ShouldBe([node.Address]);
        }
    }

    [Fact]
    public async Task Tells_its_clients_at_once_when_a_node_joins()
    {
        await using var node = await TestNode.StartAsync();
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        await using var second = await TestNode.StartAsync(2, node);
        string[] nodes = [];
        while (nodes.Length < 2)
            nodes = [.. (await client.HearAsync(FrameKind.SessionNodes)).Read(SessionNodes.Parser).Nodes];
        nodes.ShouldBe([node.Address, second.Address], ignoreOrder: true);
    }

    [Fact]
    public async Task A_socket_that_closes_takes_its_instances_out_of_the_routees_within_the_grace_and_a_second()
    {
        await using var node = await TestNode.StartAsync();
        var (client, _) = await RawClient.OpenAsync(node);
        (await client.RegisterAsync("orders", "a", "b")).ShouldAllBe(result => result.Error == WireSessionError.None && result.TtlMs == 30_000);
        node.Serving("orders").ShouldBe(2);

        var began = TimeProvider.System.GetTimestamp();
        client.Dispose();
        await TestNode.Until(() => node.Serving("orders") == 0, "the instances are critical");
        // Grace 1 s, found by a sweep within the eviction interval of 1 s.
        TimeProvider.System.GetElapsedTime(began).ShouldBeInRange(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_goodbye_leaves_the_instances_to_their_ttl()
    {
        await using var node = await TestNode.StartAsync();
        var (client, _) = await RawClient.OpenAsync(node);
        using (client)
        {
            await client.RegisterAsync("orders", "a");
            await client.SayAsync(FrameKind.SessionGoodbye, new SessionGoodbye());
            (await client.TryHearAsync(FrameKind.Refused)).ShouldBeNull();
        }

        await TestNode.Holds(() => node.Serving("orders") == 1, "the instance passes", TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public async Task Answers_each_frame_of_beats_with_those_that_did_not_count()
    {
        await using var node = await TestNode.StartAsync();
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        var lease = (await client.RegisterAsync("orders", "a"))[0].Lease;
        await client.SayAsync(LeasePack.Write([lease, 0, lease + 1, lease + (1ul << 32), ulong.MaxValue]));
        var refused = (await client.HearAsync(FrameKind.SessionBeatResults)).Read(SessionBeatResults.Parser).Refused;
        refused.Select(beat => beat.Lease).ShouldBe([0ul, lease + 1, lease + (1ul << 32), ulong.MaxValue]);
        refused.ShouldAllBe(beat => beat.Error == WireSessionError.NotFound);

        // Another session cannot beat with it.
        var (other, _) = await RawClient.OpenAsync(node);
        using var _2 = other;
        await other.SayAsync(LeasePack.Write([lease]));
        (await other.HearAsync(FrameKind.SessionBeatResults)).Read(SessionBeatResults.Parser).Refused.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_instance_that_somebody_else_registered_anew_is_told_so_with_its_beat()
    {
        await using var node = await TestNode.StartAsync();
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        var lease = (await client.RegisterAsync("orders", "a"))[0].Lease;
        var newer = new Akka.Registry.Registration { Service = "orders", Id = "a", Address = "10.0.0.2", Epoch = 2 };
        await node.Registry.RegisterAsync(newer, WriteOptions.Default);
        await client.SayAsync(LeasePack.Write([lease]));
        var refused = (await client.HearAsync(FrameKind.SessionBeatResults)).Read(SessionBeatResults.Parser).Refused.ShouldHaveSingleItem();
        (refused.Lease, refused.Error).ShouldBe((lease, WireSessionError.StaleEpoch));
    }

    [Fact]
    public async Task A_silent_client_is_taken_for_gone()
    {
        await using var node = await TestNode.StartAsync(
            change: options => options with { Sessions = options.Sessions with { IdleTimeout = TimeSpan.FromSeconds(1) } });
        var (client, _) = await RawClient.OpenAsync(node);
        using (client)
            (await client.TryHearAsync(FrameKind.Refused)).ShouldBeNull();
    }

    public static TheoryData<string, byte[], string> Malformed() => new()
    {
        { "an unknown kind", [0, 0, 0, 1, 250], "frame kind 250 is unknown" },
        { "an empty frame", [0, 0, 0, 0], "a frame has no kind" },
        { "an oversized frame", [0x7F, 0, 0, 0, 68], "over the limit" },
        { "a peer's frame", [0, 0, 0, 1, (byte)FrameKind.Ping], "Ping is nothing that a client says" },
        { "a second hello", [0, 0, 0, 1, (byte)FrameKind.SessionHello], "SessionHello is nothing that a client says" },
        { "bytes that are no message", [0, 0, 0, 3, (byte)FrameKind.RegisterInstances, 0x0A, 0xFF], "RegisterInstances cannot be read" },
        { "beats cut short", [0, 0, 0, 4, (byte)FrameKind.SessionBeats, 0x0A, 8, 1], "SessionBeats cannot be read" },
        { "beats that overrun", [0, 0, 0, 7, (byte)FrameKind.SessionBeats, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], "SessionBeats cannot be read" },
        { "a command of no action", [0, 0, 0, 1, (byte)FrameKind.InstanceCommand], "asks for nothing that is known" },
        { "a registration without a timeout", [0, 0, 0, 1, (byte)FrameKind.RegisterInstances], "a consistency or a timeout that cannot be" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_malformed_closes_the_session_with_a_logged_reason(string what, byte[] bytes, string reason)
    {
        var log = new LogLines();
        await using var node = await TestNode.StartAsync(log: log);
        var (client, _) = await RawClient.OpenAsync(node);
        using (client)
        {
            await client.RegisterAsync("orders", "a");
            await client.SayAsync(bytes);
            (await client.HearRefusalAsync()).ShouldContain(reason, customMessage: what);
            (await client.TryHearAsync(FrameKind.Refused)).ShouldBeNull();
        }

        log.Lines.ShouldContain(line => line.Event == 4032 && line.Text.Contains(reason, StringComparison.Ordinal), what);
        await TestNode.Until(() => node.Serving("orders") == 0, "what it carried falls as with any broken session");
    }

    [Fact]
    public async Task Beats_over_the_limit_close_the_session()
    {
        await using var node = await TestNode.StartAsync(
            change: options => options with { Sessions = options.Sessions with { BeatsPerFrame = 3 } });
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        await client.SayAsync(LeasePack.Write([1, 2, 3, 4]));
        (await client.HearRefusalAsync()).ShouldContain("4 beats is over the limit");
    }

    [Fact]
    public async Task Strangers_are_refused_at_the_door()
    {
        await using var node = await TestNode.StartAsync();
        (Action<SessionHello> Change, string Reason)[] strangers =
        [
            (hello => hello.Magic = 1, "this is not the registry's protocol"),
            (hello => (hello.ProtocolMin, hello.ProtocolMax) = (2, 9), "wire versions 2 to 9 are not spoken here"),
            (hello => hello.Cluster = "another", "the cluster name differs"),
            (hello => hello.Client = "with\nnewline", "the client's name is none"),
        ];
        foreach (var (change, reason) in strangers)
        {
            var hello = RawClient.Hello;
            change(hello);
            using var client = await RawClient.ConnectAsync(node, hello);
            (await client.HearRefusalAsync()).ShouldContain(reason);
        }
    }

    /// <summary>What a node logs.</summary>
    internal sealed class LogLines : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<(int Event, string Text)> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue((eventId.Id, formatter(state, exception)));

        public void Dispose()
        {
        }
    }
}
