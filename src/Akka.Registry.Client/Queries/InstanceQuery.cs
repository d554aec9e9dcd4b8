namespace Akka.Registry.Client.Queries;

/// <summary>Which instances are wanted; every part that is set must hold. At most 64 statuses, tags and pairs together.</summary>
public sealed record InstanceConditions
{
    /// <summary>Takes all.</summary>
    public static InstanceConditions None { get; } = new();

    /// <summary>Any of these statuses; empty for all.</summary>
    public IReadOnlyList<InstanceStatus> Statuses { get; init; } = [];

    /// <summary>All of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>All of these pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(0);

    /// <summary>That zone; null for all.</summary>
    public string? Zone { get; init; }

    /// <summary>That version; null for all.</summary>
    public string? Version { get; init; }

    /// <summary>Only instances that offer this method; null for all.</summary>
    public string? Method { get; init; }
}

/// <summary>"Show me instances."</summary>
public sealed record InstanceQuery
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Which of them.</summary>
    public InstanceConditions Where { get; init; } = InstanceConditions.None;

    /// <summary>The most that the page holds, at least 1; null for as many as a frame takes: some 256 KiB of entries.</summary>
    public int? Limit { get; init; }

    /// <summary>Ids above this one: <see cref="InstancePage.Next"/> of the page before; null from the first.</summary>
    public string? After { get; init; }
}

/// <summary>"Give me routees."</summary>
public sealed record RouteeQuery
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The routing logic's name as the node knows it; by default <c>round-robin</c>.</summary>
    public string Strategy { get; init; } = "round-robin";

    /// <summary>How many, at most; distinct. 1 to 1,000, default 1. Broadcast takes all, whatever stands here.</summary>
    public int Count { get; init; } = 1;

    /// <summary>What consistent hashing goes by; null elsewhere.</summary>
    public string? HashKey { get; init; }

    /// <summary>Prefer instances of this zone, spill over to others when there are too few; null for no preference.</summary>
    public string? PreferZone { get; init; }

    /// <summary>Which may be chosen at all.</summary>
    public InstanceConditions Where { get; init; } = InstanceConditions.None;
}
