using Akka.Registry.Actors.Virtual;
using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests.Virtual;

public sealed class VirtualSchedulerTests
{
    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another_order()
    {
        var trace = Trace(seed: 7);
        trace.Length.ShouldBe(306);
        Trace(seed: 7).ShouldBe(trace);
        var other = Trace(seed: 8);
        other.ShouldNotBe(trace);
        other.Order().ShouldBe(trace.Order());
    }

    [Fact]
    public void Every_order_of_what_is_due_at_one_instant_comes_up()
    {
        var orders = new HashSet<string>();
        for (var seed = 0; seed < 100; seed++)
        {
            var scheduler = new VirtualScheduler(seed);
            var order = "";
            foreach (var name in new[] { "a", "b", "c" })
                scheduler.Schedule(TimeSpan.FromSeconds(1), () => order += name);
            scheduler.RunFor(TimeSpan.FromSeconds(1));
            orders.Add(order);
        }

        orders.Order().ShouldBe(["abc", "acb", "bac", "bca", "cab", "cba"]);
    }

    [Fact]
    public void Time_moves_from_event_to_event_and_stands_still_within_one()
    {
        var scheduler = new VirtualScheduler(1);
        var seen = new List<TimeSpan>();
        scheduler.Schedule(TimeSpan.FromSeconds(2), () => seen.Add(scheduler.Elapsed));
        scheduler.Schedule(TimeSpan.FromSeconds(1), () =>
        {
            seen.Add(scheduler.Elapsed);
            scheduler.Schedule(TimeSpan.Zero, () => seen.Add(scheduler.Elapsed));
        });
        scheduler.Schedule(TimeSpan.FromSeconds(4), () => seen.Add(scheduler.Elapsed));
        scheduler.RunFor(TimeSpan.FromSeconds(3));
        seen.ShouldBe([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)]);
        scheduler.Now.ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 3, TimeSpan.Zero));
        scheduler.EventsRun.ShouldBe(3);
    }

    [Fact]
    public void Running_until_a_condition_stops_there_or_at_the_limit()
    {
        var scheduler = new VirtualScheduler(1);
        var ticks = 0;
        using var timer = scheduler.CreateNode("n").Clock.CreateTimer(
            _ => ticks++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        scheduler.RunUntil(() => ticks == 3, TimeSpan.FromSeconds(10)).ShouldBeTrue();
        scheduler.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
        scheduler.RunUntil(() => ticks == 100, TimeSpan.FromSeconds(10)).ShouldBeFalse();
        (scheduler.Elapsed, ticks).ShouldBe((TimeSpan.FromSeconds(13), 13));
    }

    [Fact]
    public void Actors_that_tell_each_other_without_end_fail_the_run_instead_of_hanging_it()
    {
        var scheduler = new VirtualScheduler(1, eventsPerInstantMax: 1_000);
        void Again() => scheduler.Schedule(TimeSpan.Zero, Again);
        Again();
        Should.Throw<InvalidOperationException>(scheduler.RunUntilIdle).Message.ShouldContain("time cannot move on");
        scheduler.EventsRun.ShouldBe(1_000);
    }

    [Fact]
    public void Work_from_another_thread_is_refused_there_and_fails_the_run()
    {
        var scheduler = new VirtualScheduler(1);
        Exception? there = null;
        scheduler.Schedule(TimeSpan.Zero, () =>
        {
            var thread = new Thread(() => there = Record.Exception(() => scheduler.Schedule(TimeSpan.Zero, () => { })));
            thread.Start();
            thread.Join();
        });
        Should.Throw<InvalidOperationException>(scheduler.RunUntilIdle).Message.ShouldContain("another thread");
        there.ShouldBeOfType<InvalidOperationException>();
    }

    [Fact]
    public void An_event_cannot_run_time_and_its_exception_comes_out()
    {
        var scheduler = new VirtualScheduler(1);
        scheduler.Schedule(TimeSpan.Zero, () => scheduler.RunFor(TimeSpan.FromSeconds(1)));
        Should.Throw<InvalidOperationException>(scheduler.RunUntilIdle).Message.ShouldContain("an event cannot run it");
        scheduler.Schedule(TimeSpan.Zero, () => throw new Boom());
        Should.Throw<Boom>(scheduler.RunUntilIdle);
    }

    [Fact]
    public void What_awaits_an_answer_goes_on_after_the_turn_that_answered_on_the_same_thread()
    {
        var world = new VirtualWorld();
        var actor = world.Start("a");
        var thread = Environment.CurrentManagedThreadId;
        var asker = AskAsync();
        world.Scheduler.RunUntilIdle();
        asker.IsCompletedSuccessfully.ShouldBeTrue();
        world.Journal.Entries.ShouldBe(["a starts", "a answers", "a has answered", "test goes on"]);
        world.Scheduler.Elapsed.ShouldBe(TimeSpan.Zero);

        async Task AskAsync()
        {
            await actor.Ask<Line, string>(
                reply => new Line.Run(self =>
                {
                    self.Write("answers");
                    reply.Tell("yes");
                    self.Write("has answered");
                }),
                TimeSpan.FromSeconds(1),
                world.System.Time).ConfigureAwait(false);
            Environment.CurrentManagedThreadId.ShouldBe(thread);
            world.Journal.Add("test goes on");
        }
    }

    [Fact]
    public void An_ask_times_out_to_the_tick()
    {
        var world = new VirtualWorld();
        var ask = world.Start("a").Ask<Line, string>(
            _ => new Line.Say("silent"), TimeSpan.FromSeconds(2), world.System.Time);
        world.Scheduler.RunFor(TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1));
        ask.IsCompleted.ShouldBeFalse();
        world.Scheduler.RunFor(TimeSpan.FromTicks(1));
        ask.Exception!.InnerException.ShouldBeOfType<TimeoutException>();
    }

    /// <summary>Three systems whose actors chatter, with timers and chance, as one text an event.</summary>
    private static string[] Trace(int seed)
    {
        var scheduler = new VirtualScheduler(seed);
        var journal = new Journal();
        var actors = new List<IActorRef<Line>>();
        for (var n = 0; n < 3; n++)
        {
            var node = scheduler.CreateNode($"n{n}");
            var system = ActorSystem.Create(node.Name, new ActorSystemOptions { Dispatcher = node, Time = node.Clock });
            for (var a = 0; a < 2; a++)
            {
                var name = $"n{n}a{a}";
                actors.Add(system.ActorOf(Props.Of(() => new Script(name, journal)), name));
            }
        }

        foreach (var actor in actors)
        {
            actor.Run(self => self.Context.StartPeriodicTimer(
                "chat",
                new Line.Run(_ =>
                {
                    for (var other = 0; other < 5; other++)
                        actors[other].Say($"{scheduler.Elapsed.TotalSeconds} from {self.Context.Self.Path.Name}");
                }),
                TimeSpan.FromSeconds(1)));
        }

        scheduler.RunFor(TimeSpan.FromSeconds(10));
        return journal.Entries;
    }
}
