using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Actors.Virtual;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Leases;

/// <summary>The scheduler actor on virtual time: TTL 10 s, deregister-after 5 s, an eviction interval of 1 s.</summary>
public sealed class SchedulerActorTests
{
    private static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));

    private readonly VirtualScheduler _world = new(seed: 11);
    private readonly VirtualNode _node;
    private readonly LeaseScheduler _leases;
    private readonly IActorRef<SchedulerMessage> _scheduler;
    private readonly List<(double At, LeaseVerdict Verdict)> _verdicts = [];
    private readonly List<BeatAnswer> _answers = [];
    private readonly IActorRef<BeatAnswer> _answersTo;
    private readonly IActorRef<ImmutableArray<BeatAnswer>> _manyAnswersTo;

    public SchedulerActorTests()
    {
        _node = _world.CreateNode("one");
        var system = ActorSystem.Create("test", new ActorSystemOptions { Time = _node.Clock, Dispatcher = _node });
        _leases = new LeaseScheduler(new LeaseOptions(), _node.Clock.GetInstant());
        var verdicts = system.ActorOf(
            Props.Of(() => new Listener<LeaseVerdict>(verdict => _verdicts.Add((_world.Elapsed.TotalSeconds, verdict)))), "verdicts");
        _answersTo = system.ActorOf(Props.Of(() => new Listener<BeatAnswer>(_answers.Add)), "answers");
        _manyAnswersTo = system.ActorOf(Props.Of(() => new Listener<ImmutableArray<BeatAnswer>>(many => _answers.AddRange(many))), "many");
        _scheduler = system.ActorOf(SchedulerActor.Props(_leases, verdicts, NullLogger.Instance), "scheduler");
    }

    [Fact]
    public void A_silent_lease_is_missed_then_expired_each_within_an_eviction_interval()
    {
        _world.RunFor(TimeSpan.FromSeconds(0.1));
        Grant("a");
        _world.RunFor(TimeSpan.FromSeconds(20));

        _verdicts.Select(told => told.Verdict.GetType()).ShouldBe([typeof(LeaseVerdict.Missed), typeof(LeaseVerdict.Expired)]);
        KeysOf(_verdicts[0].Verdict).ShouldBe(["a"]);
        _verdicts[0].At.ShouldBe(10.25, 1e-6);
        _verdicts[1].At.ShouldBe(15.25, 1e-6);
    }

    [Fact]
    public void Verdicts_of_one_sweep_come_together()
    {
        foreach (var id in new[] { "a", "b", "c" })
            Grant(id);
        _world.RunFor(TimeSpan.FromSeconds(10.5));
        KeysOf(_verdicts.ShouldHaveSingleItem().Verdict).Order().ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void Beats_keep_a_lease_and_revive_it()
    {
        Grant("a");
        for (var beat = 0; beat < 5; beat++)
        {
            _world.RunFor(TimeSpan.FromSeconds(9.9));
            _scheduler.Tell(new SchedulerMessage.Beat(Key("a"), 1, null));
        }

        _world.RunFor(TimeSpan.FromSeconds(9.9));
        _verdicts.ShouldBeEmpty();
        _world.RunFor(TimeSpan.FromSeconds(1));
        _verdicts.ShouldHaveSingleItem().Verdict.ShouldBeOfType<LeaseVerdict.Missed>();

        _scheduler.Tell(new SchedulerMessage.Beat(Key("a"), 1, null));
        _world.RunFor(TimeSpan.FromSeconds(1));
        KeysOf(_verdicts[1].Verdict.ShouldBeOfType<LeaseVerdict.Revived>()).ShouldBe(["a"]);
    }

    [Fact]
    public void A_beat_is_answered_by_what_became_of_it()
    {
        Grant("a", epoch: 5);
        _world.RunUntilIdle();
        foreach (var (id, epoch) in new[] { ("a", 5UL), ("a", 0UL), ("a", 4UL), ("a", 6UL), ("b", 1UL) })
        {
            _scheduler.Tell(new SchedulerMessage.Beat(Key(id), epoch, _answersTo));
            _world.RunUntilIdle();
        }

        BeatAnswer[] expected =
        [
            new(BeatOutcome.Renewed, 5, Terms), new(BeatOutcome.Renewed, 5, Terms), new(BeatOutcome.StaleEpoch, 5, Terms),
            new(BeatOutcome.Unknown, 0, default), new(BeatOutcome.Unknown, 0, default),
        ];
        _answers.ShouldBe(expected);

        _answers.Clear();
        _scheduler.Tell(new SchedulerMessage.BeatMany([(Key("a"), 5), (Key("a"), 0), (Key("a"), 4), (Key("a"), 6), (Key("b"), 1)], _manyAnswersTo));
        _world.RunUntilIdle();
        _answers.ShouldBe(expected);
    }

    [Fact]
    public void A_released_lease_is_not_heard_of_again()
    {
        Grant("a");
        _scheduler.Tell(new SchedulerMessage.Order([LeaseOrder.End(Key("a"))]));
        _scheduler.Tell(new SchedulerMessage.Order([LeaseOrder.End(Key("never"))]));
        _world.RunFor(TimeSpan.FromMinutes(1));
        _verdicts.ShouldBeEmpty();
        _leases.Count.ShouldBe(0);
    }

    [Fact]
    public void A_session_that_broke_off_loses_its_leases_after_the_disconnect_grace()
    {
        Grant("a");
        Grant("b");
        _world.RunFor(TimeSpan.FromSeconds(2));
        _scheduler.Tell(new SchedulerMessage.Disconnected(0, [new LeaseKey(Key("a"), 1), new LeaseKey(Key("b"), 1), new LeaseKey(Key("c"), 1)]));
        _world.RunFor(TimeSpan.FromSeconds(0.5));
        _scheduler.Tell(new SchedulerMessage.Beat(Key("b"), 1, null));
        _world.RunFor(TimeSpan.FromSeconds(0.75));
        KeysOf(_verdicts.ShouldHaveSingleItem().Verdict.ShouldBeOfType<LeaseVerdict.Missed>()).ShouldBe(["a"]);
        _verdicts[0].At.ShouldBeInRange(3, 3.25);
    }

    [Fact]
    public void Any_thread_may_read_until_when_a_lease_must_beat()
    {
        Grant("a");
        _world.RunFor(TimeSpan.FromSeconds(4));
        (_leases.ExpiresAt(Key("a"), 1) - _node.Clock.GetInstant()).ShouldBe(TimeSpan.FromSeconds(6));
        _leases.ExpiresAt(Key("a"), 2).ShouldBeNull();
    }

    [Fact]
    public void A_node_that_was_paused_judges_nobody_by_its_own_sleep()
    {
        foreach (var id in new[] { "living", "dead" })
            Grant(id);
        _world.RunFor(TimeSpan.FromSeconds(5));
        _node.Pause();

        // The beat waits with the rest until the node goes on, and may be handled after the sweep.
        _world.RunFor(TimeSpan.FromMinutes(5));
        _scheduler.Tell(new SchedulerMessage.Beat(Key("living"), 1, null));
        _node.Resume();
        _world.RunFor(TimeSpan.FromSeconds(9));
        _verdicts.ShouldBeEmpty();
        _scheduler.Tell(new SchedulerMessage.Beat(Key("living"), 1, null));
        _world.RunFor(TimeSpan.FromSeconds(2));
        KeysOf(_verdicts.ShouldHaveSingleItem().Verdict.ShouldBeOfType<LeaseVerdict.Missed>()).ShouldBe(["dead"]);
    }

    [Fact]
    public void Too_many_at_once_are_quarantined_and_come_back_when_they_beat()
    {
        GrantMany(20);
        Beat(Enumerable.Range(0, 10), at: 9);
        _world.RunFor(TimeSpan.FromSeconds(2));
        var quarantined = _verdicts.ShouldHaveSingleItem().Verdict.ShouldBeOfType<LeaseVerdict.Quarantined>();
        quarantined.Leases.Length.ShouldBe(10);
        quarantined.Reason.ShouldBe(_leases.Quarantines.ShouldHaveSingleItem().Reason);
        quarantined.Reason.ShouldStartWith("10 of 20 leases of 'orders' at this node fell silent within 30 s");

        Beat(Enumerable.Range(0, 16), at: 15);
        _world.RunFor(TimeSpan.FromSeconds(0.5));
        KeysOf(_verdicts[1].Verdict.ShouldBeOfType<LeaseVerdict.Unquarantined>()).Order()
            .ShouldBe(Enumerable.Range(10, 6).Select(i => $"i{i}").Order());

        // Four of twenty are lost: fewer than five, and so no mass failure any more.
        KeysOf(_verdicts[2].Verdict.ShouldBeOfType<LeaseVerdict.Missed>()).Order().ShouldBe(["i16", "i17", "i18", "i19"]);
        _leases.Quarantines.ShouldBeEmpty();
        KeysOf(_verdicts[3].Verdict.ShouldBeOfType<LeaseVerdict.Expired>()).Order().ShouldBe(["i16", "i17", "i18", "i19"]);
        _verdicts.Count.ShouldBe(4);
    }

    [Fact]
    public void What_fell_just_before_is_taken_back_into_quarantine()
    {
        GrantMany(40);
        Beat(Enumerable.Range(5, 35), at: 3);
        _world.RunFor(TimeSpan.FromSeconds(7.5));
        _verdicts.ShouldHaveSingleItem().Verdict.ShouldBeOfType<LeaseVerdict.Missed>().Leases.Length.ShouldBe(5);
        Beat(Enumerable.Range(20, 20), at: 12);
        _world.RunFor(TimeSpan.FromSeconds(2));
        var taken = KeysOf(_verdicts[1].Verdict.ShouldBeOfType<LeaseVerdict.Quarantined>());
        taken.Order().ShouldBe(Enumerable.Range(0, 20).Select(i => $"i{i}").Order());
        _verdicts.Count.ShouldBe(2);
    }

    [Fact]
    public void A_quarantine_ends_by_confirmation_of_the_loss()
    {
        GrantMany(10);
        _world.RunFor(TimeSpan.FromSeconds(11));
        _verdicts.ShouldHaveSingleItem().Verdict.ShouldBeOfType<LeaseVerdict.Quarantined>();
        _scheduler.Tell(new SchedulerMessage.ConfirmLost([.. Enumerable.Range(0, 7).Select(i => new LeaseKey(Key($"i{i}"), 1))]));
        _world.RunFor(TimeSpan.FromSeconds(5));

        KeysOf(_verdicts[1].Verdict.ShouldBeOfType<LeaseVerdict.Missed>()).ShouldBe(Enumerable.Range(0, 7).Select(i => $"i{i}"));
        KeysOf(_verdicts[2].Verdict.ShouldBeOfType<LeaseVerdict.Missed>()).Order().ShouldBe(["i7", "i8", "i9"]);
        _verdicts.Skip(3).Select(told => told.Verdict).ShouldAllBe(verdict => verdict is LeaseVerdict.Expired);
        _verdicts.Skip(3).Sum(told => KeysOf(told.Verdict).Length).ShouldBe(10);
    }

    [Fact]
    public void A_quarantine_ends_after_its_longest_hold()
    {
        GrantMany(10);
        _world.RunFor(TimeSpan.FromSeconds(11));
        var since = _verdicts.ShouldHaveSingleItem().At;
        _world.RunFor(TimeSpan.FromMinutes(11));

        _verdicts.Select(told => told.Verdict.GetType())
            .ShouldBe([typeof(LeaseVerdict.Quarantined), typeof(LeaseVerdict.Missed), typeof(LeaseVerdict.Expired)]);
        _verdicts[1].At.ShouldBe(since + 600, 1e-6);
        _verdicts[2].At.ShouldBe(since + 600.25, 1e-6);
        _leases.Count.ShouldBe(0);
    }

    [Fact]
    public void A_quarantined_lease_that_ends_otherwise_is_told_of()
    {
        GrantMany(10);
        _world.RunFor(TimeSpan.FromSeconds(11));
        _scheduler.Tell(new SchedulerMessage.Order([LeaseOrder.End(Key("i0"))]));
        Grant("i1", epoch: 2);
        _world.RunFor(TimeSpan.FromSeconds(1));
        _verdicts[1].Verdict.ShouldBeOfType<LeaseVerdict.Unquarantined>().Leases.Order(Comparer<LeaseKey>.Create((x, y) =>
            string.CompareOrdinal(x.Key.Instance, y.Key.Instance))).ShouldBe([new LeaseKey(Key("i0"), 1), new LeaseKey(Key("i1"), 1)]);
        _leases.Quarantines.ShouldHaveSingleItem().Entries.ShouldBe(8);
    }

    private static RecordKey Key(string id) => new("orders", id);

    private static string[] KeysOf(LeaseVerdict verdict) => (verdict switch
    {
        LeaseVerdict.Missed missed => missed.Leases,
        LeaseVerdict.Expired expired => expired.Leases,
        LeaseVerdict.Revived revived => revived.Leases,
        LeaseVerdict.Quarantined quarantined => quarantined.Leases,
        LeaseVerdict.Unquarantined unquarantined => unquarantined.Leases,
        _ => throw new System.Diagnostics.UnreachableException(),
    }).Select(lease => lease.Key.Instance).ToArray();

    private void Grant(string id, ulong epoch = 1) => _scheduler.Tell(new SchedulerMessage.Order([new LeaseOrder(Key(id), epoch, Terms)]));

    private void GrantMany(int count)
    {
        for (var i = 0; i < count; i++)
            Grant($"i{i}");
    }

    private void Beat(IEnumerable<int> instances, double at)
    {
        _world.RunFor(TimeSpan.FromSeconds(at) - _world.Elapsed);
        _scheduler.Tell(new SchedulerMessage.BeatMany([.. instances.Select(i => (Key($"i{i}"), 1UL))], _manyAnswersTo));
    }

    private sealed class Listener<T>(Action<T> heard) : Actor<T>
        where T : notnull
    {
        protected override void Receive(T message) => heard(message);
    }
}
