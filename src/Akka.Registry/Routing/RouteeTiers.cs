using Akka.Registry.Queries;

namespace Akka.Registry.Routing;

/// <summary>
/// The entries that may be routed to, in tiers: a worse one is drawn on only when nothing better is left.
/// </summary>
/// <remarks>
/// Passing before warning, and both before those that nobody can vouch for, which again are passing before warning. Those that are
/// suspect come after all others, in the same order.
/// Starting, critical, draining and out-of-service entries are in no tier.
/// </remarks>
internal sealed class RouteeTiers
{
    private const int TierCount = 8;

    private readonly RouteePool<ServiceEntry>[] _pools;

    private RouteeTiers(RouteePool<ServiceEntry>[] pools) => _pools = pools;

    /// <summary>The tiers that are not empty, best first.</summary>
    public ReadOnlySpan<RouteePool<ServiceEntry>> Pools => _pools;

    /// <summary>The tiers of a list.</summary>
    public static RouteeTiers Of(InstanceList instances)
    {
        var tiers = new List<ServiceEntry>?[TierCount];
        foreach (var entry in instances)
            Add(tiers, entry);
        return Of(tiers);
    }

    /// <summary>The tiers of those that match.</summary>
    public RouteeTiers Matching(InstanceFilter filter)
    {
        var tiers = new List<ServiceEntry>?[TierCount];
        foreach (var pool in _pools)
        {
            foreach (var entry in pool.Routees)
            {
                if (filter.Matches(entry))
                    Add(tiers, entry);
            }
        }

        return Of(tiers);
    }

    private static void Add(List<ServiceEntry>?[] tiers, ServiceEntry entry)
    {
        var tier = entry.Status switch
        {
            InstanceStatus.Passing => 0,
            InstanceStatus.Warning => 1,
            _ => -1,                            // Serves nobody, or nobody new.
        };
        if (tier >= 0)
            (tiers[tier + (entry.Unverified ? 2 : 0) + (entry.Suspect ? 4 : 0)] ??= []).Add(entry);
    }

    private static RouteeTiers Of(List<ServiceEntry>?[] tiers)
    {
        var pools = new List<RouteePool<ServiceEntry>>(TierCount);
        foreach (var tier in tiers)
        {
            if (tier is not null)
                pools.Add(new EntryPool(tier.ToArray()));
        }

        return new RouteeTiers(pools.ToArray());
    }
}
