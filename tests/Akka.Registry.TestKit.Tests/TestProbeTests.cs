using Akka.Registry.Actors;
using Akka.Registry.Actors.Virtual;

namespace Akka.Registry.TestKit.Tests;

/// <summary>A probe takes what it is told, in order, and waits in virtual time alone.</summary>
public class TestProbeTests
{
    private readonly VirtualScheduler _scheduler = new(seed: 7);
    private readonly ActorSystem _system;
    private readonly TestProbe<object> _probe;

    public TestProbeTests()
    {
        var machine = _scheduler.CreateNode("one");
        _system = ActorSystem.Create("probed", new ActorSystemOptions { Dispatcher = machine, Time = machine.Clock });
        _probe = new TestProbe<object>(_scheduler, _system);
    }

    [Fact]
    public void It_takes_what_comes_in_order_and_no_time_passes_for_what_is_there()
    {
        _probe.Tell("first");
        _probe.Tell(2);
        _probe.ExpectMessage<string>().ShouldBe("first");
        _probe.ExpectMessage<int>().ShouldBe(2);
        _scheduler.Elapsed.ShouldBe(TimeSpan.Zero);
        _probe.Waiting.ShouldBeEmpty();
    }

    [Fact]
    public void It_waits_until_a_message_comes()
    {
        _scheduler.Schedule(TimeSpan.FromSeconds(2), () => _probe.Tell("late"));
        _probe.ExpectMessage().ShouldBe("late");
        _scheduler.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void It_fails_when_nothing_comes_within_its_patience()
    {
        _scheduler.Schedule(TimeSpan.FromSeconds(4), () => _probe.Tell("too late"));
        Should.Throw<ExpectationException>(() => _probe.ExpectMessage()).Message.ShouldContain("/user/probe, seed 7, 3.000 s: no message");
        _scheduler.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void It_fails_when_another_message_comes()
    {
        _probe.Tell("text");
        Should.Throw<ExpectationException>(() => _probe.ExpectMessage<int>()).Message.ShouldContain("expected Int32, and was told text");
    }

    [Fact]
    public void Nothing_is_expected_for_a_whole_span()
    {
        _scheduler.Schedule(TimeSpan.FromSeconds(2), () => _probe.Tell("late"));
        _probe.ExpectNoMessage(TimeSpan.FromSeconds(1));
        _scheduler.Elapsed.ShouldBe(TimeSpan.FromSeconds(1));
        Should.Throw<ExpectationException>(() => _probe.ExpectNoMessage(TimeSpan.FromSeconds(2))).Message.ShouldContain("was told late");
    }

    [Fact]
    public void It_fishes_for_the_message_that_is_meant()
    {
        _probe.Tell(1);
        _probe.Tell(2);
        _scheduler.Schedule(TimeSpan.FromSeconds(1), () => _probe.Tell(3));
        _probe.FishForMessage(message => message is 3).ShouldBe(3);
        _probe.Waiting.ShouldBeEmpty();
    }

    [Fact]
    public void It_sees_an_actor_stop_and_can_be_watched_itself()
    {
        var other = new TestProbe<object>(_scheduler, _system, "other");
        _probe.Watch(other.Actor);
        Should.Throw<ExpectationException>(() => _probe.ExpectTerminated(other.Actor, TimeSpan.FromSeconds(1)));
        _system.Stop(other.Actor);
        _probe.ExpectTerminated(other.Actor);
    }
}
