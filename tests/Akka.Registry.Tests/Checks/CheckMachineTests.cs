using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.Checks.MachineRig;

namespace Akka.Registry.Tests.Checks;

public sealed class CheckMachineTests
{
    [Fact]
    public void A_check_without_a_result_is_run_within_a_second_and_then_once_an_interval()
    {
        var rig = new MachineRig();
        rig.Run(Tcp("a"));

        rig.RunFor(60);

        rig.Begun[0].At.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(1.3));
        var runs = rig.Begun.Skip(1).Select(run => run.At).ToList();
        runs.Count.ShouldBe(6);
        for (var i = 1; i < runs.Count; i++)
            (runs[i] - runs[i - 1]).ShouldBeInRange(TimeSpan.FromSeconds(9.9), TimeSpan.FromSeconds(10.1));
        rig.TakeVerdicts().ShouldBe(["a Passing: well"]);
    }

    [Fact]
    public void Checks_are_spread_over_their_interval_however_they_came()
    {
        var rig = new MachineRig();
        for (var i = 0; i < 2_000; i++)
            rig.Run(new RecordKey("s", $"{i}"), Tcp("a"));
        rig.RunFor(20);
        rig.Begun.Clear();

        rig.RunFor(10);

        rig.Begun.Count.ShouldBe(2_000);
        var bySecond = rig.Begun.CountBy(run => (int)run.At.TotalSeconds).Select(pair => pair.Value).ToList();
        bySecond.Max().ShouldBeLessThan(300); // 200 each, were they laid out by hand.
        bySecond.Order().Skip(1).First().ShouldBeGreaterThan(120);
    }

    [Fact]
    public void What_was_seen_by_an_owner_before_waits_for_its_place()
    {
        var rig = new MachineRig();
        for (var i = 0; i < 1_000; i++)
            rig.Run(new RecordKey("s", $"{i}"), 1, new CheckState(Tcp("a"), InstanceStatus.Passing, "well", rig.WallClock));

        rig.RunFor(1);
        rig.Begun.Count.ShouldBeLessThan(200);
        rig.RunFor(9.3);

        rig.Begun.Count.ShouldBeInRange(1_000, 1_050);
        rig.TakeVerdicts().ShouldBeEmpty();
    }

    [Fact]
    public void One_run_of_a_check_is_under_way_and_what_takes_longer_leaves_runs_out()
    {
        var rig = new MachineRig { Answer = _ => null };
        rig.Run(Tcp("a", interval: 1));

        rig.RunFor(10);
        rig.Begun.Count.ShouldBe(1);
        rig.Machine.InFlight.ShouldBe(1);
        rig.Finish(rig.Begun[0].Check, rig.Begun[0].Number, InstanceStatus.Passing);
        rig.RunFor(1.2);

        rig.Begun.Count.ShouldBe(2);
        rig.Machine.WaitingCount.ShouldBe(0);
    }

    [Fact]
    public void So_many_run_at_once_and_the_others_wait_in_order()
    {
        var rig = new MachineRig(new CheckOptions { Concurrent = 3 }) { Answer = _ => null };
        for (var i = 0; i < 10; i++)
            rig.Run(new RecordKey("s", $"{i}"), Tcp("a"));

        rig.RunFor(2);
        (rig.Machine.InFlight, rig.Machine.WaitingCount).ShouldBe((3, 7));
        rig.Finish(rig.Begun[0].Check, rig.Begun[0].Number, InstanceStatus.Passing);
        rig.Take();

        (rig.Machine.InFlight, rig.Machine.WaitingCount).ShouldBe((3, 6));
    }

    [Fact]
    public void What_has_ended_while_it_waited_is_not_run_and_its_result_means_nothing()
    {
        var rig = new MachineRig(new CheckOptions { Concurrent = 1 }) { Answer = _ => null };
        rig.Run(new RecordKey("s", "1"), Tcp("a"));
        rig.Run(new RecordKey("s", "2"), Tcp("a"));
        rig.RunFor(2);

        rig.Machine.Stop(new RecordKey("s", "1"));
        rig.Machine.Stop(new RecordKey("s", "2"));
        rig.Finish(rig.Begun[0].Check, rig.Begun[0].Number, InstanceStatus.Passing);
        rig.RunFor(30);

        rig.Begun.Count.ShouldBe(1);
        rig.TakeVerdicts().ShouldBeEmpty();
        (rig.Machine.Count, rig.Machine.CriticalCount, rig.Machine.InFlight, rig.Machine.WaitingCount).ShouldBe((0, 0, 0, 0));
    }

    [Fact]
    public void Results_in_a_row_are_needed_to_change_the_status()
    {
        var rig = new MachineRig { Answer = _ => null };
        rig.Run(Tcp("a", interval: 1) with { SuccessBeforePassing = 2, FailuresBeforeWarning = 2, FailuresBeforeCritical = 4 });
        const InstanceStatus pass = InstanceStatus.Passing, fail = InstanceStatus.Critical;
        var stands = new List<InstanceStatus>();

        foreach (var result in new[] { pass, fail, pass, pass, fail, pass, fail, fail, fail, fail, pass, fail, pass, pass })
        {
            rig.RunFor(1.2);
            var (_, check, number) = rig.Begun[^1];
            rig.Finish(check, number, result);
            stands.Add(check.Status);
        }

        // A failure never makes a critical check better.
        stands.ShouldBe(
        [
            fail, fail, fail, pass, pass, pass, pass, InstanceStatus.Warning, InstanceStatus.Warning, fail, fail, fail, fail, pass,
        ]);
    }

    [Fact]
    public void A_warning_counts_as_a_success()
    {
        var rig = new MachineRig { Answer = _ => new CheckOutcome(InstanceStatus.Warning, "429") };
        rig.Run(Tcp("a") with { SuccessBeforePassing = 2 });

        rig.RunFor(25);

        rig.TakeVerdicts().ShouldBe(["a Critical: 429", "a Warning: 429"]);
    }

    [Fact]
    public void A_ttl_check_is_critical_once_nobody_has_spoken_for_its_ttl()
    {
        var rig = new MachineRig();
        rig.Run(Ttl("t"));
        rig.RunFor(30);
        rig.TakeVerdicts().ShouldBeEmpty(); // Critical from the beginning, and never heard of.

        rig.Report("t", InstanceStatus.Passing, "fine");
        rig.RunFor(9);
        rig.Report("t", InstanceStatus.Passing, "still fine");
        rig.RunFor(9.9);
        rig.TakeVerdicts().ShouldBe(["t Passing: fine"]);
        rig.RunFor(0.4);

        rig.TakeVerdicts().ShouldBe(["t Critical: TTL expired (last output before timeout follows): still fine"]);
        rig.RunFor(60);
        rig.TakeVerdicts().ShouldBeEmpty();
        rig.Report("t", InstanceStatus.Warning, "back");
        rig.TakeVerdicts().ShouldBe(["t Warning: back"]);
    }

    [Fact]
    public void After_a_pause_of_the_process_ttl_checks_get_the_time_that_was_lost()
    {
        var rig = new MachineRig();
        rig.Run(Ttl("t"));
        rig.Report("t", InstanceStatus.Passing, "fine");
        rig.RunFor(1);
        rig.TakeVerdicts();

        rig.Sleep(60).ShouldBe(TimeSpan.FromSeconds(59.9));
        rig.RunFor(9);
        rig.TakeVerdicts().ShouldBeEmpty();
        rig.RunFor(2);

        rig.TakeVerdicts().Length.ShouldBe(1);
    }

    [Fact]
    public void An_output_alone_is_told_now_and_then_and_shown_at_once()
    {
        var (rig, count) = (new MachineRig(), 0);
        rig.Answer = _ => new CheckOutcome(InstanceStatus.Passing, $"{++count}");
        rig.Run(Tcp("a"));

        rig.RunFor(299);
        rig.TakeVerdicts().ShouldBe(["a Passing: 1"]);
        rig.Begun[^1].Check.Output.ShouldBe($"{count}");
        rig.RunFor(12);

        rig.TakeVerdicts().Length.ShouldBe(1);
    }

    [Fact]
    public void What_is_critical_for_too_long_is_reaped_and_again_until_it_is_gone()
    {
        var rig = new MachineRig { Answer = _ => new CheckOutcome(InstanceStatus.Critical, "down") };
        rig.Run(Tcp("a") with { DeregisterAfter = TimeSpan.FromMinutes(1) });

        rig.RunFor(59.5);
        rig.TakeVerdicts().ShouldBe(["a Critical: down"]);
        rig.RunFor(1);
        rig.TakeVerdicts().ShouldBe(["a reaped"]);
        rig.RunFor(31);
        rig.TakeVerdicts().ShouldBe(["a reaped"]);
        rig.Machine.Stop(Key);
        rig.RunFor(60);

        rig.TakeVerdicts().ShouldBeEmpty();
    }

    [Fact]
    public void What_recovers_in_time_is_not_reaped()
    {
        var rig = new MachineRig();
        rig.Run(Ttl("t", ttl: 200) with { DeregisterAfter = TimeSpan.FromMinutes(1) });
        rig.RunFor(50);
        rig.Report("t", InstanceStatus.Passing);
        rig.RunFor(20);
        rig.Report("t", InstanceStatus.Critical);
        rig.RunFor(59);
        rig.TakeVerdicts().Length.ShouldBe(2);

        rig.RunFor(2);

        rig.TakeVerdicts().ShouldBe(["t reaped"]);
    }

    [Fact]
    public void Who_takes_over_sees_for_itself_before_it_reaps()
    {
        var rig = new MachineRig { Answer = _ => new CheckOutcome(InstanceStatus.Critical, "down") };
        var check = Tcp("a") with { DeregisterAfter = TimeSpan.FromMinutes(1) };
        rig.Run(Key, 1, new CheckState(check, InstanceStatus.Critical, "down", rig.WallClock - TimeSpan.FromHours(1)));

        rig.RunFor(10.5);
        rig.Begun.ShouldNotBeEmpty();
        rig.TakeVerdicts().ShouldBeEmpty();
        rig.RunFor(1);

        rig.TakeVerdicts().ShouldBe(["a reaped"]);
    }

    [Fact]
    public void The_same_checks_again_go_on_as_they_were_and_others_begin_or_end()
    {
        var rig = new MachineRig();
        rig.Run(Tcp("a"), Tcp("b"));
        rig.RunFor(5);
        rig.TakeVerdicts().Order().ShouldBe(["a Passing: well", "b Passing: well"]);
        rig.Begun.Clear();

        rig.Run(Tcp("b"), Tcp("c"));
        rig.RunFor(2);

        rig.Machine.Count.ShouldBe(2);
        rig.TakeVerdicts().ShouldBe(["c Passing: well"]);
        rig.RunFor(10);
        rig.Begun.Select(run => run.Check.Definition.Id).ShouldNotContain("a");
    }

    [Fact]
    public void A_check_of_a_new_epoch_begins_anew()
    {
        var rig = new MachineRig();
        rig.Run(Ttl("t"));
        rig.Report("t", InstanceStatus.Passing);
        rig.TakeVerdicts();

        rig.Run(Key, 2, CheckState.Initial(Ttl("t")));
        rig.Report("t", InstanceStatus.Passing); // Of the old epoch.

        rig.TakeVerdicts().ShouldBeEmpty();
        (rig.Machine.Count, rig.Machine.CriticalCount).ShouldBe((1, 1));
    }

    [Fact]
    public void A_check_that_is_defined_otherwise_keeps_its_status_and_forgets_the_run_under_way()
    {
        var rig = new MachineRig { Answer = _ => null };
        rig.Run(Tcp("a"));
        rig.RunFor(2);
        var (_, check, number) = rig.Begun[0];
        rig.Run(Tcp("a") with { Port = 2 });

        rig.Finish(check, number, InstanceStatus.Passing, "of the old port");
        rig.TakeVerdicts().ShouldBeEmpty();
        rig.RunFor(2);

        rig.Begun[^1].Check.Definition.ShouldBeOfType<CheckDefinition.Tcp>().Port.ShouldBe(2);
    }

    [Fact]
    public void With_active_checks_switched_off_none_is_run_and_words_still_count()
    {
        var rig = new MachineRig(new CheckOptions { Enabled = false });
        rig.Run(Tcp("a"), Ttl("t"));

        rig.Report("t", InstanceStatus.Passing);
        rig.RunFor(60);

        rig.Begun.ShouldBeEmpty();
        rig.TakeVerdicts()[0].ShouldStartWith("t Passing");
    }
}
