using Akka.Registry.Contracts;
using Akka.Registry.Contracts.Tests.Limits;
using Akka.Registry.Limits;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>Clients that want more than a session may have: each is told which setting keeps it from that, and the others go on.</summary>
public class SessionLimitTests
{
    [Fact]
    public async Task A_session_that_asks_too_fast_is_made_to_wait_and_loses_nothing()
    {
        using var limits = new LimitWatch();
        await using var node = await TestNode.StartAsync(
            change: options => options with { Sessions = options.Sessions with { RequestsPerSecond = 50 } });
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        // Two seconds' worth at once; the next frame waits.
        (await client.RegisterAsync("orders", [.. Enumerable.Range(0, 110).Select(i => $"o{i}")])).ShouldAllBe(
            result => result.Error == WireSessionError.None);
        limits["sessions.requests-per-second"].ShouldBeGreaterThan(0);
        (await client.RegisterAsync("orders", "last")).Single().Error.ShouldBe(WireSessionError.None);
        node.Serving("orders").ShouldBe(111);

        // Another client is not made to wait for it.
        var (other, _) = await RawClient.OpenAsync(node);
        using var _2 = other;
        (await other.RegisterAsync("stock", "a")).Single().Error.ShouldBe(WireSessionError.None);
    }

    [Fact]
    public async Task A_frame_that_is_too_large_ends_its_session_alone()
    {
        using var limits = new LimitWatch();
        await using var node = await TestNode.StartAsync(
            change: options => options with { Sessions = options.Sessions with { FrameBytesMax = 64 * 1024, RegistrationsPerFrame = 2 } });
        var (other, _) = await RawClient.OpenAsync(node);
        using var _1 = other;
        await other.RegisterAsync("orders", "a");

        var (large, _) = await RawClient.OpenAsync(node);
        using (large)
        {
            await large.SayAsync(new byte[] { 0, 2, 0, 0, (byte)FrameKind.RegisterInstances });
            (await large.HearRefusalAsync()).ShouldBe("a frame is over the limit of 65536 (sessions.frame-bytes-max)");
        }

        var (many, _) = await RawClient.OpenAsync(node);
        using (many)
        {
            await many.SayAsync(FrameKind.RegisterInstances,
                new RegisterInstances { TimeoutMs = 1, Registrations = { Enumerable.Repeat(new WireRegistration(), 3) } });
            (await many.HearRefusalAsync()).ShouldBe("a frame of 3 registrations is over the limit of 2 (sessions.registrations-per-frame)");
        }

        (limits["sessions.frame-bytes-max"], limits["sessions.registrations-per-frame"]).ShouldBe((1, 1));
        (await other.RegisterAsync("orders", "b")).Single().Error.ShouldBe(WireSessionError.None);
        node.Serving("orders").ShouldBe(2);
    }

    [Fact]
    public async Task A_subscription_past_the_limit_is_refused_and_those_that_stand_go_on()
    {
        using var limits = new LimitWatch();
        await using var node = await TestNode.StartAsync(
            change: options => options with { Sessions = options.Sessions with { SubscriptionsMax = 1 } });
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        await client.SayAsync(FrameKind.Subscribe, new Subscribe { Subscription = 1, Service = "orders" });
        await client.HearAsync(FrameKind.SubscriptionBatch);
        await client.SayAsync(FrameKind.Subscribe, new Subscribe { Subscription = 2, Service = "stock" });
        var refused = (await client.HearAsync(FrameKind.SubscriptionEnded)).Read(SubscriptionEnded.Parser);
        (refused.Subscription, refused.Error).ShouldBe((2ul, WireSessionError.LimitReached));
        refused.Message.ShouldContain("(sessions.subscriptions-max)");
        limits["sessions.subscriptions-max"].ShouldBe(1);

        await client.SayAsync(FrameKind.RegisterInstances, OneRegistration("orders", "a"));
        (await client.HearAsync(FrameKind.SubscriptionBatch)).Read(SubscriptionBatch.Parser).Subscription.ShouldBe(1ul);
    }

