using Akka.Registry.Actors;
using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Membership;

/// <summary>What the cluster actor is told.</summary>
internal abstract record ClusterMessage
{
    private ClusterMessage() { }

    /// <summary>A frame arrived on the membership lane.</summary>
    public sealed record FrameReceived(NodeIdentity From, Frame Frame) : ClusterMessage;

    /// <summary>Seeds were looked up.</summary>
    public sealed record SeedsFound(IReadOnlyList<NodeAddress> Seeds) : ClusterMessage;

    /// <summary>A connection broke, or none could be made.</summary>
    public sealed record LinkBroken(NodeAddress Peer) : ClusterMessage;

    /// <summary>The machine's next deadline, as it was when the timer was started, has come.</summary>
    public sealed record WakeUp : ClusterMessage;

    /// <summary>Tell this one every change from now on.</summary>
    public sealed record Subscribe(IActorRef<MembershipChanged> Subscriber) : ClusterMessage;

    /// <summary>This node is up.</summary>
    public sealed record AnnounceUp : ClusterMessage;

    /// <summary>This node is leaving.</summary>
    public sealed record AnnounceLeaving : ClusterMessage;

    /// <summary>This node leaves; say when others know.</summary>
    public sealed record Leave(IActorRef<LeaveSpread> ReplyTo) : ClusterMessage;
}

/// <summary>Enough members know that this node has left.</summary>
internal sealed record LeaveSpread;
