using Akka.Registry.Cli.Leases;

namespace Akka.Registry.Cli.Tests;

/// <summary>When a lease registers, beats, tries again and gives up.</summary>
public class LeaseMachineTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);
    private readonly LeaseMachine _machine = new();

    [Fact]
    public void It_registers_at_once_and_beats_every_third_of_the_ttl()
    {
        LeaseMachine.Start.ShouldBe(new LeasePlan(LeaseStep.Register, TimeSpan.Zero, LeaseFact.Nothing));
        _machine.Next(new LeaseInput.Registered(7, Ttl)).ShouldBe(new LeasePlan(LeaseStep.Beat, TimeSpan.FromSeconds(10), LeaseFact.Registered));
        _machine.Epoch.ShouldBe(7UL);
        _machine.Next(new LeaseInput.Beaten(Ttl)).ShouldBe(new LeasePlan(LeaseStep.Beat, TimeSpan.FromSeconds(10), LeaseFact.Nothing));
        // The node's word counts: a TTL that somebody changed is followed.
        _machine.Next(new LeaseInput.Beaten(TimeSpan.FromSeconds(6))).After.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void What_nobody_answered_is_tried_again_soon_then_less_often_and_told_once()
    {
        _machine.Next(new LeaseInput.Registered(7, Ttl));
        var plans = Enumerable.Range(0, 6).Select(_ => _machine.Next(new LeaseInput.Missed("gone"))).ToList();
        plans.Select(plan => plan.After.TotalMilliseconds).ShouldBe([250, 500, 1_000, 2_000, 2_000, 2_000]);
        plans.ShouldAllBe(plan => plan.Step == LeaseStep.Beat);
        plans.Select(plan => plan.Fact).ShouldBe([LeaseFact.Unheard, .. Enumerable.Repeat(LeaseFact.Nothing, 5)]);
        _machine.Next(new LeaseInput.Beaten(Ttl)).ShouldBe(new LeasePlan(LeaseStep.Beat, TimeSpan.FromSeconds(10), LeaseFact.HeardAgain));
    }

    [Fact]
    public void A_short_lease_is_not_retried_less_often_than_it_beats()
    {
        _machine.Next(new LeaseInput.Registered(7, TimeSpan.FromSeconds(3)));
        for (var i = 0; i < 20; i++)
            _machine.Next(new LeaseInput.Missed("gone")).After.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void What_the_registry_lost_registers_again_in_the_epoch_that_it_has()
    {
        _machine.Next(new LeaseInput.Registered(7, Ttl));
        _machine.Next(new LeaseInput.Unknown()).ShouldBe(new LeasePlan(LeaseStep.Register, TimeSpan.Zero, LeaseFact.Lost));
        _machine.Epoch.ShouldBe(7UL, "an operator who deregistered it meanwhile has ended this epoch, and is not overruled");
        _machine.Next(new LeaseInput.Missed("gone")).Step.ShouldBe(LeaseStep.Register);
        _machine.Next(new LeaseInput.Registered(7, Ttl)).Fact.ShouldBe(LeaseFact.RegisteredAgain);
    }

    [Fact]
    public void A_refusal_ends_it()
    {
        _machine.Next(new LeaseInput.Refused("never registered")).ShouldBe(new LeasePlan(LeaseStep.End, TimeSpan.Zero, LeaseFact.Nothing));
        _machine.WasRegistered.ShouldBeFalse();
        var other = new LeaseMachine();
        other.Next(new LeaseInput.Registered(7, Ttl));
        other.Next(new LeaseInput.Refused("stale")).ShouldBe(new LeasePlan(LeaseStep.End, TimeSpan.Zero, LeaseFact.Refused));
    }

    [Fact]
    public void A_registry_that_is_not_there_yet_is_waited_for_in_silence()
    {
        _machine.Next(new LeaseInput.Missed("gone")).ShouldBe(new LeasePlan(LeaseStep.Register, TimeSpan.FromMilliseconds(250), LeaseFact.Nothing));
        _machine.Next(new LeaseInput.Registered(9, Ttl)).Fact.ShouldBe(LeaseFact.Registered);
    }
}
