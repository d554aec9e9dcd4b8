using System.Buffers;
using System.Collections.Frozen;
using Akka.Registry.Queries;

namespace Akka.Registry.Routing;

/// <summary>
/// Answers requests for routees from a service's view. Any thread; a single pick without a filter allocates nothing.
/// </summary>
/// <remarks>
/// Routees come from the best tier that has any (passing, warning, then the same unverified, then suspect), and within a tier from
/// the preferred zone before the others. A request for several goes on with the next when one is used up.
/// </remarks>
public sealed class RouteeSelector
{
    /// <summary>Routees that one request may ask for: 1,000.</summary>
    public const int CountMax = 1_000;

    private readonly FrozenDictionary<string, IRoutingLogic> _logics;

    /// <summary>Knows the logics of <see cref="RouteeRequest.Strategy"/>, and others.</summary>
    /// <param name="random">Chance for all logics; drawn from once, on this thread.</param>
    /// <param name="others">More logics; one of the name of another takes its place.</param>
    public RouteeSelector(Random random, params IEnumerable<IRoutingLogic> others)
    {
        var chance = new RoutingRandom(random);
        var logics = new Dictionary<string, IRoutingLogic>();
        IEnumerable<IRoutingLogic> known =
        [
            new RoundRobinLogic(chance), new RandomLogic(chance), new WeightedRandomLogic(chance),
            new ConsistentHashingLogic(), new BroadcastLogic(),
        ];
        foreach (var logic in known.Concat(others))
            logics[logic.Name] = logic;
        _logics = logics.ToFrozenDictionary();
        Strategies = [.. _logics.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The names of all logics, sorted.</summary>
    public IReadOnlyList<string> Strategies { get; }

    /// <summary>Chooses one routee, the first that <see cref="Select"/> would choose.</summary>
    /// <returns>Null when the service has none.</returns>
    /// <exception cref="RegistryException">
    /// The strategy is not known, or needs a hash key that the request lacks.
    /// </exception>
    public ServiceEntry? Pick(ServiceView view, RouteeRequest request)
    {
        var logic = LogicOf(request);
        var tiers = TiersOf(view, request);
        if (tiers.Pools.Length == 0)
            return null;
        var best = tiers.Pools[0];
        var inside = request.PreferZone is null ? null : best.Inside(request.PreferZone);
        Span<int> chosen = stackalloc int[1];
        var part = inside is null ? ZonePart.All : ZonePart.Inside;
        logic.Select(inside ?? best, ContextOf(request, tier: 0, part), chosen);
        return (inside ?? best)[chosen[0]];
    }

    /// <summary>Chooses distinct routees, the preferred first.</summary>
    /// <returns>As many as asked for, or all that there are.</returns>
    /// <exception cref="RegistryException">
    /// The strategy is not known, or needs a hash key that the request lacks; or the count is out of its bounds.
    /// </exception>
    public IReadOnlyList<ServiceEntry> Select(ServiceView view, RouteeRequest request)
    {
        var logic = LogicOf(request);
        if (request.Count is < 1 or > CountMax)
        {
            throw new RegistryException(
                RegistryError.Invalid, $"The count is {request.Count}; 1 to {CountMax} routees can be asked for.", "count");
        }

        var pools = TiersOf(view, request).Pools;
        var wanted = logic.TakesAll ? int.MaxValue : request.Count;
        var routees = new List<ServiceEntry>(Math.Min(wanted, pools.Length == 0 ? 0 : pools[0].Count));
        for (var tier = 0; tier < pools.Length && routees.Count < wanted; tier++)
        {
            var zone = logic.TakesAll ? null : request.PreferZone;
            var inside = zone is null ? null : pools[tier].Inside(zone);
            if (inside is not null)
                AddFrom(inside, logic, ContextOf(request, tier, ZonePart.Inside), wanted, routees);
            if (inside is null)
                AddFrom(pools[tier], logic, ContextOf(request, tier, ZonePart.All), wanted, routees);
            else if (routees.Count < wanted && pools[tier].Outside(zone!) is { } outside)
                AddFrom(outside, logic, ContextOf(request, tier, ZonePart.Outside), wanted, routees);
        }

        return routees;
    }

    private static void AddFrom(
        RouteePool<ServiceEntry> pool, IRoutingLogic logic, in RoutingContext context, int wanted, List<ServiceEntry> routees)
    {
        var count = Math.Min(pool.Count, wanted - routees.Count);
        var rented = ArrayPool<int>.Shared.Rent(count);
        var chosen = rented.AsSpan(0, count);
        logic.Select(pool, context, chosen);
        foreach (var index in chosen)
            routees.Add(pool[index]);
        ArrayPool<int>.Shared.Return(rented);
    }

    private static RouteeTiers TiersOf(ServiceView view, RouteeRequest request) =>
        request.Filter.MatchesAll ? view.Routees : view.Routees.Matching(request.Filter);

    /// <summary>
    /// The scope is 0 for the best tier without filter and zone: the rotation that almost every request is a part of.
    /// </summary>
    private static RoutingContext ContextOf(RouteeRequest request, int tier, ZonePart part)
    {
        var scope = request.Filter.MatchesAll ? 0 : request.Filter.Fingerprint();
        if (part != ZonePart.All)
            scope = StableHash.Of(scope, StableHash.Of(request.PreferZone!) + (ulong)part);
        if (tier > 0)
            scope = StableHash.Of(scope, (ulong)tier);
        return new RoutingContext(request.Service, scope, request.HashKey);
    }

    private IRoutingLogic LogicOf(RouteeRequest request)
    {
        if (!_logics.TryGetValue(request.Strategy, out var logic))
        {
            throw new RegistryException(
                RegistryError.Invalid,
                $"There is no routing strategy '{request.Strategy}'; there are {string.Join(", ", Strategies)}.",
                "strategy");
        }

        if (logic.NeedsHashKey && request.HashKey is null)
        {
            throw new RegistryException(
                RegistryError.Invalid, $"The strategy '{logic.Name}' needs a hash key to go by; the request has none.", "hashKey");
        }

        return logic;
    }

    /// <summary>Which part of a pool a choice is made from.</summary>
    private enum ZonePart
    {
        All,
        Inside,
        Outside,
    }
}
