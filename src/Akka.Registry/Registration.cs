using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;

namespace Akka.Registry;

/// <summary>What an instance says of itself when it registers.</summary>
public sealed record Registration
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The instance's id, unique within the service.</summary>
    public required string Id { get; init; }

    /// <summary>Host name or IP address that callers use.</summary>
    public required string Address { get; init; }

    /// <summary>0 to 65,535.</summary>
    public int Port { get; init; }

    /// <summary>The RPC methods that the instance offers.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Free pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = StringPairs.Empty;

    /// <summary>The zone that it stands in; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The version of its software; empty for none.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its share of calls; 0 to 65,535, default 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How long it may be silent; null for the node's default.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>How long it may stay critical from silence before removal; null for 1 × TTL.</summary>
    public TimeSpan? DeregisterAfter { get; init; }

    /// <summary>The status to begin with; starting, passing, warning, critical or draining.</summary>
    public InstanceStatus Status { get; init; } = InstanceStatus.Passing;

    /// <summary>What keeps the entry alive; by default heartbeats.</summary>
    public LeaseKind Lease { get; init; } = LeaseKind.Beats;

    /// <summary>
    /// What its owner looks at to tell how it is; ids are unique. A check of an id that the standing entry of the same epoch has
    /// keeps its status; checks that are not here are gone.
    /// </summary>
    public IReadOnlyList<CheckDefinition> Checks { get; init; } = [];

    /// <summary>The instance's epoch, minted at its start; null to let the node mint it.</summary>
    public ulong? Epoch { get; init; }
}

/// <summary>How far a write must reach before it is answered.</summary>
/// <param name="Consistency">How many nodes must hold it.</param>
/// <param name="Timeout">How long to wait for them.</param>
public sealed record WriteOptions(WriteConsistency Consistency, TimeSpan Timeout)
{
    /// <summary>This node holds it; five seconds.</summary>
    public static WriteOptions Default { get; } = new(WriteConsistency.Local, TimeSpan.FromSeconds(5));
}

/// <summary>The answer to a registration.</summary>
/// <param name="Entry">The entry as it stands.</param>
/// <param name="Replaced">Whether a live entry stood there before.</param>
/// <param name="ExpiresIn">Until when it must beat.</param>
/// <param name="HeldBy">Nodes known to hold the write, this one included.</param>
/// <param name="Members">Current members.</param>
/// <param name="ConsistencyReached">
/// Whether as many hold it as were asked for, in time. The write stands either way.
/// </param>
public sealed record RegistrationResult(
    ServiceEntry Entry, bool Replaced, TimeSpan ExpiresIn, int HeldBy, int Members, bool ConsistencyReached);

/// <summary>What became of one of many registrations.</summary>
/// <param name="Result">The answer; null when it was refused.</param>
/// <param name="Refusal">Why it was refused; null when it was not.</param>
public readonly record struct RegistrationOutcome(RegistrationResult? Result, RegistryException? Refusal);

/// <summary>The answer to a heartbeat that was taken.</summary>
/// <param name="Status">The instance's status now.</param>
/// <param name="Ttl">Its TTL.</param>
/// <param name="ExpiresIn">Until when the next beat must come.</param>
public sealed record HeartbeatResult(InstanceStatus Status, TimeSpan Ttl, TimeSpan ExpiresIn);
