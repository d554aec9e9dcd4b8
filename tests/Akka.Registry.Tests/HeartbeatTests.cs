using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

public class HeartbeatTests
{
    private readonly RegistryWorld _world = new();

    [Fact]
    public void A_beat_at_the_owner_renews_the_lease_without_a_write()
    {
        _world.Register(Registration("a"));
        _world.RunFor(20);
        var writes = _world.Map.Writes.Count();

        var result = _world.Beat("a");

        result.ShouldBe(new HeartbeatResult(InstanceStatus.Passing, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)));
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(30));
        _world.Map.Writes.Count().ShouldBe(writes);
        _world.Transport.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void Silence_beyond_the_ttl_makes_the_entry_critical_and_beyond_deregister_after_evicts_it()
    {
        _world.Register(Registration("a") with { DeregisterAfter = TimeSpan.FromSeconds(10) });
        _world.RunFor(29.9);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
        _world.RunFor(1.1);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);
        _world.Entry("a")!.Reported.ShouldBe(InstanceStatus.Passing);
        _world.RunFor(8.9);
        _world.Entry("a").ShouldNotBeNull();
        _world.RunFor(1.1);
        _world.Entry("a").ShouldBeNull();
        _world.Map.Find(Key("a"))!.Order.Evicted.ShouldBeTrue();
    }

    [Fact]
    public void A_beat_of_a_silent_instance_makes_it_what_it_reports_at_once()
    {
        _world.Register(Registration("a") with { Status = InstanceStatus.Warning });
        _world.RunFor(31);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);

        _world.Beat("a").Status.ShouldBe(InstanceStatus.Warning);

        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Warning);
        _world.RunFor(29);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Warning);
        _world.RunFor(2);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public void A_verdict_that_another_write_overtook_is_written_again()
    {
        _world.Register(Registration("a"));
        _world.RunFor(31);
        _world.Entry("a")!.LeaseMissed.ShouldBeTrue();

        // A write of this node that was decided on the entry as it was before the verdict.
        var record = _world.Map.Find(Key("a"))!;
        var order = record.Order with { Stamp = _world.Map.StampOf(SelfNode.Uid) };
        _world.Map.Receive(new MapRecord(record.Key, order, new Dot(SelfNode.Uid, 1_000), Value(Registration("a"))));
        _world.Settle();

        _world.Entry("a")!.LeaseMissed.ShouldBeTrue();
    }

    [Fact]
    public void An_unknown_instance_is_told_to_register_and_a_stale_epoch_is_named()
    {
        _world.Refused(registry => registry.HeartbeatAsync(Key("a"), 7)).Error.ShouldBe(RegistryError.NotFound);
        _world.Register(Registration("a") with { Epoch = 9 });
        _world.Refused(registry => registry.HeartbeatAsync(Key("a"), 7)).Error.ShouldBe(RegistryError.StaleEpoch);
        var newer = _world.Refused(registry => registry.HeartbeatAsync(Key("a"), 10));
        (newer.Error, newer.Message).ShouldBe((RegistryError.NotFound,
            "Instance 'a' of service 'orders' is registered in epoch 9, and epoch 10 is not known yet; "
            + "register with it (again): that ends the older one."));
        _world.Call(registry => registry.HeartbeatAsync(Key("a"), null)).Ttl.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(MemberState.Joining)]
    [InlineData(MemberState.Up)]
    [InlineData(MemberState.Suspect)]
    [InlineData(MemberState.Leaving)]
    public void A_beat_for_a_current_owner_is_forwarded_and_answered_by_it(MemberState state)
    {
        _world.Set(Other, state);
        _world.Receive(Other, Registration("a"));

        var task = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        _world.RunFor(0.005);

        var message = _world.Transport.To(Other, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldHaveSingleItem();
        message.Beats.ShouldBe([new ForwardedBeat { Service = "orders", Instance = "a", Epoch = 7 }]);
        task.IsCompleted.ShouldBeFalse();
        _world.Frame(Other, FrameKind.ForwardedBeatResults, Results(message, WireBeatOutcome.Renewed));
        ResultOf(task).Ttl.ShouldBe(TimeSpan.FromSeconds(30));
        _world.Map.Writes.ShouldBeEmpty();
    }

    [Fact]
    public void Beats_of_one_interval_for_one_owner_are_one_frame_in_order()
    {
        _world.Set(Other, MemberState.Up);
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Receive(Other, Registration("b"));
        _world.Receive(Third, Registration("c"));

        var tasks = new[] { "a", "c", "b" }.Select(id => _world.Begin(registry => registry.HeartbeatAsync(Key(id), null))).ToList();
        _world.RunFor(0.005);

        var message = _world.Transport.To(Other, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldHaveSingleItem();
        message.Beats.Select(beat => (beat.Instance, beat.Epoch)).ShouldBe([("a", 0UL), ("b", 0UL)]);
        _world.Transport.To(Third, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldHaveSingleItem();
        _world.Frame(Other, FrameKind.ForwardedBeatResults, Results(message, WireBeatOutcome.StaleEpoch, WireBeatOutcome.Renewed));
        Should.Throw<RegistryException>(() => ResultOf(tasks[0])).Error.ShouldBe(RegistryError.StaleEpoch);
        ResultOf(tasks[2]).Status.ShouldBe(InstanceStatus.Passing);
        tasks[1].IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void Many_beats_at_once_renew_what_is_here_forward_the_rest_together_and_name_what_did_not_count()
    {
        _world.Set(Other, MemberState.Up);
        _world.Register(Registration("a") with { Epoch = 7 });
        foreach (var id in (string[])["b", "c"])
            _world.Receive(Other, Registration(id));
        _world.RunFor(20);
        var writes = _world.Map.Writes.Count();
        InstanceBeat[] beats =
        [
            Beat("b", null), Beat("a", null), Beat("none", null), Beat("a", 6), Beat("c", 7), Beat("a", 7), Beat("", null),
        ];

        var task = _world.Begin(registry => registry.HeartbeatManyAsync(beats));
        _world.RunFor(0.005);

        var message = _world.Transport.To(Other, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldHaveSingleItem();
        message.Beats.Select(beat => (beat.Instance, beat.Epoch)).ShouldBe([("b", 0UL), ("c", 7UL)]);
        _world.Frame(Other, FrameKind.ForwardedBeatResults, Results(message, WireBeatOutcome.Renewed, WireBeatOutcome.Unknown));
        ResultOf(task).Select(refused => (refused.Place, ((RegistryException)refused.Refusal).Error)).ShouldBe(
            [(2, RegistryError.NotFound), (3, RegistryError.StaleEpoch), (4, RegistryError.NotFound), (6, RegistryError.Invalid)]);
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromSeconds(29.9));
        _world.Map.Writes.Count().ShouldBe(writes);

        InstanceBeat Beat(string id, ulong? epoch) => _world.Registry.BeatOf("orders", id, epoch);
    }

    [Fact]
    public void A_lease_that_ended_between_a_beats_making_and_its_sending_is_told_to_register_again()
    {
        _world.Register(Registration("a"));
        _world.Register(Registration("b"));
        var beats = new[] { _world.Registry.BeatOf("orders", "a", null), _world.Registry.BeatOf("orders", "b", null) };
        _world.Call(async registry =>
        {
            await registry.DeregisterAsync(Key("a"), null, WriteOptions.Default);
            return 0;
        });

        var refused = _world.Call(registry => registry.HeartbeatManyAsync(beats));

        (refused.ShouldHaveSingleItem().Place, ((RegistryException)refused[0].Refusal).Error).ShouldBe((0, RegistryError.NotFound));
    }

    [Fact]
    public void A_beat_of_many_that_has_something_to_write_writes_it()
    {
        _world.Register(Registration("a"));
        _world.RunFor(31);
        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);

        _world.Call(registry => registry.HeartbeatManyAsync(new[] { registry.BeatOf("orders", "a", null) })).ShouldBeEmpty();

        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Passing);
    }

    [Fact]
    public void Many_beats_of_no_session_leave_a_lease_with_the_session_that_carries_it()
    {
        var session = _world.Registry.OpenSession("client");
        _world.Call(registry => session.RegisterAsync(Registration("a"), WriteOptions.Default));
        _world.Call(registry => registry.HeartbeatManyAsync(new[] { registry.BeatOf("orders", "a", null) })).ShouldBeEmpty();

        session.Break();
        _world.RunFor(2);

        _world.Entry("a")!.Status.ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public void A_beat_of_an_instance_whose_lease_is_here_allocates_nothing()
    {
        _world.Register(Registration("a"));
        _world.Registry.BeatOf("orders", "a", null);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            _world.Registry.BeatOf("orders", "a", null);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void A_look_up_allocates_nothing()
    {
        _world.Register(Registration("a"));
        _world.Registry.Find("orders")!.Instances.Find("a").ShouldNotBeNull();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            _world.Registry.Find("orders")!.Instances.Find("a");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void An_owner_that_knows_nothing_of_it_means_register_again()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        var task = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        _world.RunFor(0.005);

        _world.Frame(Other, FrameKind.ForwardedBeatResults, Results(Forwarded(Other), WireBeatOutcome.Unknown));

        Should.Throw<RegistryException>(() => ResultOf(task)).Error.ShouldBe(RegistryError.NotFound);
    }

    [Fact]
    public void An_owner_that_does_not_answer_within_five_seconds_is_unreachable()
    {
        _world.Set(Other, MemberState.Suspect);
        _world.Receive(Other, Registration("a"));
        var task = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));

        _world.RunFor(4.99);
        task.IsCompleted.ShouldBeFalse();
        _world.RunFor(0.02);

        Should.Throw<RegistryException>(() => ResultOf(task)).Error.ShouldBe(RegistryError.OwnerUnreachable);
        _world.Frame(Other, FrameKind.ForwardedBeatResults, Results(Forwarded(Other), WireBeatOutcome.Renewed)); // Too late, and harmless.
    }

    [Fact]
    public void A_full_link_to_the_owner_is_said_at_once()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Transport.IsFull = true;

        var task = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        _world.RunFor(0.005);

        Should.Throw<RegistryException>(() => ResultOf(task)).Error.ShouldBe(RegistryError.OwnerUnreachable);
    }

    [Theory]
    [InlineData(MemberState.Down)]
    [InlineData(MemberState.Left)]
    public void A_beat_for_a_lost_owner_adopts_the_lease(MemberState state)
    {
        _world.Set(Other, MemberState.Up);
        var record = _world.Receive(Other, Registration("a"), value => value.LeaseMissed = true);
        _world.Set(Other, state);

        _world.Beat("a").Status.ShouldBe(InstanceStatus.Passing);

        var entry = _world.Entry("a")!;
        (entry.Owner, entry.Epoch, entry.LeaseMissed, entry.Unverified).ShouldBe((SelfNode.Uid, 7UL, false, false));
        _world.Map.Writes.ShouldHaveSingleItem().ShouldBeOfType<MapWrite.Replace>().Expected.ShouldBe(record.Order);
        _world.Registry.ExpiresIn(entry).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void An_owner_that_no_member_list_names_is_lost_as_well()
    {
        _world.Receive(Other, Registration("a"));
        _world.Beat("a");
        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
    }

    [Fact]
    public void A_beat_that_waits_for_an_owner_which_goes_down_adopts_without_a_flap()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        var task = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        _world.RunFor(1);
        task.IsCompleted.ShouldBeFalse();

        _world.Set(Other, MemberState.Down);

        ResultOf(task).Status.ShouldBe(InstanceStatus.Passing);
        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
    }

    [Fact]
    public void Two_beats_that_adopt_the_same_lease_both_count_and_write_once()
    {
        _world.Receive(Other, Registration("a"));
        var tasks = Enumerable.Range(0, 2).Select(_ => _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7))).ToList();
        tasks.ForEach(task => ResultOf(task).Ttl.ShouldBe(TimeSpan.FromSeconds(30)));
        _world.Map.Find(Key("a"))!.Dot.ShouldBe(new Dot(SelfNode.Uid, 1));
    }

    [Fact]
    public void An_adoption_that_a_registration_elsewhere_overtakes_goes_to_its_new_owner()
    {
        _world.Set(Third, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Map.BeforeWrite = _ =>
        {
            _world.Map.BeforeWrite = null;
            _world.Map.Receive(_world.Map.Remote(Third.Uid, Key("a"), 7, Value(Registration("a"))));
        };

        var task = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        _world.RunFor(0.005);

        _world.Frame(Third, FrameKind.ForwardedBeatResults, Results(Forwarded(Third), WireBeatOutcome.Renewed));
        ResultOf(task).Ttl.ShouldBe(TimeSpan.FromSeconds(30));
        _world.Entry("a")!.Owner.ShouldBe(Third.Uid);
    }

    [Fact]
    public void Beats_that_others_forward_are_answered_in_order()
    {
        _world.Register(Registration("a"));
        _world.Register(Registration("b") with { Epoch = 9 });
        _world.RunFor(10);
        var beats = new ForwardedBeats { Batch = 5 };
        beats.Beats.Add(new ForwardedBeat { Service = "orders", Instance = "a", Epoch = 7 });
        beats.Beats.Add(new ForwardedBeat { Service = "orders", Instance = "b", Epoch = 7 });
        beats.Beats.Add(new ForwardedBeat { Service = "orders", Instance = "c" });

        _world.Frame(Other, FrameKind.ForwardedBeats, beats);

        var results = _world.Transport.To(Other, FrameKind.ForwardedBeatResults, ForwardedBeatResults.Parser).ShouldHaveSingleItem();
        results.Batch.ShouldBe(5UL);
        results.Outcomes.ShouldBe([WireBeatOutcome.Renewed, WireBeatOutcome.StaleEpoch, WireBeatOutcome.Unknown]);
        _world.Registry.ExpiresIn(_world.Entry("a")!).ShouldBe(TimeSpan.FromSeconds(30));
        _world.Registry.ExpiresIn(_world.Entry("b")!).ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_forwarded_beat_of_a_silent_instance_makes_it_what_it_reports()
    {
        _world.Register(Registration("a"));
        _world.RunFor(31);
        _world.Entry("a")!.LeaseMissed.ShouldBeTrue();
        var beats = new ForwardedBeats { Batch = 1 };
        beats.Beats.Add(new ForwardedBeat { Service = "orders", Instance = "a", Epoch = 7 });

        _world.Frame(Other, FrameKind.ForwardedBeats, beats);

        _world.Entry("a")!.LeaseMissed.ShouldBeFalse();
    }

    private static ForwardedBeatResults Results(ForwardedBeats message, params WireBeatOutcome[] outcomes)
    {
        var results = new ForwardedBeatResults { Batch = message.Batch };
        results.Outcomes.AddRange(outcomes);
        return results;
    }

    private ForwardedBeats Forwarded(NodeIdentity to) =>
        _world.Transport.To(to, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldHaveSingleItem();
}
