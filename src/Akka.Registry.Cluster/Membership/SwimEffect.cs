namespace Akka.Registry.Cluster.Membership;

/// <summary>What the machine wants done.</summary>
internal abstract record SwimEffect
{
    private SwimEffect() { }

    /// <summary>Send a message, at most once.</summary>
    public sealed record Send(NodeAddress To, SwimMessage Message) : SwimEffect;

    /// <summary>The view is another one now. At most once a step, the last effect of it.</summary>
    public sealed record Publish(MembershipChanged Changed) : SwimEffect;

    /// <summary>Enough members have confirmed that they know that this node has left. Once.</summary>
    public sealed record LeaveSpread : SwimEffect;

    /// <summary>Something to log.</summary>
    public sealed record Noted(SwimEvent Event) : SwimEffect;
}

/// <summary>What happened, for people.</summary>
internal abstract record SwimEvent
{
    private SwimEvent() { }

    /// <summary>This node formed a cluster of its own.</summary>
    public sealed record ClusterFormed : SwimEvent;

    /// <summary>This node joined the cluster of that member.</summary>
    public sealed record ClusterJoined(NodeIdentity Via) : SwimEvent;

    /// <summary>A member is new here, or says of itself that it stands otherwise.</summary>
    public sealed record MemberAnnounced(NodeIdentity Node, MemberState State) : SwimEvent;

    /// <summary>A member is doubted here from now on; it has that long to refute unless others confirm.</summary>
    public sealed record MemberSuspected(NodeIdentity Node, NodeUid Accuser, TimeSpan Timeout) : SwimEvent;

    /// <summary>A member's suspicion ended here without a refutation, or somebody else's did.</summary>
    public sealed record MemberDown(NodeIdentity Node, NodeUid Accuser) : SwimEvent;

    /// <summary>A member that was suspect or down refuted.</summary>
    public sealed record MemberReturned(NodeIdentity Node, MemberState From) : SwimEvent;

    /// <summary>A new process stands at the address of an old one, which is gone.</summary>
    public sealed record MemberSuperseded(NodeIdentity Old, NodeIdentity New) : SwimEvent;

    /// <summary>Another process that lives advertises this node's address: somebody has to give one of them another.</summary>
    public sealed record AddressContested(NodeIdentity Rival, bool GivesWay) : SwimEvent;

    /// <summary>Seeds were found that are others than before.</summary>
    public sealed record SeedsFound(IReadOnlyList<NodeAddress> Seeds) : SwimEvent;

    /// <summary>A seed leads back to this node: it is one of its own names.</summary>
    public sealed record SeedIsSelf(NodeAddress Seed) : SwimEvent;

    /// <summary>Others doubted this node or held it dead; it says otherwise.</summary>
    public sealed record Refuted(MemberState Claim, NodeUid Accuser, ulong Incarnation) : SwimEvent;

    /// <summary>Others know that this uid has left, which is final: the process needs a new uid.</summary>
    public sealed record OwnUidHasLeft : SwimEvent;

    /// <summary>
    /// This node did not run for longer than a probe interval; what it thought of others meanwhile does not count.
    /// </summary>
    public sealed record Overslept(TimeSpan Lateness) : SwimEvent;

    /// <summary>A new member found the table full of current ones.</summary>
    public sealed record TableFull(NodeIdentity Refused) : SwimEvent;

    /// <summary>The local health multiplier is another one now.</summary>
    public sealed record LocalHealthChanged(int Score) : SwimEvent;
}
