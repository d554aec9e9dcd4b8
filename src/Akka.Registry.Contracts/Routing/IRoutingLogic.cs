namespace Akka.Registry.Routing;

/// <summary>
/// How routees are chosen among equals: a policy with a name, the same on nodes and clients. Called by any number of
/// threads at once.
/// </summary>
/// <remarks>
/// A logic ranks; it does not call. Whoever calls one routee takes the first; whoever tries one after the other (tail
/// chopping) or several at once (scatter-gather) asks for more and gets them in the order of preference. One that
/// is registered by the name of a known logic takes its place.
/// </remarks>
public interface IRoutingLogic
{
    /// <summary>The name that requests go by, in kebab case: <c>round-robin</c>.</summary>
    string Name { get; }

    /// <summary>Whether it always takes every routee, whatever count was asked for.</summary>
    bool TakesAll => false;

    /// <summary>Whether it cannot choose without <see cref="RoutingContext.HashKey"/>.</summary>
    bool NeedsHashKey => false;

    /// <summary>Chooses distinct routees, the preferred first. Must not allocate for a single one.</summary>
    /// <param name="pool">What to choose from; at least one routee.</param>
    /// <param name="context">What the request says besides.</param>
    /// <param name="chosen">
    /// Filled with indices into the pool, as many as it is long; never longer than the pool.
    /// </param>
    void Select(RouteePool pool, in RoutingContext context, Span<int> chosen);
}

/// <summary>What a logic may go by besides the routees.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Scope">
/// Tells requests with other filters, zones or tiers apart: each has a rotation of its own. 0 for a request without
/// any.
/// </param>
/// <param name="HashKey">The request's hash key; null when it has none.</param>
/// <param name="Rotation">
/// The rotation that the caller keeps for requests like this one; null when the logic is to keep it by service and scope.
/// </param>
public readonly record struct RoutingContext(string Service, ulong Scope, string? HashKey, Rotation? Rotation = null);
