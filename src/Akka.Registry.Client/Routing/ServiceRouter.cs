using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using Akka.Registry.Client.Directory;
using Akka.Registry.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Client.Routing;

/// <summary>Chooses whom to call, from what a directory has in memory and what its own calls have come to. Any thread.</summary>
/// <remarks>
/// <para>Routees come from the best tier that has any: passing, warning, then the same unverified; what is starting, critical, draining or
/// out of service is never chosen. Within a tier the own zone comes first (<see cref="RoutingOptions.Zone"/>), instances that are new
/// get less than their share for a while, and those whose calls fail are left out for a while (<see cref="OutlierOptions"/>).</para>
/// <para>A choice is one look-up in the directory, one here, and a logic's own work: no lock, no wait, and nothing is allocated. One router
/// serves a whole application, so that what one caller finds out spares the others.</para>
/// </remarks>
public sealed partial class ServiceRouter : IDisposable
{
    /// <summary>Further choices when the chosen one is new and not due yet; then the last one is taken.</summary>
    private const int ChoicesMax = 16;

    private readonly RoutingSurroundings _around;
    private readonly RoutingRandom _random;
    private readonly FrozenDictionary<string, IRoutingLogic> _logics;
    private readonly IRoutingLogic _logic;
    private readonly ConcurrentDictionary<string, ServiceRoutes> _routes = new();

    /// <summary>Begins without a past.</summary>
    /// <param name="directory">Where views come from.</param>
    /// <param name="options">How to choose.</param>
    /// <param name="random">Chance for all logics; drawn from now, and no more.</param>
    /// <param name="time">The clock for ejections, slow starts and delays; by default the machine's.</param>
    /// <param name="loggers">Where ejections are logged; by default nowhere.</param>
    /// <param name="reports">Who is told of instances that cannot be connected to; by default nobody.</param>
    /// <param name="others">More logics; one of the name of a known one takes its place.</param>
    /// <exception cref="ValidationException">An option is out of its range, or names no logic; all that is wrong is told at once.</exception>
    public ServiceRouter(
        IServiceDirectory directory, RoutingOptions options, Random random, TimeProvider? time = null, ILoggerFactory? loggers = null,
        IFailureReports? reports = null, IEnumerable<IRoutingLogic>? others = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        OptionRules.Check(options, options.Outliers);
        _random = new RoutingRandom(random);
        var logics = new Dictionary<string, IRoutingLogic>();
        IEnumerable<IRoutingLogic> known =
        [
            new RoundRobinLogic(_random), new RandomLogic(_random), new WeightedRandomLogic(_random), new PowerOfTwoChoicesLogic(_random),
            new ConsistentHashingLogic(options.HashBalance), new BroadcastLogic(),
        ];
        foreach (var logic in known.Concat(others ?? []))
            logics[logic.Name] = logic;
        _logics = logics.ToFrozenDictionary();
        Logics = [.. _logics.Keys.Order(StringComparer.Ordinal)];
        _logic = _logics.GetValueOrDefault(options.Logic)
            ?? throw new ValidationException($"{nameof(RoutingOptions.Logic)}: {Unknown(options.Logic)}");
        var clock = time ?? TimeProvider.System;
        var logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<ServiceRouter>();
        _around = new RoutingSurroundings(options, directory, clock, clock.GetTimestamp(), reports, new RoutingMetrics(), logger);
    }

    /// <summary>The names of all logics, sorted.</summary>
    public IReadOnlyList<string> Logics { get; }

    /// <summary>How it chooses.</summary>
    public RoutingOptions Options => _around.Options;

    /// <summary>The directory that it chooses from.</summary>
    public IServiceDirectory Directory => _around.Directory;

    internal RoutingMetrics Metrics => _around.Metrics;

    internal TimeProvider Time => _around.Time;

