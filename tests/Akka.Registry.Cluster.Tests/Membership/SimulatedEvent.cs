using Akka.Registry.Actors;
using Akka.Registry.Cluster.Membership;
using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>What happens in the simulation at its time.</summary>
internal abstract record SimulatedEvent
{
    private SimulatedEvent() { }

    /// <summary>By time, and those of one moment in the order in which they were scheduled.</summary>
    public static IComparer<(TimeSpan At, long Order)> EarliestFirst { get; } = new ByTime();

    /// <summary>A message arrives, as a frame unless the message is given.</summary>
    public sealed record Arrival(
        SimulatedMember Receiver, SimulatedMember Sender, Frame Frame, SwimMessage? Message) : SimulatedEvent;

    /// <summary>A member's deadline has come.</summary>
    public sealed record WakeUp(SimulatedMember Member, Instant At) : SimulatedEvent;

    /// <summary>The one learns that its link to the other broke.</summary>
    public sealed record Break(NodeAddress From, NodeAddress To) : SimulatedEvent;

    /// <summary>A test tells a member something.</summary>
    public sealed record Told(SimulatedMember Member, SwimInput Input) : SimulatedEvent;

    private sealed class ByTime : IComparer<(TimeSpan At, long Order)>
    {
        public int Compare((TimeSpan At, long Order) x, (TimeSpan At, long Order) y)
        {
            var at = x.At.CompareTo(y.At);
            return at != 0 ? at : x.Order.CompareTo(y.Order);
        }
    }
}
