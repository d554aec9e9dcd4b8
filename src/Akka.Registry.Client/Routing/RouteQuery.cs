using Akka.Registry.Routing;

namespace Akka.Registry.Client.Routing;

/// <summary>What one call asks of routing. The default value asks for nothing beyond <see cref="RoutingOptions"/>.</summary>
public readonly record struct RouteQuery
{
    /// <summary>The name of the routing logic; null for <see cref="RoutingOptions.Logic"/>.</summary>
    public string? Logic { get; init; }

    /// <summary>A routing logic itself, registered or not; comes before <see cref="Logic"/>. Null for none.</summary>
    public IRoutingLogic? Policy { get; init; }

    /// <summary>What consistent hashing goes by; null elsewhere.</summary>
    public string? HashKey { get; init; }

    /// <summary>Only instances that offer this RPC method; null for any.</summary>
    public string? Method { get; init; }
}