    /// <summary>
    /// Chooses one instance. The call to it is not counted; see <see cref="TryBegin"/>. A service that is not followed yet is from now on.
    /// </summary>
    /// <returns>Null when no instance may be called, or no view is there yet.</returns>
    /// <exception cref="ArgumentException">The logic is not known, or needs a hash key that the query lacks.</exception>
    /// <exception cref="RegistryRefusedException">The service would be followed from now on, and as many are as may be.</exception>
    public ServiceInstance? Pick(string service, in RouteQuery query = default) => Choose(service, query, [])?.Routee.Instance;

    /// <summary>Chooses distinct instances, the preferred first: of the best tier first, and of the own zone within it.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="count">How many at most; at least 1. A logic that takes all takes all.</param>
    /// <param name="query">What else is asked.</param>
    /// <returns>As many as asked for, or all that may be called. None when no view is there yet.</returns>
    /// <exception cref="ArgumentException">The logic is not known, or needs a hash key that the query lacks; or the count is below 1.</exception>
    /// <exception cref="RegistryRefusedException">The service would be followed from now on, and as many are as may be.</exception>
    public IReadOnlyList<ServiceInstance> Select(string service, int count, in RouteQuery query = default) =>
        [.. ChooseMany(service, count, query).Select(route => route.Routee.Instance)];

    /// <summary>Chooses one instance, and counts a call to it as under way.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="call">The call, to be disposed of when it is over; only when true is returned.</param>
    /// <param name="query">What else is asked.</param>
    /// <returns>False when no instance may be called, or no view is there yet.</returns>
    /// <exception cref="ArgumentException">The logic is not known, or needs a hash key that the query lacks.</exception>
    /// <exception cref="RegistryRefusedException">The service would be followed from now on, and as many are as may be.</exception>
    public bool TryBegin(string service, out RoutedCall call, in RouteQuery query = default)
    {
        var route = Choose(service, query, []);
        call = route is { } found ? new RoutedCall(found.Routes, found.Routee) : default;
        return route is not null;
    }

    /// <summary>Chooses one instance, and counts a call to it as under way.</summary>
    /// <exception cref="NoInstanceException">No instance may be called, or no view is there yet; the message says which.</exception>
    /// <exception cref="ArgumentException">The logic is not known, or needs a hash key that the query lacks.</exception>
    /// <exception cref="RegistryRefusedException">The service would be followed from now on, and as many are as may be.</exception>
    public RoutedCall Begin(string service, in RouteQuery query = default) =>
        TryBegin(service, out var call, query) ? call : throw NoInstance(service, query.Method);

    /// <summary>Counts a call to an instance that the application chose itself.</summary>
    public RoutedCall Begin(ServiceInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var routes = RoutesOf(instance.Service);
        var routee = Directory.Find(instance.Service) is { } snapshot ? routes.TableOf(snapshot).Find(instance.Id) : null;
        // One that is gone, or began anew since, has nothing left to learn.
        if (routee is null || routee.Instance.Epoch != instance.Epoch)
            routee = new Routee(instance, new InstanceCalls(instance.Id, instance.Epoch));
        return new RoutedCall(routes, routee);
    }

    /// <summary>Stops its timers and instruments. Choices still work; ejections no longer end.</summary>
    public void Dispose()
    {
        foreach (var routes in _routes.Values)
            routes.Dispose();
        Metrics.Dispose();
    }

    /// <summary>Why there is nobody to call.</summary>
    internal NoInstanceException NoInstance(string service, string? method = null) =>
        Directory.Find(service) is { } snapshot ? NoInstanceException.Among(snapshot, method) : NoInstanceException.Unknown(service);

