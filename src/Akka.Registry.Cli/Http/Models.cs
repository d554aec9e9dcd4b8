using System.Text.Json.Serialization;

namespace Akka.Registry.Cli.Http;

// Properties are set, not initialized: of init-only ones the generated reader sets each, and a field that a node does not send would
// be null instead of its default.

/// <summary>An instance, as far as tables show it. A field that a node does not send has its default.</summary>
internal sealed record InstanceEntry
{
    public string Service { get; set; } = "";
    public string Id { get; set; } = "";
    public string Address { get; set; } = "";
    public int Port { get; set; }
    public IReadOnlyList<string> Tags { get; set; } = [];
    public IReadOnlyDictionary<string, string> Metadata { get; set; } = new Dictionary<string, string>();
    public string Zone { get; set; } = "";
    public string Version { get; set; } = "";
    public int Weight { get; set; }
    public string Ttl { get; set; } = "";
    public string Status { get; set; } = "";
    public string Reported { get; set; } = "";
    public string? Override { get; set; }
    public bool Unverified { get; set; }
    public ulong Epoch { get; set; }
    public string Owner { get; set; } = "";
    public string Stamp { get; set; } = "";
    public string RegisteredAt { get; set; } = "";
    public string? ExpiresIn { get; set; }

    /// <summary>What callers use: <c>10.0.0.7:8080</c>, <c>[fd00::1]:80</c>; the address alone where the port is 0.</summary>
    [JsonIgnore]
    public string Endpoint => Port == 0 ? Address
        : Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]:{Port}"
        : $"{Address}:{Port}";
}

/// <summary>The answer to a registration.</summary>
internal sealed record Registered
{
    public string Service { get; set; } = "";
    public string Id { get; set; } = "";
    public string Ttl { get; set; } = "";
    public string Status { get; set; } = "";
    public ulong Epoch { get; set; }
    public string Owner { get; set; } = "";
    public int HeldBy { get; set; }
    public int Members { get; set; }
    public bool ConsistencyReached { get; set; } = true;
}

/// <summary>The answer to a heartbeat.</summary>
internal sealed record Beat
{
    public string Status { get; set; } = "";
    public string Ttl { get; set; } = "";
    public string? ExpiresIn { get; set; }
}

/// <summary>A service's counts.</summary>
internal sealed record ServiceCounts
{
    public string Service { get; set; } = "";
    public int Instances { get; set; }
    public int Starting { get; set; }
    public int Passing { get; set; }
    public int Warning { get; set; }
    public int Critical { get; set; }
    public int Draining { get; set; }
    public int OutOfService { get; set; }
    public int Unverified { get; set; }
}

/// <summary>Services by name.</summary>
internal sealed record ServiceList
{
    public IReadOnlyList<ServiceCounts> Services { get; set; } = [];
    public string? Next { get; set; }
}

/// <summary>A service's instances by id.</summary>
internal sealed record InstanceList
{
    public string Service { get; set; } = "";
    public IReadOnlyList<InstanceEntry> Instances { get; set; } = [];
    public string? Next { get; set; }
}

/// <summary>Chosen instances.</summary>
internal sealed record RouteeList
{
    public string Strategy { get; set; } = "";
    public IReadOnlyList<InstanceEntry> Routees { get; set; } = [];
}

/// <summary>The cluster, as one node sees it.</summary>
internal sealed record ClusterPicture
{
    public string Self { get; set; } = "";
    public string SelfUid { get; set; } = "";
    public bool Ready { get; set; }
    public string? NotReadyReason { get; set; }
    public bool Synchronized { get; set; }
    public bool Converged { get; set; }
    public string StateHash { get; set; } = "";
    public long LiveEntries { get; set; }
    public long Tombstones { get; set; }
    public IReadOnlyList<ClusterMember> Members { get; set; } = [];
}

/// <summary>One member, as one node sees it.</summary>
internal sealed record ClusterMember
{
    public string Name { get; set; } = "";
    public string Uid { get; set; } = "";
    public string Address { get; set; } = "";
    public string HttpUrl { get; set; } = "";
    public string Zone { get; set; } = "";
    public string Version { get; set; } = "";
    public string State { get; set; } = "";
    public bool IsSelf { get; set; }
    public string? StateHash { get; set; }
    public bool? InStep { get; set; }
    public string? ClockOffset { get; set; }

    /// <summary>Whether it belongs to the cluster now: neither down nor gone.</summary>
    [JsonIgnore]
    public bool IsCurrent => State is not ("down" or "left");
}

/// <summary>Why an instance stands as it does.</summary>
internal sealed record Explanation
{
    public string Service { get; set; } = "";
    public string Id { get; set; } = "";
    public string? HiddenBy { get; set; }
    public LeaseOwner? Owner { get; set; }
    public string? LastBeatAge { get; set; }
    public string? ExpiresIn { get; set; }
    public InstanceEntry? Entry { get; set; }
    public IReadOnlyList<Holding> Nodes { get; set; } = [];
}

/// <summary>Who holds a lease.</summary>
internal sealed record LeaseOwner
{
    public string Name { get; set; } = "";
    public string? State { get; set; }
    public bool IsThisNode { get; set; }
}

/// <summary>What one node holds of an instance.</summary>
internal sealed record Holding
{
    public string Name { get; set; } = "";
    public string State { get; set; } = "";
    public bool Answered { get; set; }
    public bool Held { get; set; }
    public ulong Epoch { get; set; }
    public string? Stamp { get; set; }
    public string? Owner { get; set; }
    public string? Status { get; set; }
    public bool Unverified { get; set; }
    public bool OwnsLease { get; set; }
    public string? LastBeatAge { get; set; }
}

/// <summary>How a drain went.</summary>
internal sealed record Drained
{
    public bool Confirmed { get; set; }
    public int LaggardCount { get; set; }
    public IReadOnlyList<Laggard> Laggards { get; set; } = [];
}

/// <summary>Somebody who has not confirmed a drain.</summary>
internal sealed record Laggard
{
    public string Node { get; set; } = "";
    public string Lag { get; set; } = "";
    public string? Subscriber { get; set; }
}

/// <summary>One event's data.</summary>
internal sealed record ChangeBatch
{
    public string Kind { get; set; } = "";
    public IReadOnlyList<Change> Changes { get; set; } = [];
}

/// <summary>One instance's change.</summary>
internal sealed record Change
{
    public string Kind { get; set; } = "";
    public string Service { get; set; } = "";
    public string Id { get; set; } = "";
    public InstanceEntry? Instance { get; set; }
}

/// <summary>What an instance says of itself; null is not sent.</summary>
internal sealed record RegistrationBody
{
    public required string Address { get; set; }
    public int? Port { get; set; }
    public IReadOnlyList<string>? Methods { get; set; }
    public IReadOnlyList<string>? Tags { get; set; }
    public IReadOnlyDictionary<string, string>? Metadata { get; set; }
    public string? Zone { get; set; }
    public string? Version { get; set; }
    public int? Weight { get; set; }
    public string? Ttl { get; set; }
    public string? DeregisterAfter { get; set; }
    public string? Status { get; set; }

    /// <summary>As text: a JSON number is exact only below 2^53.</summary>
    public string? Epoch { get; set; }
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
