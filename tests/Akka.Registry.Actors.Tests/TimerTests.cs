using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests;

/// <summary>Timers of actors: exact on virtual time, and by hand where a tick must wait in the mailbox.</summary>
public sealed class TimerTests
{
    private readonly Journal _journal = new();

    [Fact]
    public void A_timer_fires_once_and_a_periodic_one_every_interval_on_the_systems_clock()
    {
        var world = new VirtualWorld();
        var actor = world.Start("a");
        actor.Run(self =>
        {
            self.Context.StartTimer("once", At(self, "once"), TimeSpan.FromSeconds(3));
            self.Context.StartPeriodicTimer("often", At(self, "often"), TimeSpan.FromSeconds(2));
        });
        world.Scheduler.RunFor(TimeSpan.FromSeconds(7));
        world.Journal.Entries.ShouldBe(["a starts", "a often 2", "a once 3", "a often 4", "a often 6"]);
        actor.Run(self => self.Context.CancelTimer("often"));
        world.Scheduler.RunFor(TimeSpan.FromMinutes(1));
        world.Journal.Entries.Length.ShouldBe(5);

        static Line At(Script self, string text) =>
            new Line.Run(_ => self.Write($"{text} {self.Context.Time.GetInstant().Ticks / TimeSpan.TicksPerSecond}"));
    }

    [Fact]
    public void A_timer_of_the_same_key_replaces_the_earlier_one()
    {
        var world = new VirtualWorld();
        world.Start("a").Run(self =>
        {
            self.Context.StartTimer("k", new Line.Say("old"), TimeSpan.FromSeconds(1));
            self.Context.StartTimer("k", new Line.Say("new"), TimeSpan.FromSeconds(2));
        });
        world.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        world.Journal.Entries.ShouldBe(["a starts", "a new"]);
    }

    [Fact]
    public void Timers_end_with_a_restart_and_with_the_actor()
    {
        var world = new VirtualWorld();
        var actor = world.Start("a");
        actor.Run(self =>
        {
            self.Context.StartPeriodicTimer("k", new Line.Say("tick"), TimeSpan.FromSeconds(1));
            throw new Boom();
        });
        actor.Run(self => self.Context.StartPeriodicTimer("l", new Line.Say("tock"), TimeSpan.FromSeconds(1)));
        world.Scheduler.RunFor(TimeSpan.FromSeconds(2));
        world.System.Stop(actor);
        world.Scheduler.RunFor(TimeSpan.FromSeconds(2));
        world.Journal.Entries.ShouldBe(
            ["a starts", "a fails: boom", "a ends", "a starts", "a tock", "a tock", "a ends"]);
        world.System.DeadLetterCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_tick_that_waits_in_the_mailbox_is_void_once_its_timer_is_cancelled_or_replaced()
    {
        await RunByHand(10, (self, clock) =>
        {
            self.Context.StartTimer("cancelled", new Line.Say("cancelled"), TimeSpan.FromSeconds(1));
            self.Context.StartTimer("replaced", new Line.Say("old"), TimeSpan.FromSeconds(1));
            clock.Fire();
            self.Context.CancelTimer("cancelled");
            self.Context.StartTimer("replaced", new Line.Say("new"), TimeSpan.FromSeconds(1));
            clock.Fire();
        });
        _journal.Entries.ShouldBe(["a starts", "a new", "a done", "a ends"]);
    }

    [Fact]
    public async Task Ticks_of_one_timer_that_wait_together_are_one()
    {
        await RunByHand(10, (self, clock) =>
        {
            self.Context.StartPeriodicTimer("k", new Line.Say("tick"), TimeSpan.FromSeconds(1));
            clock.Fire();
            clock.Fire();
            clock.Fire();
        });
        _journal.Entries.ShouldBe(["a starts", "a tick", "a done", "a ends"]);
    }

    [Theory]
    [InlineData(MailboxOverflow.Reject, "a 1")]
    [InlineData(MailboxOverflow.DropOldest, "a 2")]
    public async Task A_full_mailbox_keeps_its_ticks(MailboxOverflow overflow, string kept)
    {
        await RunByHand(
            1,
            (self, clock) =>
            {
                self.Context.StartTimer("k", new Line.Say("tick"), TimeSpan.FromSeconds(1));
                clock.Fire();
                self.Context.Self.Say("1");
                self.Context.Self.Say("2");
            },
            overflow);
        _journal.Entries.ShouldBe(["a starts", "a tick", kept, "a ends"]);
    }

    [Fact]
    public void Delays_below_zero_and_intervals_of_zero_are_refused()
    {
        var world = new VirtualWorld();
        world.Start("a").Run(self =>
        {
            Should.Throw<ArgumentOutOfRangeException>(
                () => self.Context.StartTimer("k", new Line.Say("x"), TimeSpan.FromTicks(-1)));
            Should.Throw<ArgumentOutOfRangeException>(
                () => self.Context.StartPeriodicTimer("k", new Line.Say("x"), TimeSpan.Zero));
            self.Write("refused");
        });
        world.Scheduler.RunUntilIdle();
        world.Journal.Entries.ShouldBe(["a starts", "a refused"]);
    }

    /// <summary>Runs the code in one turn, lets everything that it left in the mailbox arrive, and ends.</summary>
    private async Task RunByHand(
        int capacity, Action<Script, HandClock> code, MailboxOverflow overflow = MailboxOverflow.Reject)
    {
        var clock = new HandClock();
        var system = ActorSystem.Create("hand", new ActorSystemOptions { Time = clock });
        var props = Props.Of(() => new Script("a", _journal)) with { MailboxCapacity = capacity, Overflow = overflow };
        var actor = system.ActorOf(props, "a");
        actor.Run(self =>
        {
            code(self, clock);
            if (capacity > 1)
                self.Context.Self.Say("done");
        });
        await _journal.Reaches(3).WaitAsync(TimeSpan.FromSeconds(30));
        await system.TerminateAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }
}
