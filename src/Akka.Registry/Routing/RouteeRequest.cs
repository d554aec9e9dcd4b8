using Akka.Registry.Queries;

namespace Akka.Registry.Routing;

/// <summary>"Give me routees."</summary>
public sealed record RouteeRequest
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The routing logic's name: <c>round-robin</c>, <c>random</c>, <c>weighted-random</c>, <c>consistent-hashing</c>, <c>broadcast</c>.</summary>
    public string Strategy { get; init; } = "round-robin";

    /// <summary>How many, at most; distinct. 1 to 1,000. Broadcast takes all, whatever stands here.</summary>
    public int Count { get; init; } = 1;

    /// <summary>What consistent hashing goes by; null elsewhere.</summary>
    public string? HashKey { get; init; }

    /// <summary>Prefer instances of this zone, spill over to others when there are too few; null for no preference.</summary>
    public string? PreferZone { get; init; }

    /// <summary>Which entries may be chosen at all.</summary>
    public InstanceFilter Filter { get; init; } = InstanceFilter.None;
}
