using Akka.Registry.Actors.Virtual;
using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests.Virtual;

public sealed class VirtualNodeTests
{
    private readonly VirtualWorld _world = new();

    private VirtualScheduler Scheduler => _world.Scheduler;

    private VirtualNode Node => _world.Node;

    [Fact]
    public void A_paused_nodes_turns_and_timers_wait_and_missed_ticks_are_not_made_up()
    {
        var actor = _world.Start("a");
        actor.Run(self => self.Context.StartPeriodicTimer("k", Stamp(self), TimeSpan.FromSeconds(1)));
        Scheduler.RunFor(TimeSpan.FromSeconds(2));
        Node.Pause();
        actor.Say("told");
        Scheduler.RunFor(TimeSpan.FromSeconds(3.5));
        _world.Journal.Entries.ShouldBe(["a starts", "a 1", "a 2"]);
        Node.Resume();
        Scheduler.RunFor(TimeSpan.FromSeconds(1));
        _world.Journal.Entries[3..].Order().ShouldBe(["a 5.5", "a 6.5", "a told"]);
    }

    [Fact]
    public void A_killed_node_never_runs_again_and_others_do()
    {
        var actor = _world.Start("a");
        actor.Run(self => self.Context.StartPeriodicTimer("k", Stamp(self), TimeSpan.FromSeconds(1)));
        var other = Scheduler.CreateNode("two");
        var ticks = 0;
        using var timer = other.Clock.CreateTimer(_ => ticks++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Scheduler.RunFor(TimeSpan.FromSeconds(1));
        Node.Kill();
        actor.Say("told");
        Node.Pause();
        Node.Resume();
        Scheduler.RunFor(TimeSpan.FromSeconds(5));
        _world.Journal.Entries.ShouldBe(["a starts", "a 1"]);
        (ticks, Node.IsKilled, Node.IsPaused).ShouldBe((6, true, false));
    }

    [Fact]
    public void What_a_pause_held_dies_with_the_node()
    {
        var ran = false;
        using var timer = Node.Clock.CreateTimer(_ => ran = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        Node.Pause();
        Scheduler.RunFor(TimeSpan.FromSeconds(2));
        Node.Kill();
        Node.Resume();
        Scheduler.RunFor(TimeSpan.FromSeconds(2));
        ran.ShouldBeFalse();
    }

    [Fact]
    public void A_wall_clock_can_be_wrong_while_timestamps_go_on()
    {
        Scheduler.RunFor(TimeSpan.FromSeconds(10));
        Node.Clock.WallClockOffset = TimeSpan.FromMinutes(-5);
        Node.Clock.GetUtcNow().ShouldBe(VirtualScheduler.Epoch + TimeSpan.FromSeconds(10 - 300));
        Node.Clock.GetInstant().ShouldBe(new Instant(10 * TimeSpan.TicksPerSecond));
        Scheduler.Now.ShouldBe(VirtualScheduler.Epoch + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_clock_that_drifts_gains_steadily_and_its_timers_with_it()
    {
        Scheduler.RunFor(TimeSpan.FromSeconds(100));
        Node.Clock.DriftPpm = 1_000_000;
        TimeSpan? fired = null;
        using var timer = Node.Clock.CreateTimer(
            _ => fired = Scheduler.Elapsed, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        Scheduler.RunFor(TimeSpan.FromSeconds(10));
        fired.ShouldBe(TimeSpan.FromSeconds(105));
        Node.Clock.GetInstant().ShouldBe(new Instant(120 * TimeSpan.TicksPerSecond));
        Node.Clock.DriftPpm = -500_000;
        Scheduler.RunFor(TimeSpan.FromSeconds(10));
        Node.Clock.GetInstant().ShouldBe(new Instant(125 * TimeSpan.TicksPerSecond));
        Node.Clock.GetUtcNow().ShouldBe(VirtualScheduler.Epoch + TimeSpan.FromSeconds(125));
        Should.Throw<ArgumentOutOfRangeException>(() => Node.Clock.DriftPpm = -500_001);
        Should.Throw<ArgumentOutOfRangeException>(() => Node.Clock.DriftPpm = 1_000_001);
    }

    [Fact]
    public void A_timer_never_fires_before_its_own_clock_says_so()
    {
        Node.Clock.DriftPpm = 333;
        long? left = null;
        using var timer = Node.Clock.CreateTimer(
            _ => left = Node.Clock.GetTimestamp() - 1_234_567, null, new TimeSpan(1_234_567), Timeout.InfiniteTimeSpan);
        Scheduler.RunFor(TimeSpan.FromSeconds(1));
        left.ShouldNotBeNull().ShouldBeInRange(0, 1);
    }

    [Fact]
    public void A_node_that_is_made_later_begins_its_timestamps_then_and_shares_the_time_of_day()
    {
        Scheduler.RunFor(TimeSpan.FromHours(1));
        var late = Scheduler.CreateNode("late");
        late.Clock.GetTimestamp().ShouldBe(0);
        late.Clock.GetUtcNow().ShouldBe(Node.Clock.GetUtcNow());
    }

    [Fact]
    public void A_timer_can_be_changed_and_disposed()
    {
        var ticks = new List<double>();
        var timer = Node.Clock.CreateTimer(
            _ => ticks.Add(Scheduler.Elapsed.TotalSeconds), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Scheduler.RunFor(TimeSpan.FromSeconds(1.5));
        timer.Change(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)).ShouldBeTrue();
        Scheduler.RunFor(TimeSpan.FromSeconds(5.5));
        timer.Change(Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(1)).ShouldBeTrue();
        Scheduler.RunFor(TimeSpan.FromSeconds(10));
        ticks.ShouldBe([1, 3.5, 6.5]);
        timer.Dispose();
        timer.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)).ShouldBeFalse();
        Scheduler.RunFor(TimeSpan.FromSeconds(10));
        ticks.Count.ShouldBe(3);
    }

    private static Line.Run Stamp(Script self) =>
        new(_ => self.Write($"{self.Context.Time.GetInstant().Ticks / (double)TimeSpan.TicksPerSecond}"));
}
