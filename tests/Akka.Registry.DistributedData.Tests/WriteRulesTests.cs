using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

/// <summary>"Anything late from an older or ended epoch of the same instance id is rejected."</summary>
public class WriteRulesTests
{
    private const long Now = 5_000;

    private static readonly MapRecord Standing = Live("a", 100, 1_000, 2, 7);
    private static readonly MapRecord Silent = Evicted(Standing, 2, 8);
    private static readonly MapRecord Ended = Deregistered(Standing, 2, 8);

    [Fact]
    public void A_new_instance_gets_the_epoch_it_brings_or_one_from_the_clock()
    {
        Accepted(Register(42), null).ShouldBe(new RecordOrder(42, false, Stamp(Now), false));
        Accepted(Register(null), null).Epoch.ShouldBe((ulong)Now);
    }

    [Fact]
    public void A_write_is_stamped_above_what_it_replaces()
    {
        Accepted(Register(100), Standing).ShouldBe(new RecordOrder(100, false, Stamp(Now), false));
        Accepted(Register(100), Live("a", 100, 9_000, 2, 7)).Stamp.ShouldBe(Stamp(9_001));
    }

    [Fact]
    public void Without_an_epoch_the_living_keeps_its_own_and_the_dead_gets_one_above_all_known()
    {
        Accepted(Register(null), Standing).Epoch.ShouldBe(100ul);
        Accepted(Register(null), Silent).Epoch.ShouldBe((ulong)Now);
        Accepted(Register(null), Ended).Epoch.ShouldBe((ulong)Now);
        Accepted(Register(null), Deregistered(Live("a", 9_000, 1, 2, 1), 2, 2)).Epoch.ShouldBe(9_001ul);
    }

    [Fact]
    public void An_evicted_epoch_may_come_back_an_older_or_ended_one_never()
    {
        Accepted(Register(100), Silent).ShouldBe(new RecordOrder(100, false, Stamp(Now), false));
        Outcome(Register(99), Standing).ShouldBe(MapWriteOutcome.StaleEpoch);
        Outcome(Register(99), Silent).ShouldBe(MapWriteOutcome.StaleEpoch);
        Outcome(Register(100), Ended).ShouldBe(MapWriteOutcome.EpochEnded);
        Outcome(Register(99), Ended).ShouldBe(MapWriteOutcome.StaleEpoch);
        Accepted(Register(101), Ended).Epoch.ShouldBe(101ul);
    }

    [Fact]
    public void A_replacement_writes_only_over_what_was_decided_on()
    {
        Accepted(Replace(Standing, revive: false), Standing).ShouldBe(new RecordOrder(100, false, Stamp(Now), false));
        Outcome(Replace(Standing, revive: true), Silent).ShouldBe(MapWriteOutcome.Superseded);
        Outcome(Replace(Silent, revive: false), Silent).ShouldBe(MapWriteOutcome.NotFound);
        Accepted(Replace(Silent, revive: true), Silent).Epoch.ShouldBe(100ul);
        Outcome(Replace(Ended, revive: true), Ended).ShouldBe(MapWriteOutcome.EpochEnded);
        Outcome(Replace(Standing, revive: true), null).ShouldBe(MapWriteOutcome.NotFound);
        var silent = Accepted(Replace(Standing, revive: false) with { IsVerdict = true }, Standing);
        silent.ShouldBe(Standing.Order with { Stamp = Standing.Order.Stamp with { Time = new HybridTimestamp(Standing.Order.Stamp.Time.Value + 1) } });
    }

    [Fact]
    public void A_deregistration_ends_the_epoch_just_above_what_it_removes()
    {
        Accepted(new MapWrite.Deregister(Key("a"), 100), Standing).ShouldBe(new RecordOrder(100, true, Standing.Order.Stamp, false));
        Accepted(new MapWrite.Deregister(Key("a"), null), Standing).ShouldBe(new RecordOrder(100, true, Standing.Order.Stamp, false));
        Accepted(new MapWrite.Deregister(Key("a"), 100), Silent).ShouldBe(new RecordOrder(100, true, Standing.Order.Stamp, false));
        Outcome(new MapWrite.Deregister(Key("a"), null), Silent).ShouldBe(MapWriteOutcome.NotFound);
        Outcome(new MapWrite.Deregister(Key("a"), 99), Standing).ShouldBe(MapWriteOutcome.StaleEpoch);
        Outcome(new MapWrite.Deregister(Key("a"), 101), Standing).ShouldBe(MapWriteOutcome.NotFound);
        Outcome(new MapWrite.Deregister(Key("a"), 100), Ended).ShouldBe(MapWriteOutcome.EpochEnded);
        Outcome(new MapWrite.Deregister(Key("a"), 100), null).ShouldBe(MapWriteOutcome.NotFound);
    }

    [Fact]
    public void An_eviction_removes_only_the_record_that_fell_silent_just_above_it()
    {
        Accepted(Evict(Standing), Standing).ShouldBe(new RecordOrder(100, false, Standing.Order.Stamp, true));
        Outcome(Evict(Standing), Live("a", 100, 1_001, 3, 1)).ShouldBe(MapWriteOutcome.Superseded);
        Outcome(Evict(Silent), Silent).ShouldBe(MapWriteOutcome.NotFound);
        Outcome(Evict(Standing), null).ShouldBe(MapWriteOutcome.NotFound);
    }

    [Fact]
    public void A_removal_carries_no_value() =>
        WriteRules.Decide(Evict(Standing), Standing, Above, Now).Value.IsEmpty.ShouldBeTrue();

    private static MapWrite.Register Register(ulong? epoch) => new(Key("a"), epoch, new byte[] { 1, 2 });

    private static MapWrite.Replace Replace(MapRecord decidedOn, bool revive) => new(Key("a"), decidedOn.Order, revive, new byte[] { 1 });

    private static MapWrite.Evict Evict(MapRecord silent) => new(Key("a"), silent.Order);

    private static RecordOrder Accepted(MapWrite write, MapRecord? standing)
    {
        var verdict = WriteRules.Decide(write, standing, Above, Now);
        verdict.Outcome.ShouldBe(MapWriteOutcome.Accepted);
        return verdict.Order;
    }

    private static MapWriteOutcome Outcome(MapWrite write, MapRecord? standing) => WriteRules.Decide(write, standing, Above, Now).Outcome;

    private static Stamp Above(Stamp replaced) => Stamp(Math.Max(Now, replaced.Time.UnixMilliseconds + 1));
}
