using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class SwimSimulationTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 5)]
    [InlineData(3, 30)]
    [InlineData(4, 100)]
    public void Members_started_at_once_end_in_one_cluster_that_everyone_sees_whole(int seed, int count)
    {
        var swim = SimulatedSwim.Formed(seed, count);

        swim.IsWhole().ShouldBeTrue();
        swim.Members.ShouldAllBe(member => member.Machine.View.HasJoined);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_killed_process_is_down_for_both_others_in_about_two_seconds_with_the_default_preset(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 3);
        swim.RunFor(TimeSpan.FromSeconds(20));

        swim.Kill(swim[2]);

        var took = swim.RunUntil(
            () => swim[0].StateOf(swim[2]) == MemberState.Down && swim[1].StateOf(swim[2]) == MemberState.Down,
            TimeSpan.FromSeconds(5));
        took.ShouldBeInRange(TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2.5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_killed_process_is_down_for_a_hundred_within_the_short_suspicion_and_the_spreading(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 100);
        swim.RunFor(TimeSpan.FromSeconds(20));

        swim.Kill(swim[50]);

        var took = swim.RunUntil(
            () => swim.EveryoneSees(swim[50], MemberState.Down),
            TimeSpan.FromSeconds(15));
        var suspicion = ClusterMath.SuspicionTimeoutMin(100, 2, TimeSpan.FromSeconds(1));
        took.ShouldBeLessThan(suspicion + TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 10)]
    [InlineData(3, 40)]
    public void A_lost_host_is_down_within_one_round_of_probes_and_the_minimum_suspicion(int seed, int count)
    {
        var swim = SimulatedSwim.Formed(seed, count);
        swim.RunFor(TimeSpan.FromSeconds(40));
        var lost = swim[count - 1];

        swim.CutPower(lost);

        var took = swim.RunUntil(
            () => swim.EveryoneSees(lost, MemberState.Down),
            TimeSpan.FromSeconds(90));

        // SWIM, section 5: the first of n - 1 probers comes after e/(e-1) intervals in expectation; here each of K + 1
        // accusers needs its turn.
        var min = ClusterMath.SuspicionTimeoutMin(count, 4, TimeSpan.FromSeconds(1));
        took.ShouldBeInRange(min, min + TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 20)]
    [InlineData(3, 60)]
    public void Without_loss_nobody_is_ever_suspected(int seed, int count)
    {
        var swim = SimulatedSwim.Formed(seed, count);

        swim.RunFor(TimeSpan.FromMinutes(10));

        swim.Members.SelectMany(member => member.Events).ShouldNotContain(e => e.What is SwimEvent.MemberSuspected);
        swim.Members.ShouldAllBe(member => member.Machine.LocalHealth == 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void With_a_tenth_of_all_messages_lost_nobody_is_declared_dead(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 20);
        swim.Loss = 0.1;

        swim.RunFor(TimeSpan.FromMinutes(10));

        swim.Members.SelectMany(member => member.Events).ShouldNotContain(e => e.What is SwimEvent.MemberDown);
    }

    [Theory]
    [InlineData(1, 4, true)]
    [InlineData(2, 10, false)]
    public void A_partition_that_heals_after_a_day_merges_with_no_restart(int seed, int count, bool seedsOnBothSides)
    {
        // One probe in 20 s is enough to see it, and a day has many.
        var options = new ClusterOptions
        {
            ReconnectInterval = TimeSpan.FromSeconds(30),
            FailureDetector = new FailureDetectorOptions
            {
                ProbeInterval = TimeSpan.FromSeconds(20),
                SyncInterval = TimeSpan.FromMinutes(2),
            },
        };
        var swim = SimulatedSwim.Formed(seed, count, options);
        var left = swim.Members.Take(seedsOnBothSides ? 2 : 5).ToList();
        var right = swim.Members.Except(left).ToList();

        swim.Partition(left, right);
        swim.RunFor(TimeSpan.FromHours(25)); // Longer than the departed retention: each side has forgotten the other.

        left.ShouldAllBe(member => SimulatedSwim.Sees(member, left));
        right.ShouldAllBe(member => SimulatedSwim.Sees(member, right));
        left[0].Machine.View.Find(right[0].Uid).ShouldBeNull();

        swim.Heal();

        swim.RunUntil(swim.IsWhole, TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 20)]
    [InlineData(3, 60)]
    public void A_partition_of_minutes_merges_within_seconds_of_healing(int seed, int count)
    {
        var swim = SimulatedSwim.Formed(seed, count);
        var left = swim.Members.Where((_, index) => index % 2 == 0).ToList();
        var right = swim.Members.Except(left).ToList();
        swim.Partition(left, right);
        swim.RunUntil(
            () => left.TrueForAll(member => SimulatedSwim.Sees(member, left))
                && right.TrueForAll(member => SimulatedSwim.Sees(member, right)),
            TimeSpan.FromMinutes(5));

        swim.Heal();

        swim.RunUntil(swim.IsWhole, TimeSpan.FromSeconds(30));
        var healedAt = swim.Now;
        swim.RunFor(TimeSpan.FromMinutes(2));
        swim.Members.SelectMany(member => member.Events)
            .Where(e => e.At > healedAt).ShouldNotContain(e => e.What is SwimEvent.MemberDown);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_process_that_was_paused_past_its_death_refutes_and_is_back(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 5);
        swim.Pause(swim[3]);
        swim.RunFor(TimeSpan.FromMinutes(2));
        swim.Running.Where(member => member != swim[3])
            .ShouldAllBe(member => member.StateOf(swim[3]) == MemberState.Down);

        swim.Resume(swim[3]);

        swim.RunUntil(swim.IsWhole, TimeSpan.FromSeconds(15));
        swim[3].Events.ShouldContain(e => e.What is SwimEvent.Refuted);
        swim[3].Events.ShouldContain(e => e.What is SwimEvent.Overslept);
        swim[3].Events.ShouldNotContain(e => e.What is SwimEvent.MemberDown); // It accuses nobody of its own absence.
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_pause_within_the_suspicion_is_no_death(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 5);
        swim.Pause(swim[1]);
        swim.RunFor(TimeSpan.FromSeconds(4));

        swim.Resume(swim[1]);

        swim.RunUntil(swim.IsWhole, TimeSpan.FromSeconds(10));
        swim.Members.SelectMany(member => member.Events).ShouldNotContain(e => e.What is SwimEvent.MemberDown);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_restarted_process_supersedes_its_predecessor_at_once(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 5);
        var old = swim[3];
        swim.RunFor(TimeSpan.FromSeconds(10));
        swim.Kill(old);
        var fresh = swim.Start(3);

        var took = swim.RunUntil(
            () => swim.EveryoneSees(old, MemberState.Down) && swim.EveryoneSees(fresh, MemberState.Joining),
            TimeSpan.FromSeconds(5));

        took.ShouldBeLessThan(TimeSpan.FromSeconds(1.5));
        swim.Input(fresh, new SwimInput.AnnounceUp());
        swim.RunUntil(swim.IsWhole, TimeSpan.FromSeconds(5));
        swim.RunFor(TimeSpan.FromMinutes(2));
        swim.EveryoneSees(old, MemberState.Down).ShouldBeTrue();
        swim.EveryoneSees(fresh, MemberState.Up).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_restart_with_the_persisted_uid_refutes_its_own_death(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 4);
        swim.Kill(swim[2]);
        swim.RunFor(TimeSpan.FromSeconds(20));
        swim[0].StateOf(swim[2]).ShouldBe(MemberState.Down);

        var back = swim.Start(2, uid: swim[2].Uid);

        swim.RunUntil(
            () => swim.EveryoneSees(back, MemberState.Joining),
            TimeSpan.FromSeconds(5));
        swim.Input(back, new SwimInput.AnnounceUp());
        swim.RunUntil(swim.IsWhole, TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_first_seed_that_restarts_cut_off_forms_its_own_cluster_and_merges_when_it_can(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 3);
        swim.Kill(swim[0]);
        var fresh = swim.Start(0);
        swim.Partition([fresh], [swim[1], swim[2]]);
        swim.RunFor(TimeSpan.FromMinutes(1));
        fresh.Machine.HasJoined.ShouldBeTrue();
        fresh.Events.ShouldContain(e => e.What is SwimEvent.ClusterFormed);
        swim.Input(fresh, new SwimInput.AnnounceUp());

        swim.Heal();

        swim.RunUntil(swim.IsWhole, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void Connections_that_break_under_living_processes_cost_nobody_his_life()
    {
        var swim = SimulatedSwim.Formed(7, 5);

        for (var round = 0; round < 60; round++)
        {
            swim.Reset(swim[round % 5], swim[(round + 1) % 5]);
            swim.RunFor(TimeSpan.FromMilliseconds(500));
        }

        swim.Members.SelectMany(member => member.Events).ShouldNotContain(e => e.What is SwimEvent.MemberSuspected);
    }

    [Fact]
    public void A_path_that_one_pair_lost_is_gone_round_by_indirect_probes()
    {
        var swim = SimulatedSwim.Formed(8, 5);
        swim.Partition([swim[0]], [swim[1]]);

        swim.RunFor(TimeSpan.FromMinutes(10));

        swim.Members.SelectMany(member => member.Events).ShouldNotContain(e => e.What is SwimEvent.MemberSuspected);
    }

    [Fact]
    public void A_member_that_hears_nothing_but_is_heard_suspects_others_who_refute()
    {
        var swim = SimulatedSwim.Formed(9, 5);
        foreach (var other in swim.Members.Skip(1))
            swim.CutOneWay(other, swim[0]);

        swim.RunFor(TimeSpan.FromMinutes(2));

        // The deaf one is given up; the others keep each other.
        var others = swim.Members.Skip(1).ToList();
        others.ShouldAllBe(member => member.StateOf(swim[0]) == MemberState.Down);
        swim.RunUntil(
            () => others.TrueForAll(member => others.TrueForAll(other => member.Machine.View.Find(other.Uid)!.IsCurrent)),
            TimeSpan.FromSeconds(30));
        swim.Heal();
        swim.RunUntil(swim.IsWhole, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Messages_a_node_and_second_do_not_grow_with_the_cluster()
    {
        static double PerNodeAndSecond(int count)
        {
            var swim = SimulatedSwim.Formed(10, count);
            swim.RunFor(TimeSpan.FromMinutes(1));
            var before = swim.Members.Sum(member => member.Sent);
            swim.RunFor(TimeSpan.FromMinutes(2));
            return (swim.Members.Sum(member => member.Sent) - before) / (double)count / 120;
        }

        // SWIM, abstract: "each member's message load does not vary with group size": a ping, its answer, and now and
        // then a table.
        PerNodeAndSecond(5).ShouldBeInRange(2.0, 2.2);
        PerNodeAndSecond(100).ShouldBeInRange(2.0, 2.2);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_happened_when_it_is_over_everyone_is_back(int seed)
    {
        var swim = SimulatedSwim.Formed(seed, 7);
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            Harm(swim, random);
            swim.RunFor(TimeSpan.FromSeconds(random.Next(1, 20)));
        }

        swim.Loss = 0;
        swim.Heal();
        foreach (var member in swim.Members.Where(member => member.IsPaused).ToList())
            swim.Resume(member);
        foreach (var number in Enumerable.Range(0, 7).Where(number => !swim.Runs(number)).ToList())
            swim.Start(number);
        swim.RunUntil(() => swim.Running.All(member => member.Machine.HasJoined), TimeSpan.FromSeconds(30));
        foreach (var member in swim.Running.ToList())
            swim.Input(member, new SwimInput.AnnounceUp());

        // One random target an interval: of up to ten that are down, a living one comes within minutes, and one is enough.
        swim.RunUntil(swim.IsWhole, TimeSpan.FromMinutes(10));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(100, 20)];

    private static void Harm(SimulatedSwim swim, Random random)
    {
        var number = random.Next(7);
        var member = swim.Running.FirstOrDefault(running => running.Address == SimulatedSwim.AddressOf(number));
        switch (random.Next(9))
        {
            case 0 when member is not null:
                swim.Kill(member);
                break;
            case 1 when member is not null:
                swim.CutPower(member);
                break;
            case 2 when member is not null:
                swim.Pause(member);
                break;
            case 3 when member is { IsPaused: true }:
                swim.Resume(member);
                break;
            case 4 or 5:
                if (member is not null)
                    swim.Kill(member);
                swim.Start(number);
                break;
            case 6:
                swim.Partition(swim.Running.Take(3).ToList(), swim.Running.Skip(3).ToList());
                break;
            case 7:
                swim.Heal();
                break;
            default:
                swim.Loss = random.NextDouble() * 0.3;
                break;
        }
    }

    [Fact]
    public void Same_seed_same_run()
    {
        static string Run()
        {
            var swim = SimulatedSwim.Formed(11, 12);
            swim.Loss = 0.2;
            swim.Kill(swim[4]);
            swim.RunFor(TimeSpan.FromMinutes(1));
            return swim.Describe() + string.Join('\n', swim.Members.SelectMany(member => member.Events));
        }

        Run().ShouldBe(Run());
    }
}
