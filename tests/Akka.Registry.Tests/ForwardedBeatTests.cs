using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>Beats at a node that does not own the lease: forwarded to its owner, or taken over from one that is lost.</summary>
public class ForwardedBeatTests
{
    private readonly RegistryWorld _world = new();

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
        _world.AnswerBeats(Other, WireBeatOutcome.Renewed);
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
        _world.AnswerBeats(Other, WireBeatOutcome.StaleEpoch, WireBeatOutcome.Renewed);
        Should.Throw<RegistryException>(() => ResultOf(tasks[0])).Error.ShouldBe(RegistryError.StaleEpoch);
        ResultOf(tasks[2]).Status.ShouldBe(InstanceStatus.Passing);
        tasks[1].IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void An_owner_that_knows_nothing_of_it_means_register_again()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        var task = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        _world.RunFor(0.005);

        _world.AnswerBeats(Other, WireBeatOutcome.Unknown);

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
        _world.AnswerBeats(Other, WireBeatOutcome.Renewed); // Too late, and harmless.
    }

    [Fact]
    public void A_beat_that_no_link_to_the_owner_takes_is_offered_again_until_one_does()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Transport.IsFull = true;
        var task = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        _world.RunFor(3);
        task.IsCompleted.ShouldBeFalse();

        _world.Transport.IsFull = false;
        _world.RunFor(1);

        _world.AnswerBeats(Other, WireBeatOutcome.Renewed);
        ResultOf(task).Status.ShouldBe(InstanceStatus.Passing);
        _world.RunFor(1);
        _world.Transport.To(Other, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldHaveSingleItem();
    }

    [Fact]
    public void An_owner_that_no_link_reaches_within_five_seconds_is_unreachable_and_hears_of_it_no_later()
    {
        _world.Set(Other, MemberState.Suspect);
        _world.Receive(Other, Registration("a"));
        _world.Transport.IsFull = true;
        var task = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));

        _world.RunFor(4.99);
        task.IsCompleted.ShouldBeFalse();
        _world.RunFor(0.02);

        Should.Throw<RegistryException>(() => ResultOf(task)).Error.ShouldBe(RegistryError.OwnerUnreachable);
        _world.Transport.IsFull = false;
        _world.RunFor(1);
        _world.Transport.To(Other, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldBeEmpty();
    }

    [Fact]
    public void Beats_that_no_link_takes_any_more_adopt_the_lease_as_soon_as_their_owner_is_called_down()
    {
        _world.Set(Other, MemberState.Up);
        _world.Receive(Other, Registration("a"));
        _world.Receive(Other, Registration("b"));
        // What a dying owner looks like: its links are gone, and it cannot be connected to, but nobody calls it down yet.
        _world.Transport.IsFull = true;
        var beat = _world.Begin(registry => registry.HeartbeatAsync(Key("a"), 7));
        var status = _world.Begin(registry => registry.ReportStatusAsync(Key("b"), InstanceStatus.Warning, 7));
        _world.RunFor(2);
        (beat.IsCompleted, status.IsCompleted).ShouldBe((false, false));

        _world.Set(Other, MemberState.Down);

        ResultOf(beat).Status.ShouldBe(InstanceStatus.Passing);
        (ResultOf(status).Status, _world.Entry("b")!.Owner).ShouldBe((InstanceStatus.Warning, SelfNode.Uid));
        _world.Entry("a")!.Owner.ShouldBe(SelfNode.Uid);
        _world.Transport.IsFull = false;
        _world.RunFor(1);
        _world.Transport.To(Other, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldBeEmpty("the owner may be back");
        _world.Transport.To(Other, FrameKind.ForwardedStatus, ForwardedStatus.Parser).ShouldBeEmpty("the owner may be back");
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

        _world.AnswerBeats(Third, WireBeatOutcome.Renewed);
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
}