    /// <summary>Chooses one instance, another than those that were tried where there is another.</summary>
    internal Route? Choose(string service, in RouteQuery query, ReadOnlySpan<ServiceInstance> tried)
    {
        var logic = LogicOf(query);
        if (TableOf(service, query.Method, out var routes) is not { } table || table.Tiers.Length == 0)
            return null;
        if (tried.Length > 0 && ChooseOther(routes, table, logic, query, tried) is { } other)
            return new Route(routes, other);
        var tier = table.Tiers[0];
        var part = PartOf(tier, logic, query.HashKey);
        var pool = tier[part]!;
        var context = ContextOf(routes, query, 0, part);
        Span<int> chosen = [0];
        logic.Select(pool, context, chosen);
        var isNewcomerCalledLess = table.NewUntil > TimeSpan.Zero && !logic.NeedsHashKey && !logic.TakesAll && pool.Count > 1;
        return new Route(routes, isNewcomerCalledLess ? Settle(table, tier, pool, logic, context, chosen) : pool[chosen[0]]);
    }

    /// <summary>Chooses several, the preferred first.</summary>
    internal List<Route> ChooseMany(string service, int count, in RouteQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var logic = LogicOf(query);
        var chosen = new List<Route>();
        if (TableOf(service, query.Method, out var routes) is not { } table)
            return chosen;
        var wanted = logic.TakesAll ? int.MaxValue : count;
        for (var tier = 0; tier < table.Tiers.Length && chosen.Count < wanted; tier++)
        {
            var first = logic.TakesAll ? ZonePart.All : PartOf(table.Tiers[tier], logic, query.HashKey);
            AddFrom(routes, table.Tiers[tier][first], logic, ContextOf(routes, query, tier, first), wanted, chosen);
            if (first != ZonePart.All && chosen.Count < wanted)
            {
                var second = first == ZonePart.Inside ? ZonePart.Outside : ZonePart.Inside;
                AddFrom(routes, table.Tiers[tier][second], logic, ContextOf(routes, query, tier, second), wanted, chosen);
            }
        }

        return chosen;
    }

    private static void AddFrom(
        ServiceRoutes routes, RouteePool<Routee>? pool, IRoutingLogic logic, in RoutingContext context, int wanted, List<Route> all)
    {
        if (pool is null)
            return;
        var count = Math.Min(pool.Count, wanted - all.Count);
        var rented = ArrayPool<int>.Shared.Rent(count);
        var chosen = rented.AsSpan(0, count);
        logic.Select(pool, context, chosen);
        foreach (var index in chosen)
            all.Add(new Route(routes, pool[index]));
        ArrayPool<int>.Shared.Return(rented);
    }

    /// <summary>The best that was not tried; null when all were.</summary>
    private Routee? ChooseOther(
        ServiceRoutes routes, RouteTable table, IRoutingLogic logic, in RouteQuery query, ReadOnlySpan<ServiceInstance> tried)
    {
        for (var tier = 0; tier < table.Tiers.Length; tier++)
        {
            var first = PartOf(table.Tiers[tier], logic, query.HashKey);
            ReadOnlySpan<ZonePart> parts = first switch
            {
                ZonePart.Inside => [ZonePart.Inside, ZonePart.Outside],
                ZonePart.Outside => [ZonePart.Outside, ZonePart.Inside],
                _ => [ZonePart.All],
            };
            foreach (var part in parts)
            {
                if (table.Tiers[tier][part] is not { } pool)
                    continue;
                var rented = ArrayPool<int>.Shared.Rent(tried.Length + 1);
                var chosen = rented.AsSpan(0, Math.Min(pool.Count, tried.Length + 1));
                logic.Select(pool, ContextOf(routes, query, tier, part), chosen);
                var found = FirstUntried(pool, chosen, tried);
                ArrayPool<int>.Shared.Return(rented);
                if (found is not null)
                    return found;
            }
        }

        return null;
    }

    private static Routee? FirstUntried(RouteePool<Routee> pool, ReadOnlySpan<int> chosen, ReadOnlySpan<ServiceInstance> tried)
    {
        foreach (var index in chosen)
        {
            var isTried = false;
            foreach (var instance in tried)
                isTried |= instance.Id == pool[index].Instance.Id;
            if (!isTried)
                return pool[index];
        }

        return null;
    }

