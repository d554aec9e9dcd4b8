using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Subscriptions;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>
/// "A node that returns after it was declared dead writes again those of its own entries that beat on time through its absence, at
/// once, and each other one when it next beats, never before."
/// </summary>
public class ReturnTests
{
    private readonly RegistryWorld _world = new();

    public ReturnTests() => _world.Set(Other, MemberState.Up);

    [Fact]
    public void What_beat_on_time_through_the_absence_is_written_again_at_once()
    {
        var first = _world.Register(Registration("a")).Entry.Record;
        BeatFor(40);

        Evict("a");

        var entry = _world.Entry("a")!;
        (entry.Owner, entry.Epoch).ShouldBe((SelfNode.Uid, 7UL));
        entry.Record.Order.CompareTo(first.Order with { Evicted = true }).ShouldBeGreaterThan(0);
        entry.RegisteredAt.ShouldBe(Actors.Virtual.VirtualScheduler.Epoch);
    }

    [Fact]
    public void To_be_written_again_is_no_beat()
    {
        _world.Register(Registration("a"));
        _world.RunFor(20);
        Evict("a");
        _world.Entry("a").ShouldNotBeNull();
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void What_was_asleep_is_not_written_before_it_beats_and_then_it_is()
    {
        _world.Register(Registration("a"));
        _world.Machine.Pause();
        _world.RunFor(40);
        _world.Map.Receive(_world.Map.RemoteRemoval(Other.Uid, _world.Map.Find(Key("a"))!));
        _world.Machine.Resume();
        _world.RunFor(5);
        _world.Entry("a").ShouldBeNull();

        _world.Beat("a").Status.ShouldBe(InstanceStatus.Passing);

        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void What_was_asleep_is_written_again_by_a_beat_among_many_as_well()
    {
        _world.Register(Registration("a"));
        _world.Machine.Pause();
        _world.RunFor(40);
        _world.Map.Receive(_world.Map.RemoteRemoval(Other.Uid, _world.Map.Find(Key("a"))!));
        _world.Machine.Resume();
        _world.RunFor(5);

        _world.Call(registry => registry.HeartbeatManyAsync(new[] { registry.BeatOf("orders", "a", null) })).ShouldBeEmpty();

        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
    }

    [Fact]
    public void What_was_asleep_and_never_beats_again_stays_gone()
    {
        _world.Register(Registration("a"));
        _world.Machine.Pause();
        _world.RunFor(40);
        _world.Map.Receive(_world.Map.RemoteRemoval(Other.Uid, _world.Map.Find(Key("a"))!));
        _world.Machine.Resume();
        _world.RunFor(200);

        _world.Entry("a").ShouldBeNull();
        _world.Surroundings.Leases.ExpiresAt(Key("a"), 7).ShouldBeNull();
        _world.Refused(registry => registry.HeartbeatAsync(Key("a"), 7)).Error.ShouldBe(RegistryError.NotFound);
    }

    [Fact]
    public void A_status_reported_on_a_contested_lease_is_written_with_it()
    {
        Sleep("a");
        var entry = _world.Call(registry => registry.ReportStatusAsync(Key("a"), InstanceStatus.Draining, 7));
        (entry.Status, entry.Owner).ShouldBe((InstanceStatus.Draining, SelfNode.Uid));
    }

    [Fact]
    public void A_beat_that_another_node_forwards_counts_as_well()
    {
        Sleep("a");
        var beats = new ForwardedBeats { Batch = 1 };
        beats.Beats.Add(new ForwardedBeat { Service = "orders", Instance = "a", Epoch = 7 });
        _world.Frame(Other, FrameKind.ForwardedBeats, beats);
        _world.Entry("a").ShouldNotBeNull();
    }

    [Fact]
    public void A_deregistration_elsewhere_releases_the_lease_for_good()
    {
        var record = _world.Register(Registration("a")).Entry.Record;
        _world.Map.Receive(_world.Map.RemoteRemoval(Other.Uid, record, deregistered: true));
        _world.Settle();

        _world.Entry("a").ShouldBeNull();
        _world.Surroundings.Leases.ExpiresAt(Key("a"), 7).ShouldBeNull();
        _world.Refused(registry => registry.HeartbeatAsync(Key("a"), 7)).Error.ShouldBe(RegistryError.NotFound);
    }

    [Fact]
    public void A_deregistration_after_the_eviction_releases_a_contested_lease()
    {
        Sleep("a");
        _world.Map.Receive(_world.Map.RemoteRemoval(Other.Uid, _world.Map.Find(Key("a"))!, deregistered: true));
        _world.Settle();
        _world.Refused(registry => registry.HeartbeatAsync(Key("a"), 7)).Error.ShouldBe(RegistryError.NotFound);
        _world.Entry("a").ShouldBeNull();
    }

    [Fact]
    public void A_deregistration_here_ends_a_contested_lease()
    {
        Sleep("a");
        _world.Deregister("a");
        _world.Surroundings.Leases.ExpiresAt(Key("a"), 7).ShouldBeNull();
        _world.Map.Find(Key("a"))!.Order.Deregistered.ShouldBeTrue();
    }

    [Fact]
    public void A_newer_epoch_elsewhere_releases_the_lease()
    {
        _world.Register(Registration("a"));
        _world.Receive(Other, Registration("a") with { Epoch = 8 });
        _world.Surroundings.Leases.ExpiresAt(Key("a"), 7).ShouldBeNull();
        _world.Refused(registry => registry.HeartbeatAsync(Key("a"), 7)).Error.ShouldBe(RegistryError.StaleEpoch);
    }

    [Fact]
    public void An_adoption_elsewhere_stands_and_beats_are_forwarded_to_it()
    {
        _world.Register(Registration("a"));
        BeatFor(40);
        _world.Receive(Other, Registration("a"));
        _ = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        _world.RunFor(0.005);
        _world.Transport.To(Other, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldHaveSingleItem();
        _world.Entry("a")!.Owner.ShouldBe(Other.Uid);
    }

    [Fact]
    public void After_everything_was_taken_anew_a_lost_entry_is_written_when_it_beats_and_not_before()
    {
        _world.Register(Registration("a"));
        _world.Register(Registration("b"));
        BeatFor(20);
        _world.Map.TakeAnew(synchronized: true);
        _world.RunFor(5);
        _world.Registry.Find("orders").ShouldBeNull();

        _world.Beat("a");

        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
        _world.Entry("a")!.Epoch.ShouldBe(7UL);
        _world.Entry("b").ShouldBeNull();
    }

    [Fact]
    public void After_everything_was_taken_anew_an_evicted_entry_waits_for_its_beat_as_well()
    {
        var record = _world.Register(Registration("a")).Entry.Record;
        _world.Map.TakeAnew(synchronized: true, _world.Map.RemoteRemoval(Other.Uid, record));
        _world.RunFor(5);
        _world.Entry("a").ShouldBeNull();
        _world.Beat("a");
        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
    }

    [Fact]
    public void After_everything_was_taken_anew_what_is_in_it_goes_on()
    {
        var record = _world.Register(Registration("a")).Entry.Record;
        _world.RunFor(10);
        _world.Map.TakeAnew(synchronized: true, record);
        _world.Settle();
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(20));
        _world.RunFor(21);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public void A_contested_lease_whose_tombstone_was_collected_is_written_when_it_beats()
    {
        Sleep("a");
        _world.Map.Collect(Key("a"));
        _world.Settle();
        _world.Beat("a");
        (_world.Entry("a")!.Owner, _world.Entry("a")!.Epoch).ShouldBe((SelfNode.Uid, 7UL));
    }

    [Fact]
    public void Who_calls_silent_what_beats_here_is_not_believed_and_nobody_is_told()
    {
        _world.Register(Registration("a"));
        var subscription = _world.Subscribe();
        Read(subscription);
        _world.RunFor(10);

        CallSilent(Other);

        Read(subscription).SelectMany(batch => batch.Changes).ShouldAllBe(change => change.Entry!.Status == InstanceStatus.Passing);
        (_world.Entry("a")!.Owner, _world.Entry("a")!.Status).ShouldBe((SelfNode.Uid, InstanceStatus.Passing));
        _world.Map.Find(Key("a"))!.Dot.Origin.ShouldBe(SelfNode.Uid);
    }

    [Fact]
    public void What_a_third_calls_silent_is_shown_so_only_when_its_owner_leaves_it_to_stand()
    {
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Receive(Other, Registration("b"));
        var subscription = _world.Subscribe();
        Read(subscription);

        CallSilent(Third, "a", "b");
        Read(subscription).ShouldBeEmpty();
        _world.Receive(Other, Registration("a"));
        _world.RunFor(4);

        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.Entry("b")!.Status.ShouldBe(InstanceStatus.Critical);
        Read(subscription).SelectMany(batch => batch.Changes).Select(change => (change.Key.Instance, change.Entry!.Status))
            .ShouldBe([("a", InstanceStatus.Passing), ("b", InstanceStatus.Critical)]);
    }

    [Fact]
    public void Who_calls_silent_what_beats_elsewhere_and_then_evicts_it_is_not_believed_either()
    {
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        CallSilent(Third);
        _world.RunFor(2);

        _world.Map.Receive(_world.Map.RemoteRemoval(Third.Uid, _world.Map.Find(Key("a"))!));
        _world.RunFor(2);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);

        _world.RunFor(2);
        _world.Entry("a").ShouldBeNull();
    }

    [Fact]
    public void Who_lagged_while_a_verdict_was_withheld_is_told_of_it_once_it_is_shown()
    {
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        var cursor = Read(_world.Subscribe())[^1].Cursor;

        CallSilent(Third);
        var later = _world.Subscribe(cursor: cursor);
        Read(later).SelectMany(batch => batch.Changes).ShouldBeEmpty();
        _world.RunFor(4);

        Read(later).SelectMany(batch => batch.Changes).ShouldHaveSingleItem().Entry!.Status.ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public void Who_was_told_elsewhere_what_is_withheld_here_begins_when_it_is_not_any_more()
    {
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        CallSilent(Third);
        var cursor = new ReadCursor(_world.Map.Vector, []).ToToken();
        var began = _world.Begin(registry => registry.SubscribeAsync(new SubscriptionRequest { Service = "orders", Cursor = cursor }));

        _world.RunFor(2);
        began.IsCompleted.ShouldBeFalse();
        _world.RunFor(2);

        Read(ResultOf(began)).SelectMany(batch => batch.Changes).ShouldBeEmpty();
    }

    [Fact]
    public void A_registration_that_comes_late_does_not_take_away_what_has_beaten_here_since()
    {
        _world.Register(Registration("a"));
        var late = _world.Map.Remote(Other.Uid, Key("a"), 7, Value(Registration("a")));
        _world.RunFor(10);
        _world.Beat("a");

        _world.Map.Receive(late);
        _world.Settle();

        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
        _world.Map.Find(Key("a"))!.Dot.Origin.ShouldBe(SelfNode.Uid);
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_verdict_on_a_registration_that_came_late_is_not_believed_at_once()
    {
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        var late = _world.Map.Remote(Third.Uid, Key("a"), 7, Value(Registration("a")));
        var verdict = _world.Map.Remote(Third.Uid, Key("a"), 7, Value(Registration("a"), value => value.LeaseMissed = true));
        _world.RunFor(10);

        _world.Map.Receive(late);
        _world.Map.Receive(verdict);
        _world.RunFor(2);
        (_world.Entry("a")!.Owner, _world.Entry("a")!.Status).ShouldBe((Third.Uid, InstanceStatus.Passing));

        _world.RunFor(2);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);
    }

    /// <summary>As of a node that took late registrations while it was cut off: later records than those that stand, and no beat.</summary>
    private void CallSilent(NodeIdentity by, params ReadOnlySpan<string> ids)
    {
        var verdicts = new List<MapRecord>();
        foreach (var id in ids.IsEmpty ? ["a"] : ids)
            verdicts.Add(_world.Map.Remote(by.Uid, Key(id), 7, Value(Registration(id), value => value.LeaseMissed = true)));
        _world.RunFor(2);
        _world.Map.Receive([.. verdicts]);
        _world.Settle();
    }

    private void Sleep(string id)
    {
        _world.Register(Registration(id));
        _world.Machine.Pause();
        _world.RunFor(40);
        _world.Map.Receive(_world.Map.RemoteRemoval(Other.Uid, _world.Map.Find(Key(id))!));
        _world.Machine.Resume();
        _world.Settle();
        _world.Entry(id).ShouldBeNull();
    }

    private void BeatFor(double seconds)
    {
        for (; seconds > 0; seconds -= 10)
        {
            _world.RunFor(10);
            foreach (var entry in _world.Registry.Find("orders")!.Instances)
                _world.Beat(entry.Id);
        }
    }

    private void Evict(string id)
    {
        _world.Map.Receive(_world.Map.RemoteRemoval(Other.Uid, _world.Map.Find(Key(id))!));
        _world.Settle();
    }
}
