namespace Akka.Registry.Cluster.Membership;

/// <summary>What the machine is told.</summary>
internal abstract record SwimInput
{
    private SwimInput() { }

    /// <summary>Begin to look for the cluster. The first input, once.</summary>
    public sealed record Start : SwimInput;

    /// <summary>These are the seeds now; those that were there before and are not among them are none any more.</summary>
    public sealed record SeedsFound(IReadOnlyList<NodeAddress> Seeds) : SwimInput;

    /// <summary>A message came from the node that the handshake named.</summary>
    public sealed record Received(NodeIdentity From, SwimMessage Message) : SwimInput;

    /// <summary>A connection to the address broke, or none could be made.</summary>
    public sealed record LinkBroken(NodeAddress Peer) : SwimInput;

    /// <summary>The time that <see cref="SwimMachine.NextDeadline"/> named has come.</summary>
    public sealed record DeadlineReached : SwimInput;

    /// <summary>This node holds what its peers hold.</summary>
    public sealed record AnnounceUp : SwimInput;

    /// <summary>This node is about to leave.</summary>
    public sealed record AnnounceLeaving : SwimInput;

    /// <summary>This node leaves now.</summary>
    public sealed record AnnounceLeft : SwimInput;
}
