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
        _world.Map.Receive(MapRecord.Of(record.Key, order, new Dot(SelfNode.Uid, 1_000), Value(Registration("a"))));
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
        _world.AnswerBeats(Other, WireBeatOutcome.Renewed, WireBeatOutcome.Unknown);
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
}
