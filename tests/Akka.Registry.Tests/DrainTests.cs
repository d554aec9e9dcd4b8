using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Subscriptions;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>"Returns when every live subscriber on every node has confirmed a view without the instance, or names the laggards."</summary>
public class DrainTests
{
    private readonly RegistryWorld _world = new();

    [Fact]
    public void Alone_and_unread_it_is_confirmed_at_once()
    {
        _world.Register(Registration("a"));
        var result = _world.Call(registry => registry.DrainAsync(Key("a"), 7, TimeSpan.FromSeconds(5)));
        (result.IsConfirmed, result.Entry.Status).ShouldBe((true, InstanceStatus.Draining));
        _world.Elapsed.ShouldBe(TimeSpan.Zero);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Draining);
    }

    [Fact]
    public void A_reader_confirms_by_asking_for_what_comes_after_the_change()
    {
        _world.Register(Registration("a"));
        var (service, whole, other) = (_world.Subscribe(), _world.Subscribe(service: null), _world.Subscribe("billing"));
        Read(service);
        Read(whole);
        var draining = Drain();
        draining.IsCompleted.ShouldBeFalse();

        ((Subscription)service).TryTake(out _).ShouldBeTrue();
        Read(whole);
        _world.Settle();
        draining.IsCompleted.ShouldBeFalse("a reader has taken the change, and may still be at it");
        ((Subscription)service).TryTake(out _).ShouldBeFalse();
        _world.Settle();
        ResultOf(draining).IsConfirmed.ShouldBeTrue();
        other.ShouldNotBeNull();
    }

    [Fact]
    public void At_the_deadline_those_who_have_not_confirmed_are_named()
    {
        _world.Register(Registration("a"));
        Named("slow");
        Read(_world.Subscribe());
        var draining = Drain(2);
        _world.RunFor(1.9);
        draining.IsCompleted.ShouldBeFalse();
        _world.RunFor(0.1);
        var result = ResultOf(draining);
        result.LaggardCount.ShouldBe(2);
        result.Laggards.ShouldBe(
            [
                new DrainLaggard(SelfNode.Uid, "node-1", DrainLag.Subscriber, "slow"),
                new DrainLaggard(SelfNode.Uid, "node-1", DrainLag.Subscriber, "subscriber 1"),
            ],
            ignoreOrder: true);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Draining);
    }

    [Fact]
    public void A_reader_that_passes_batches_on_confirms_by_acknowledging()
    {
        _world.Register(Registration("a"));
        var subscription = Named("session", explicitly: true);
        var draining = Drain();
        Read(subscription).Count.ShouldBe(2);
        Read(subscription).ShouldBeEmpty();
        subscription.Acknowledge(1);
        _world.Settle();
        draining.IsCompleted.ShouldBeFalse();
        subscription.Acknowledge(2);
        _world.Settle();
        ResultOf(draining).IsConfirmed.ShouldBeTrue();
    }

    [Fact]
    public void An_acknowledgement_counts_only_what_was_taken()
    {
        _world.Register(Registration("a"));
        var subscription = Named("session", explicitly: true);
        subscription.Acknowledge(1_000);
        var draining = Drain();
        _world.Settle();
        draining.IsCompleted.ShouldBeFalse();
        Read(subscription);
        subscription.Acknowledge(2);
        _world.Settle();
        draining.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_ends_or_begins_meanwhile_is_not_waited_for()
    {
        _world.Register(Registration("a"));
        var ends = _world.Subscribe();
        var draining = Drain();
        _world.Subscribe();
        draining.IsCompleted.ShouldBeFalse();
        await ends.DisposeAsync();
        _world.Settle();
        ResultOf(draining).IsConfirmed.ShouldBeTrue();
    }

    [Fact]
    public void A_reader_that_lags_confirms_with_the_batch_that_ends_the_lag()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Subscriptions = new SubscriptionOptions { Queue = 1 } });
        world.Register(Registration("a"));
        var subscription = (Subscription)world.Subscribe();
        world.Register(Registration("b"));
        subscription.IsLagging.ShouldBeTrue();
        var draining = world.Begin(registry => registry.DrainAsync(Key("a"), 7, TimeSpan.FromSeconds(5)));
        subscription.TryTake(out _).ShouldBeFalse();
        world.Settle();
        subscription.TryTake(out var batch).ShouldBeTrue();
        batch.Changes.Single(change => change.Key.Instance == "a").Entry!.Status.ShouldBe(InstanceStatus.Draining);
        world.Settle();
        draining.IsCompleted.ShouldBeFalse();
        subscription.TryTake(out _);
        world.Settle();
        ResultOf(draining).IsConfirmed.ShouldBeTrue();
    }

    [Fact]
    public void Every_member_is_asked_until_it_has_confirmed()
    {
        _world.Set(Other, MemberState.Up);
        _world.Set(Third, MemberState.Suspect);
        _world.Register(Registration("a"));
        var draining = Drain();
        var fence = Fences(Other).ShouldHaveSingleItem();
        fence.Service.ShouldBe("orders");
        Fences(Third).Count.ShouldBe(1);

        Answer(Other, fence.Fence_, confirmed: true);
        _world.RunFor(0.6);
        Fences(Other).Count.ShouldBe(1);
        Fences(Third).Count.ShouldBe(3);
        draining.IsCompleted.ShouldBeFalse();
        Answer(Third, fence.Fence_, confirmed: true);
        ResultOf(draining).IsConfirmed.ShouldBeTrue();
    }

    [Fact]
    public void Members_that_lag_are_named_with_what_they_said_last()
    {
        _world.Set(Other, MemberState.Up);
        _world.Set(Third, MemberState.Up);
        _world.Register(Registration("a"));
        var draining = Drain(1);
        Answer(Other, Fences(Other)[0].Fence_, confirmed: false, "one", "two");
        _world.RunFor(1);
        var result = ResultOf(draining);
        result.Laggards.ShouldBe(
        [
            new DrainLaggard(Other.Uid, "node-2", DrainLag.Subscriber, "one"),
            new DrainLaggard(Other.Uid, "node-2", DrainLag.Subscriber, "two"),
            new DrainLaggard(Third.Uid, "node-3", DrainLag.NoAnswer, null),
        ]);
        result.LaggardCount.ShouldBe(3);
    }

    [Fact]
    public void A_member_that_goes_down_counts_no_longer_and_one_that_comes_up_does()
    {
        _world.Set(Other, MemberState.Up);
        _world.Set(Third, MemberState.Joining);
        _world.Register(Registration("a"));
        var draining = Drain();
        _world.Set(Third, MemberState.Up);
        _world.Set(Other, MemberState.Down);
        draining.IsCompleted.ShouldBeFalse();
        _world.RunFor(0.3);
        Answer(Third, Fences(Third)[0].Fence_, confirmed: true);
        ResultOf(draining).IsConfirmed.ShouldBeTrue();
    }

    [Fact]
    public void A_member_answers_when_it_holds_the_writes_and_its_readers_have_them()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        var subscription = Named("reader");
        Read(subscription);
        var record = _world.Map.Remote(Other.Uid, Key("a"), 7, Value(Registration("a"), value => value.Reported = WireInstanceStatus.Draining));

        Ask(Other, 4, record.Dot);
        Answers(Other).ShouldBe([(4ul, false, false, "")]);
        _world.Map.Receive(record);
        _world.Settle();
        Ask(Other, 4, record.Dot);
        Answers(Other)[^1].ShouldBe((4ul, true, false, "reader"));
        Read(subscription);
        _world.Settle();
        Answers(Other)[^1].ShouldBe((4ul, true, true, ""));
    }

    [Fact]
    public void A_drain_at_another_node_waits_for_the_record_that_its_owner_wrote()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        var record = _world.Map.Remote(Other.Uid, Key("a"), 7, Value(Registration("a"), value => value.Reported = WireInstanceStatus.Draining));
        var draining = Drain();
        var forwarded = _world.Transport.To(Other, FrameKind.ForwardedStatus, ForwardedStatus.Parser).ShouldHaveSingleItem();
        forwarded.Status.ShouldBe(WireInstanceStatus.Draining);
        _world.Frame(Other, FrameKind.ForwardedStatusResult, new ForwardedStatusResult
        {
            Request = forwarded.Request,
            Outcome = WireBeatOutcome.Renewed,
            Written = DotCodec.ToWire(record.Dot),
        });
        Answer(Other, Fences(Other).ShouldHaveSingleItem().Fence_, confirmed: true);
        draining.IsCompleted.ShouldBeFalse("this node's own readers have not heard of it");
        _world.Map.Receive(record);
        _world.Settle();
        ResultOf(draining).Entry.Status.ShouldBe(InstanceStatus.Draining);
    }

    [Fact]
    public void What_cannot_be_drained_is_refused()
    {
        var world = new RegistryWorld(new RegistryNodeOptions { Drains = new DrainOptions { Pending = 1 } });
        world.Refused(registry => registry.DrainAsync(Key("a"), 7, TimeSpan.FromSeconds(5))).Error.ShouldBe(RegistryError.NotFound);
        world.Register(Registration("a"));
        world.Refused(registry => registry.DrainAsync(Key("a"), 6, TimeSpan.FromSeconds(5))).Error.ShouldBe(RegistryError.StaleEpoch);
        foreach (var wrong in (double[])[0, -1, 601])
            world.Refused(registry => registry.DrainAsync(Key("a"), 7, TimeSpan.FromSeconds(wrong))).Field.ShouldBe("deadline");
        world.Call(registry => registry.OverrideStatusAsync(Key("a"), InstanceStatus.Passing));
        world.Refused(registry => registry.DrainAsync(Key("a"), 7, TimeSpan.FromSeconds(5))).Error.ShouldBe(RegistryError.Invalid);
        world.Call(registry => registry.OverrideStatusAsync(Key("a"), null));
        world.Subscribe();
        var first = world.Begin(registry => registry.DrainAsync(Key("a"), 7, TimeSpan.FromSeconds(5)));
        world.Refused(registry => registry.DrainAsync(Key("a"), 7, TimeSpan.FromSeconds(5))).Error.ShouldBe(RegistryError.LimitReached);
        world.RunFor(5);
        ResultOf(first).IsConfirmed.ShouldBeFalse();
        world.Begin(registry => registry.DrainAsync(Key("a"), 7, TimeSpan.FromSeconds(5))).IsCompleted.ShouldBeFalse();
    }

    private Task<DrainResult> Drain(double seconds = 5) =>
        _world.Begin(registry => registry.DrainAsync(Key("a"), 7, TimeSpan.FromSeconds(seconds)));

    private ISubscription Named(string name, bool explicitly = false) => _world.Call(registry => registry.SubscribeAsync(
        new SubscriptionRequest { Service = "orders", Name = name, AcknowledgesExplicitly = explicitly }));

    private List<Fence> Fences(NodeIdentity to) => _world.Transport.To(to, FrameKind.Fence, Fence.Parser);

    private List<(ulong Fence, bool Covered, bool Confirmed, string Laggards)> Answers(NodeIdentity to) =>
    [
        .. _world.Transport.To(to, FrameKind.FenceAnswer, FenceAnswer.Parser)
            .Select(answer => (answer.Fence, answer.Covered, answer.Confirmed, string.Join(",", answer.Laggards))),
    ];

    private void Ask(NodeIdentity from, ulong fence, Dot dot) => _world.Frame(
        from, FrameKind.Fence, new Fence { Fence_ = fence, Writes = VersionVector.Of(dot.Writer, dot.Sequence).ToWire(), Service = "orders" });

    private void Answer(NodeIdentity from, ulong fence, bool confirmed, params string[] laggards)
    {
        var answer = new FenceAnswer { Fence = fence, Covered = true, Confirmed = confirmed, LaggardCount = (uint)laggards.Length };
        answer.Laggards.AddRange(laggards);
        _world.Frame(from, FrameKind.FenceAnswer, answer);
    }
}