    [Fact]
    public async Task Sessions_and_entries_past_their_limits_are_refused_by_name_and_what_is_there_stays()
    {
        using var limits = new LimitWatch();
        await using var node = await TestNode.StartAsync(
            change: options => options with { Limits = options.Limits with { Sessions = 1, EntriesPerSession = 1 } });
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        await client.RegisterAsync("orders", "a");
        var second = (await client.RegisterAsync("orders", "b")).Single();
        (second.Error, second.Message).ShouldBe((
            WireSessionError.LimitReached,
            "This session carries 1 entries, and no more are allowed; deregister some, or open another session (limits.entries-per-session)."));
        using (var late = await RawClient.ConnectAsync(node, RawClient.Hello))
            (await late.HearRefusalAsync()).ShouldContain("(limits.sessions)");
        limits["limits.entries-per-session"].ShouldBeGreaterThan(0);
        limits["limits.sessions"].ShouldBeGreaterThan(0);
        node.Serving("orders").ShouldBe(1);
    }

    [Fact]
    public async Task At_the_high_water_mark_of_memory_nothing_new_is_registered_and_all_else_goes_on()
    {
        using var limits = new LimitWatch();
        var memory = new FakeMemory();
        await using var node = await TestNode.StartAsync(memory: memory);
        var (client, _) = await RawClient.OpenAsync(node);
        using var _1 = client;
        var lease = (await client.RegisterAsync("orders", "a")).Single().Lease;

        memory.UsedShare = 0.9;
        WireRegisterResult refused = null!;
        var tried = 0;
        await TestNode.Until(
            async () => (refused = (await client.RegisterAsync("orders", $"b{tried++}")).Single()).Error == WireSessionError.LimitReached,
                "memory is high");
        refused.Message.ShouldContain("(limits.memory-high-water)");
        limits["limits.memory-high-water"].ShouldBeGreaterThan(0);
        memory.Refreshed.ShouldBeGreaterThan(0);

        // Beats, replacements, reads and removals go on.
        await client.SayAsync(LeasePack.Write([lease]));
        (await client.HearAsync(FrameKind.SessionBeatResults)).Read(SessionBeatResults.Parser).Refused.ShouldBeEmpty();
        (await client.RegisterAsync("orders", "a")).Single().Replaced.ShouldBeTrue();
        await client.SayAsync(FrameKind.SessionRequest, new SessionRequest { Request = 9, Instances = new QueryInstances { Service = "orders" } });
        (await client.HearAsync(FrameKind.SessionAnswer)).Read(SessionAnswer.Parser).Instances.Instances.ShouldNotBeEmpty();
        await client.SayAsync(FrameKind.InstanceCommand, new InstanceCommand
        {
            Request = 3, Action = WireInstanceAction.Deregister, Service = "orders", Instance = "a", Epoch = 1, TimeoutMs = 5_000,
        });
        (await client.HearAsync(FrameKind.InstanceCommandResult)).Read(InstanceCommandResult.Parser).Error.ShouldBe(WireSessionError.None);

        memory.UsedShare = 0.5;
        await TestNode.Until(async () => (await client.RegisterAsync("orders", "c")).Single().Error == WireSessionError.None, "memory is low again");
    }

    private static RegisterInstances OneRegistration(string service, string id) => new()
    {
        Request = 1,
        TimeoutMs = 5_000,
        Registrations =
        {
            new WireRegistration
            {
                Service = service, Instance = id, Epoch = 1,
                Value = new InstanceValue { Address = "10.0.0.1", Port = 80, Weight = 1, Reported = WireInstanceStatus.Passing },
            },
        },
    };

    private sealed class FakeMemory : IMemoryGauge
    {
        private double _usedShare;
        private int _refreshed;

        public double UsedShare
        {
            get => Volatile.Read(ref _usedShare);
            set => Volatile.Write(ref _usedShare, value);
        }

        public int Refreshed => Volatile.Read(ref _refreshed);

        public void Refresh() => Interlocked.Increment(ref _refreshed);
    }
}
