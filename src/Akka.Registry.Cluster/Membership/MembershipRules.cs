namespace Akka.Registry.Cluster.Membership;

/// <summary>The rules of the membership, each of which tests may take away to see what then fails.</summary>
internal sealed record MembershipRules
{
    /// <summary>All rules.</summary>
    public static MembershipRules All { get; } = new();

    /// <summary>SWIM as of 2002: what Lifeguard added is taken away, everything else stays.</summary>
    public static MembershipRules PlainSwim { get; } = new()
    {
        LocalHealth = false,
        ShrinkingSuspicion = false,
        BuddySystem = false,
    };

    /// <summary>
    /// Lifeguard, LHA-Probe: failed probes, missing nacks, refutations and having slept lower this node's trust in its own
    /// eyes, which stretches its probes; what it thought of others while it slept does not count.
    /// </summary>
    public bool LocalHealth { get; init; } = true;

    /// <summary>
    /// Lifeguard, LHA-Suspicion: a suspicion begins long and shrinks with each independent accuser. Without it every one
    /// lasts its minimum.
    /// </summary>
    public bool ShrinkingSuspicion { get; init; } = true;

    /// <summary>
    /// Lifeguard, buddy system: whoever is doubted is told so first, and tells the doubter first how it stands.
    /// </summary>
    public bool BuddySystem { get; init; } = true;

    /// <summary>Others' accusations count against a suspect. Without them a suspicion lasts as long as it began.</summary>
    public bool Confirmations { get; init; } = true;

    /// <summary>SWIM, section 4.2: a failed probe makes a suspect. Without it, it makes a dead one.</summary>
    public bool Suspicion { get; init; } = true;

    /// <summary>SWIM, section 4.2: the member itself answers a doubt with a higher incarnation.</summary>
    public bool Refutation { get; init; } = true;

    /// <summary>SWIM, section 3.1: others are asked to probe a member that does not answer.</summary>
    public bool IndirectProbes { get; init; } = true;

    /// <summary>SWIM, section 4.3: members are probed by turns, not each time one by chance.</summary>
    public bool RoundRobin { get; init; } = true;

    /// <summary>SWIM, section 4.1: news travels on pings and their answers; memberlist: on messages of its own too.</summary>
    public bool Dissemination { get; init; } = true;

    /// <summary>SWIM, section 4.1: a rumour is passed on a limited number of times.</summary>
    public bool TransmitLimit { get; init; } = true;

    /// <summary>A broken link brings a probe forward, and one that is refused shortens the suspicion.</summary>
    public bool ProbeOnBrokenLink { get; init; } = true;

    /// <summary>Whole tables are exchanged now and then (memberlist, push-pull).</summary>
    public bool PushPull { get; init; } = true;

    /// <summary>Two members that have nothing to tell and yet know something else exchange their tables.</summary>
    public bool FingerprintRepair { get; init; } = true;

    /// <summary>What an exchanged table calls dead is doubted first, not buried (memberlist, mergeState).</summary>
    public bool OldDeathsAreDoubted { get; init; } = true;

    /// <summary>Who has nobody left to tell forgets what there was to tell; whom it finds again gets its table.</summary>
    public bool LonelyRumoursEnd { get; init; } = true;

    /// <summary>Members that are down are contacted for as long as they are remembered.</summary>
    public bool DownAreContacted { get; init; } = true;

    /// <summary>Seeds that are no members are contacted for ever.</summary>
    public bool SeedsAreContacted { get; init; } = true;

    /// <summary>Of two processes that advertise one address, the one with the lesser uid gives way.</summary>
    public bool OneHolderOfAnAddress { get; init; } = true;

    /// <summary>A seed that turns out to be this node under another name is taken for itself.</summary>
    public bool AliasesOfSelf { get; init; } = true;
}
