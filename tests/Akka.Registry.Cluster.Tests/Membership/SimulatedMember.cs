using Akka.Registry.Actors;
using Akka.Registry.Cluster.Membership;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>One process in the simulation.</summary>
internal sealed class SimulatedMember(NodeIdentity identity, SwimMachine machine)
{
    public NodeIdentity Identity { get; } = identity;

    public NodeUid Uid => Identity.Uid;

    public NodeAddress Address => Identity.Address;

    public SwimMachine Machine { get; } = machine;

    public bool IsRunning { get; set; } = true;

    public bool IsPaused { get; set; }

    /// <summary>For a test that announces whoever has joined.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>The share of what it sends, and of what is sent to it, that never arrives; 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>Messages that wait while it is stalled, those to be sent with their receiver; null while it is not.</summary>
    public List<(NodeAddress? To, (NodeIdentity From, SwimMessage What) Message)>? Waiting { get; set; }

    /// <summary>Who holds a link to it.</summary>
    public HashSet<SimulatedMember> LinkedFrom { get; } = [];

    public List<SwimInput> Held { get; } = [];

    public Instant? WakeUpAt { get; set; }

    public long Sent { get; set; }

    public long SentBytes { get; set; }

    public TimeSpan? LeaveSpreadAt { get; set; }

    public List<(TimeSpan At, SwimEvent What)> Events { get; } = [];

    public List<(TimeSpan At, MembershipChanged What)> Changes { get; } = [];

    /// <summary>How this member sees the other; null when it does not know it.</summary>
    public MemberState? StateOf(SimulatedMember other) => Machine.View.Find(other.Uid)?.State;

    /// <summary>Every state in which this member has ever published the other, in order.</summary>
    public IEnumerable<MemberState> StatesSeenOf(SimulatedMember other) =>
        from change in Changes
        from one in change.What.Changes
        where one.After?.Node.Uid == other.Uid
        select one.After!.State;
}
