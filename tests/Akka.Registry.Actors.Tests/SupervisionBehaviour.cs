using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests;

/// <summary>What becomes of actors that throw, on whatever runs them.</summary>
public abstract class SupervisionBehaviour
{
    private protected abstract World World { get; }

    private static SupervisorStrategy Always(Directive directive) => new(_ => directive, 10, TimeSpan.FromMinutes(1));

    [Fact]
    public async Task A_restart_replaces_the_behaviour_and_keeps_the_mailbox()
    {
        var actor = World.Start("a");
        actor.Run(self =>
        {
            self.Count = 1;
            self.Child("c");
            self.Context.Self.Say("kept");
            self.Context.Self.Run(fresh => fresh.Write($"counts {fresh.Count}"));
            throw new Boom();
        });
        await World.Reaches(8);
        World.Journal.Entries.ShouldBe(
        [
            "a starts", "c starts", "c ends", "a fails: boom", "a ends", "a starts", "a kept", "a counts 0",
        ]);
    }

    [Fact]
    public async Task A_resumed_actor_keeps_its_state_and_loses_the_message()
    {
        var parent = World.Start("p", Always(Directive.Resume));
        parent.Run(self =>
        {
            var child = self.Child("c");
            child.Run(c => c.Count = 5);
            child.Fail();
            child.Run(c => c.Write($"counts {c.Count}"));
        });
        await World.Reaches(3);
        World.Journal.Entries.ShouldBe(["p starts", "c starts", "c counts 5"]);
    }

    [Fact]
    public async Task A_supervisor_can_stop_what_fails()
    {
        var parent = World.Start("p", SupervisorStrategy.StopOnFailure);
        parent.Run(self =>
        {
            var child = self.Child("c");
            self.Context.Watch(child);
            child.Fail();
            child.Say("lost");
        });
        await World.Reaches(4);
        World.Journal.Entries.ShouldBe(["p starts", "c starts", "c ends", "p misses /user/p/c"]);
        World.System.DeadLetterCount.ShouldBe(1);
    }

    [Fact]
    public async Task An_escalated_failure_fails_the_parent_and_a_restart_there_ends_all_its_children()
    {
        var grandparent = World.Start("g");
        grandparent.Run(self => self.Child("p", Always(Directive.Escalate)).Run(p =>
        {
            p.Child("c1");
            p.Child("c2").Fail("deep");
            p.Context.Self.Say("goes on");
        }));
        await World.Reaches(10);
        World.Journal.Entries.Order().ShouldBe(
            new[]
            {
                "c1 ends", "c1 starts", "c2 ends", "c2 starts", "g starts", "p ends", "p fails: deep", "p goes on",
                "p starts", "p starts",
            }.Order());
        World.Journal.Entries.Where(entry => entry is "c1 ends" or "c2 ends" or "p fails: deep")
            .ShouldBe(["c2 ends", "c1 ends", "p fails: deep"]);
    }

    [Fact]
    public async Task A_resumed_parent_resumes_the_child_that_escalated()
    {
        var grandparent = World.Start("g", Always(Directive.Resume));
        grandparent.Run(self => self.Child("p", Always(Directive.Escalate)).Run(p =>
        {
            var child = p.Child("c");
            child.Run(c => c.Count = 3);
            child.Fail();
            child.Run(c => c.Write($"counts {c.Count}"));
        }));
        await World.Reaches(4);
        World.Journal.Entries.ShouldBe(["g starts", "p starts", "c starts", "c counts 3"]);
    }

    [Fact]
    public async Task An_escalation_that_reaches_the_guardian_stops_the_top_actor()
    {
        var top = World.Start("top", Always(Directive.Escalate));
        var watcher = World.Start("w");
        watcher.Run(self => self.Context.Watch(top));
        top.Run(self => self.Child("c").Fail());
        await World.Reaches(6);
        World.Journal.Entries.Where(entry => entry[0] != 'w').ShouldBe(["top starts", "c starts", "c ends", "top ends"]);
        World.Journal.Entries.ShouldContain("w misses /user/top");
    }

    [Fact]
    public async Task A_constructor_that_keeps_throwing_is_tried_as_often_as_the_limit_grants()
    {
        var tries = 0;
        var parent = World.Start("p", new SupervisorStrategy(_ => Directive.Restart, 2, TimeSpan.FromMinutes(1)));
        parent.Run(self =>
        {
            var child = self.Context.ActorOf(
                Props.Of<Line>(() => throw new Boom($"try {Interlocked.Increment(ref tries)}")), "c");
            self.Context.Watch(child);
        });
        await World.Reaches(2);
        World.Journal.Entries.ShouldBe(["p starts", "p misses /user/p/c"]);
        tries.ShouldBe(3);
    }

    [Fact]
    public async Task A_start_that_throws_is_restarted_even_where_failures_are_resumed()
    {
        var tries = 0;
        var parent = World.Start("p", Always(Directive.Resume));
        parent.Run(self => self.Context.ActorOf(
            Props.Of(() => new Script("c", World.Journal)
            {
                AtStart = c =>
                {
                    if (tries++ == 0)
                        throw new Boom("cold");
                    c.Write("is up");
                },
            }),
            "c"));
        await World.Reaches(6);
        World.Journal.Entries.ShouldBe(["p starts", "c starts", "c fails: cold", "c ends", "c starts", "c is up"]);
    }

    [Fact]
    public async Task A_supervisor_that_throws_over_a_failure_fails_itself()
    {
        var top = World.Start("top", new SupervisorStrategy(_ => throw new Boom("no idea"), 1, TimeSpan.FromMinutes(1)));
        top.Run(self => self.Child("c").Fail());
        await World.Reaches(6);
        World.Journal.Entries.ShouldBe(
            ["top starts", "c starts", "c ends", "top fails: no idea", "top ends", "top starts"]);
    }

    [Fact]
    public async Task An_end_that_throws_ends_all_the_same()
    {
        var actor = World.System.ActorOf(
            Props.Of(() => new Script("a", World.Journal) { AtStop = _ => throw new Boom() }), "a");
        actor.Fail("first");
        actor.Say("goes on");
        await World.Reaches(5);
        await World.End();
        World.Journal.Entries.ShouldBe(
            ["a starts", "a fails: first", "a ends", "a starts", "a goes on", "a ends"]);
    }

    [Fact]
    public async Task A_restart_lets_go_of_children_and_keeps_other_watches()
    {
        var other = World.Start("o");
        var actor = World.Start("a");
        actor.Run(self =>
        {
            self.Context.Watch(self.Child("c"));
            self.Context.Watch(other);
            throw new Boom();
        });
        await World.Reaches(7);
        World.System.Stop(other);
        await World.Reaches(9);
        await World.End();
        World.Journal.Entries.Where(entry => entry.Contains("misses")).ShouldBe(["a misses /user/o"]);
    }
}

public sealed class SupervisionOnThreads : SupervisionBehaviour
{
    private protected override World World { get; } = new ThreadPoolWorld();
}

public sealed class SupervisionOnVirtualTime : SupervisionBehaviour
{
    private protected override World World { get; } = new VirtualWorld();
}
