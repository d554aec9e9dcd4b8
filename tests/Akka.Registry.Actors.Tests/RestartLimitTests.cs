using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests;

public sealed class RestartLimitTests
{
    private static readonly SupervisorStrategy TwoInTenSeconds = new(_ => Directive.Restart, 2, TimeSpan.FromSeconds(10));

    [Fact]
    public void One_failure_more_than_the_window_grants_stops_the_actor()
    {
        var (world, child) = Start();
        Fail(world, child, afterSeconds: 0);
        Fail(world, child, afterSeconds: 5);
        Fail(world, child, afterSeconds: 4.9);
        world.Journal.Entries.Count(entry => entry == "c starts").ShouldBe(3);
        world.Journal.Entries[^1].ShouldBe("c ends");
        child.Say("late");
        world.System.DeadLetterCount.ShouldBe(1);
    }

    [Fact]
    public void The_window_slides()
    {
        var (world, child) = Start();
        Fail(world, child, afterSeconds: 0);
        Fail(world, child, afterSeconds: 5);
        Fail(world, child, afterSeconds: 5);
        Fail(world, child, afterSeconds: 5);
        world.Journal.Entries.Count(entry => entry == "c starts").ShouldBe(5);
        Fail(world, child, afterSeconds: 0);
        world.Journal.Entries.Count(entry => entry == "c starts").ShouldBe(5);
        world.Journal.Entries[^1].ShouldBe("c ends");
    }

    private static (VirtualWorld World, IActorRef<Line> Child) Start()
    {
        var world = new VirtualWorld();
        IActorRef<Line>? child = null;
        world.Start("p", TwoInTenSeconds).Run(self => child = self.Child("c"));
        world.Scheduler.RunUntilIdle();
        return (world, child!);
    }

    private static void Fail(VirtualWorld world, IActorRef<Line> child, double afterSeconds)
    {
        world.Scheduler.RunFor(TimeSpan.FromSeconds(afterSeconds));
        child.Fail();
        world.Scheduler.RunUntilIdle();
    }
}
