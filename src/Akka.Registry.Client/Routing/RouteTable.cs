using System.Collections.Concurrent;
using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Routing;

/// <summary>
/// Whom of a view to call, in tiers: a worse one is drawn on only when nothing better is left. Immutable; made anew for another view and
/// after each ejection.
/// </summary>
/// <remarks>
/// Passing before warning, and both before those that nobody can vouch for, which again are passing before warning. Starting, critical,
/// draining and out-of-service instances are in no tier, and neither is what is ejected, but when nothing else is left at all.
/// </remarks>
internal sealed class RouteTable
{
    private const int TierCount = 8;

    /// <summary>Methods whose tables are kept; a client that calls more has them made anew each time.</summary>
    private const int MethodsMax = 1_000;

    private readonly Routee[] _routees;
    private readonly RoutingOptions _options;
    private readonly ConcurrentDictionary<string, RouteTable> _byMethod = new();

    private RouteTable(ServiceSnapshot snapshot, Routee[] routees, RoutingOptions options)
    {
        (Snapshot, _routees, _options) = (snapshot, routees, options);
        Tiers = TiersOf(ignoreEjections: false);
        if (Tiers.Length == 0)
            Tiers = TiersOf(ignoreEjections: true);
        foreach (var routee in routees)
        {
            if (routee.Calls.NewSince + options.SlowStartWindow is { } end && end > NewUntil)
                NewUntil = end;
        }
    }

    /// <summary>The view.</summary>
    public ServiceSnapshot Snapshot { get; }

    /// <summary>The tiers that are not empty, best first.</summary>
    public RouteTier[] Tiers { get; }

    /// <summary>When the last instance will have grown to its share, on the router's clock; zero when none is new.</summary>
    public TimeSpan NewUntil { get; }

    /// <summary>The table of a view.</summary>
    /// <param name="snapshot">The view.</param>
    /// <param name="routees">All its instances, in its order.</param>
    /// <param name="options">How to choose.</param>
    public static RouteTable Of(ServiceSnapshot snapshot, Routee[] routees, RoutingOptions options) => new(snapshot, routees, options);

    /// <summary>The same view, after ejections have changed.</summary>
    public RouteTable Anew() => new(Snapshot, _routees, _options);

    /// <summary>The routee of that id; null for none.</summary>
    public Routee? Find(string id)
    {
        var index = ServiceSnapshot.IndexOf(Snapshot.Instances, id);
        return index >= 0 ? _routees[index] : null;
    }

    /// <summary>The table of those that offer an RPC method.</summary>
    public RouteTable Offering(string method)
    {
        if (_byMethod.TryGetValue(method, out var known))
            return known;
        var offering = Array.FindAll(_routees, routee => routee.Instance.Methods.Contains(method));
        var snapshot = new ServiceSnapshot(
            Snapshot.Service, [.. offering.Select(routee => routee.Instance)], Snapshot.Revision, Snapshot.IsStale);
        var table = new RouteTable(snapshot, offering, _options);
        return _byMethod.Count < MethodsMax ? _byMethod.GetOrAdd(method, table) : table;
    }

    private RouteTier[] TiersOf(bool ignoreEjections)
    {
        var tiers = new List<Routee>?[TierCount];
        var zoneInstances = 0;
        foreach (var routee in _routees)
        {
            var tier = TierOf(routee.Instance);
            if ((tier >= 0 || routee.Instance.Status == InstanceStatus.Critical) && routee.Instance.Zone == _options.Zone)
                zoneInstances++;
            if (tier >= 0 && (ignoreEjections || routee.Calls.EjectedUntil is null))
                (tiers[tier] ??= []).Add(routee);
        }

        return [.. from tier in tiers where tier is not null select new RouteTier(tier.ToArray(), _options, zoneInstances)];
    }

    /// <summary>Whom nobody vouches for comes after those that somebody does, and whom clients report after all of them.</summary>
    private static int Doubt(ServiceInstance instance) => (instance.Unverified ? 2 : 0) + (instance.Suspect ? 4 : 0);

    private static int TierOf(ServiceInstance instance) => instance.Status switch
    {
        InstanceStatus.Passing => Doubt(instance),
        InstanceStatus.Warning => Doubt(instance) + 1,
        _ => -1,                                // Serves nobody, or nobody new.
    };
}
