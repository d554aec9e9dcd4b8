using Akka.Registry.Cluster.Membership;

namespace Akka.Registry.TestKit.History;

/// <summary>How long what was promised may take, computed from the settings.</summary>
public sealed record HistoryBounds
{
    /// <summary>From an acknowledged write to all nodes that nothing harms.</summary>
    public required TimeSpan Spread { get; init; }

    /// <summary>From the end of a harm until the node is as whole as if there had been none.</summary>
    public required TimeSpan Recovery { get; init; }

    /// <summary>Until a node that is gone is called down by those that are well.</summary>
    public required TimeSpan Detection { get; init; }

    /// <summary>How long after its caller gave it up a call may still count.</summary>
    public required TimeSpan Call { get; init; }

    /// <summary>How late a lease may be judged.</summary>
    public required TimeSpan Sweep { get; init; }

    /// <summary>The least time for which a lost node's entries are kept.</summary>
    public required TimeSpan OrphanGraceMin { get; init; }

    /// <summary>The bounds of a cluster with these settings.</summary>
    /// <param name="options">Settings of every node; of the failure detector those of the preset lan where none are given.</param>
    /// <param name="nodes">How many there are.</param>
    /// <param name="slack">What measuring adds: nothing in virtual time.</param>
    public static HistoryBounds Of(RegistryNodeOptions options, int nodes, TimeSpan slack)
    {
        var detector = options.Cluster.FailureDetector;
        var probe = detector.ProbeInterval ?? TimeSpan.FromSeconds(1);
        var suspicion = ClusterMath.SuspicionTimeoutMin(nodes, detector.SuspicionMultiplier ?? 4, probe);
        // A push is there at once; what it missed comes by the second exchange of digests, each jittered by a tenth.
        var spread = options.Replication.FlushInterval + (options.Replication.GossipInterval * 2.2) + slack;
        // A link that the network swallowed is found, made again, and taken up by whoever looks for those who are down, one at a time;
        // an interval that was lost on the way is made anew, and what it held spreads.
        var transport = options.Transport;
        var recovery = transport.DeadLinkTimeout + transport.ConnectTimeout + transport.ReconnectDelayMax
            + (options.Cluster.ReconnectInterval * 1.5 * (nodes - 1)) + options.Replication.AckTimeout + spread;
        return new HistoryBounds
        {
            Spread = spread,
            Recovery = recovery,
            // Each member is probed once in a round; a probe that fails takes its interval.
            Detection = (probe * nodes) + suspicion + slack,
            Call = options.Ownership.ForwardTimeout,
            Sweep = options.Leases.EvictionInterval + slack,
            OrphanGraceMin = options.Leases.OrphanGraceMin,
        };
    }

    /// <summary>From the last word of an instance to its removal everywhere, while its owner lives.</summary>
    public TimeSpan Removal(TimeSpan ttl, TimeSpan deregisterAfter) => Call + ttl + deregisterAfter + Sweep + Spread;

    /// <summary>As <see cref="Removal"/>, whether its owner lives or was lost: at the latest after the graces of both rounds.</summary>
    public TimeSpan OrphanRemoval(TimeSpan ttl, TimeSpan deregisterAfter)
    {
        var grace = ttl > OrphanGraceMin ? ttl : OrphanGraceMin;
        var orphaned = Call + Detection + (grace * 2) + Sweep + Spread;
        var owned = Removal(ttl, deregisterAfter);
        return orphaned > owned ? orphaned : owned;
    }
}
