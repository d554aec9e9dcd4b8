using System.Text.Json.Serialization;

namespace Akka.Registry.Cli.Http;

/// <summary>An instance, as far as tables show it. A field that a node does not send has its default.</summary>
internal sealed record InstanceEntry
{
    public string Service { get; init; } = "";
    public string Id { get; init; } = "";
    public string Address { get; init; } = "";
    public int Port { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
    public string Zone { get; init; } = "";
    public string Version { get; init; } = "";
    public int Weight { get; init; }
    public string Ttl { get; init; } = "";
    public string Status { get; init; } = "";
    public string Reported { get; init; } = "";
    public string? Override { get; init; }
    public bool Unverified { get; init; }
    public ulong Epoch { get; init; }
    public string Owner { get; init; } = "";
    public string Stamp { get; init; } = "";
    public string RegisteredAt { get; init; } = "";
    public string? ExpiresIn { get; init; }

    /// <summary>What callers use: <c>10.0.0.7:8080</c>, <c>[fd00::1]:80</c>; the address alone where the port is 0.</summary>
    [JsonIgnore]
    public string Endpoint => Port == 0 ? Address
        : Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]:{Port}"
        : $"{Address}:{Port}";
}

/// <summary>The answer to a registration.</summary>
internal sealed record Registered
{
    public string Service { get; init; } = "";
    public string Id { get; init; } = "";
    public string Ttl { get; init; } = "";
    public string Status { get; init; } = "";
    public ulong Epoch { get; init; }
    public string Owner { get; init; } = "";
    public int HeldBy { get; init; }
    public int Members { get; init; }
    public bool ConsistencyReached { get; init; } = true;
}

/// <summary>The answer to a heartbeat.</summary>
internal sealed record Beat
{
    public string Status { get; init; } = "";
    public string Ttl { get; init; } = "";
    public string? ExpiresIn { get; init; }
}

/// <summary>A service's counts.</summary>
internal sealed record ServiceCounts
{
    public string Service { get; init; } = "";
    public int Instances { get; init; }
    public int Starting { get; init; }
    public int Passing { get; init; }
    public int Warning { get; init; }
    public int Critical { get; init; }
    public int Draining { get; init; }
    public int OutOfService { get; init; }
    public int Unverified { get; init; }
}

/// <summary>Services by name.</summary>
internal sealed record ServiceList
{
    public IReadOnlyList<ServiceCounts> Services { get; init; } = [];
    public string? Next { get; init; }
}

/// <summary>A service's instances by id.</summary>
internal sealed record InstanceList
{
    public string Service { get; init; } = "";
    public IReadOnlyList<InstanceEntry> Instances { get; init; } = [];
    public string? Next { get; init; }
}

/// <summary>Chosen instances.</summary>
internal sealed record RouteeList
{
    public string Strategy { get; init; } = "";
    public IReadOnlyList<InstanceEntry> Routees { get; init; } = [];
}

/// <summary>The cluster, as one node sees it.</summary>
internal sealed record ClusterPicture
{
    public string Self { get; init; } = "";
    public string SelfUid { get; init; } = "";
    public bool Ready { get; init; }
    public string? NotReadyReason { get; init; }
    public bool Synchronized { get; init; }
    public bool Converged { get; init; }
    public string StateHash { get; init; } = "";
    public long LiveEntries { get; init; }
    public long Tombstones { get; init; }
    public IReadOnlyList<ClusterMember> Members { get; init; } = [];
}

/// <summary>One member, as one node sees it.</summary>
internal sealed record ClusterMember
{
    public string Name { get; init; } = "";
    public string Uid { get; init; } = "";
    public string Address { get; init; } = "";
    public string HttpUrl { get; init; } = "";
    public string Zone { get; init; } = "";
    public string Version { get; init; } = "";
    public string State { get; init; } = "";
    public bool IsSelf { get; init; }
    public string? StateHash { get; init; }
    public bool? InStep { get; init; }
    public string? ClockOffset { get; init; }

    /// <summary>Whether it belongs to the cluster now: neither down nor gone.</summary>
    [JsonIgnore]
    public bool IsCurrent => State is not ("down" or "left");
}

/// <summary>Why an instance stands as it does.</summary>
internal sealed record Explanation
{
    public string Service { get; init; } = "";
    public string Id { get; init; } = "";
    public string? HiddenBy { get; init; }
    public LeaseOwner? Owner { get; init; }
    public string? LastBeatAge { get; init; }
    public string? ExpiresIn { get; init; }
    public InstanceEntry? Entry { get; init; }
    public IReadOnlyList<Holding> Nodes { get; init; } = [];
}

/// <summary>Who holds a lease.</summary>
internal sealed record LeaseOwner
{
    public string Name { get; init; } = "";
    public string? State { get; init; }
    public bool IsThisNode { get; init; }
}

/// <summary>What one node holds of an instance.</summary>
internal sealed record Holding
{
    public string Name { get; init; } = "";
    public string State { get; init; } = "";
    public bool Answered { get; init; }
    public bool Held { get; init; }
    public ulong Epoch { get; init; }
    public string? Stamp { get; init; }
    public string? Owner { get; init; }
    public string? Status { get; init; }
    public bool Unverified { get; init; }
    public bool OwnsLease { get; init; }
    public string? LastBeatAge { get; init; }
}

/// <summary>How a drain went.</summary>
internal sealed record Drained
{
    public bool Confirmed { get; init; }
    public int LaggardCount { get; init; }
    public IReadOnlyList<Laggard> Laggards { get; init; } = [];
}

/// <summary>Somebody who has not confirmed a drain.</summary>
internal sealed record Laggard
{
    public string Node { get; init; } = "";
    public string Lag { get; init; } = "";
    public string? Subscriber { get; init; }
}

/// <summary>One event's data.</summary>
internal sealed record ChangeBatch
{
    public string Kind { get; init; } = "";
    public IReadOnlyList<Change> Changes { get; init; } = [];
}

/// <summary>One instance's change.</summary>
internal sealed record Change
{
    public string Kind { get; init; } = "";
    public string Service { get; init; } = "";
    public string Id { get; init; } = "";
    public InstanceEntry? Instance { get; init; }
}

/// <summary>What an instance says of itself; null is not sent.</summary>
internal sealed record RegistrationBody
{
    public required string Address { get; init; }
    public int? Port { get; init; }
    public IReadOnlyList<string>? Methods { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
    public string? Zone { get; init; }
    public string? Version { get; init; }
    public int? Weight { get; init; }
    public string? Ttl { get; init; }
    public string? DeregisterAfter { get; init; }
    public string? Status { get; init; }

    /// <summary>As text: a JSON number is exact only below 2^53.</summary>
    public string? Epoch { get; init; }
}

/// <summary>Readers and writers, made when this is compiled: start-up pays for no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(InstanceEntry))]
[JsonSerializable(typeof(Registered))]
[JsonSerializable(typeof(Beat))]
[JsonSerializable(typeof(ServiceList))]
[JsonSerializable(typeof(InstanceList))]
[JsonSerializable(typeof(RouteeList))]
[JsonSerializable(typeof(ClusterPicture))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(Drained))]
[JsonSerializable(typeof(ChangeBatch))]
[JsonSerializable(typeof(RegistrationBody))]
internal sealed partial class ApiJson : JsonSerializerContext;