    /// <summary>
    /// A new instance is taken with the chance that its age gives it, else the logic is asked again: each then gets calls by weight × age,
    /// whatever the logic.
    /// </summary>
    private Routee Settle(
        RouteTable table, RouteTier tier, RouteePool<Routee> pool, IRoutingLogic logic, in RoutingContext context, Span<int> chosen)
    {
        var now = _around.Now;
        if (now >= table.NewUntil)
            return pool[chosen[0]];
        var most = tier.IsAllNew ? LargestShare(pool, now) : 1;
        for (var choice = 0; choice < ChoicesMax; choice++)
        {
            var share = SlowStart.ShareOf(pool[chosen[0]].Calls, now, Options);
            if (share >= most || _random.Unit() * most <= share)
                break;
            logic.Select(pool, context, chosen);
        }

        return pool[chosen[0]];
    }

    private double LargestShare(RouteePool<Routee> pool, TimeSpan now)
    {
        var most = 0d;
        foreach (var routee in pool.Routees)
            most = Math.Max(most, SlowStart.ShareOf(routee.Calls, now, Options));
        return most;
    }

    /// <summary>The part that a call is for: by chance, or by its key where it has one, so that the key stays.</summary>
    private ZonePart PartOf(RouteTier tier, IRoutingLogic logic, string? hashKey)
    {
        if (tier.InsideShare <= 0)
            return ZonePart.All;
        if (tier.InsideShare >= 1)
            return ZonePart.Inside;
        var bits = logic.NeedsHashKey ? StableHash.Of(StableHash.Of(hashKey!), 1) : _random.Next();
        return (bits >> 11) * (1.0 / (1UL << 53)) < tier.InsideShare ? ZonePart.Inside : ZonePart.Outside;
    }

    /// <summary>
    /// The routes keep rotations for calls without a method, which go on from view to view; of others the logic keeps them by scope.
    /// </summary>
    private static RoutingContext ContextOf(ServiceRoutes routes, in RouteQuery query, int tier, ZonePart part)
    {
        var scope = (ulong)((tier * 3) + (int)part);
        return query.Method is null
            ? new RoutingContext(routes.Service, scope, query.HashKey, routes.RotationOf(tier, part))
            : new RoutingContext(routes.Service, StableHash.Of(StableHash.Of(query.Method), scope), query.HashKey);
    }

    private RouteTable? TableOf(string service, string? method, out ServiceRoutes routes)
    {
        var snapshot = Directory.Find(service);
        if (snapshot is null)
        {
            Directory.Follow(service);
            routes = null!;
            return null;
        }

        routes = RoutesOf(service);
        var table = routes.TableOf(snapshot);
        return method is null ? table : table.Offering(method);
    }

    private ServiceRoutes RoutesOf(string service)
    {
        if (_routes.TryGetValue(service, out var routes))
            return routes;
        return _routes.GetOrAdd(service, static (name, router) => new ServiceRoutes(name, router._around, router._random), this);
    }

    private IRoutingLogic LogicOf(in RouteQuery query)
    {
        var logic = query.Policy ?? _logic;
        if (query.Policy is null && query.Logic is not null && !_logics.TryGetValue(query.Logic, out logic))
            throw new ArgumentException(Unknown(query.Logic), nameof(query));
        if (logic.NeedsHashKey && query.HashKey is null)
            throw new ArgumentException($"The logic '{logic.Name}' needs a hash key to go by; the query has none.", nameof(query));
        return logic;
    }

    private string Unknown(string logic) => $"There is no routing logic '{logic}'; there are {string.Join(", ", Logics)}.";

    /// <summary>A routee, and where it is counted.</summary>
    internal readonly record struct Route(ServiceRoutes Routes, Routee Routee);
}
