using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry;

/// <summary>One instance of a service as this node knows it. Immutable: a change makes a new one.</summary>
public sealed record ServiceEntry
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The instance's id, unique within the service.</summary>
    public required string Id { get; init; }

    /// <summary>Host name or IP address that callers use.</summary>
    public required string Address { get; init; }

    /// <summary>1 to 65,535, or 0 where the address says it all.</summary>
    public int Port { get; init; }

    /// <summary>The RPC methods that the instance offers.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Free pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = EmptyMetadata;

    /// <summary>The zone that it stands in; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The version of its software; empty for none.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its share of calls against the weights of its siblings; 0 to 65,535.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How long it may be silent before it is critical.</summary>
    public TimeSpan Ttl { get; init; }

    /// <summary>How long it may stay critical from silence before it is removed.</summary>
    public TimeSpan DeregisterAfter { get; init; }

    /// <summary>
    /// The status that counts: the operator's, else critical when silent, else the worst of the reported one and its checks'.
    /// </summary>
    public InstanceStatus Status => Override ?? (LeaseMissed ? InstanceStatus.Critical : CheckStatuses.Combine(Reported, ChecksStatus));

    /// <summary>The worst status of its checks; passing for none.</summary>
    public InstanceStatus ChecksStatus { get; private init; } = InstanceStatus.Passing;

    /// <summary>As the instance said.</summary>
    public InstanceStatus Reported { get; init; } = InstanceStatus.Passing;

    /// <summary>As an operator said; null when none did.</summary>
    public InstanceStatus? Override { get; init; }

    /// <summary>Whether its owner has not heard from it within its TTL.</summary>
    public bool LeaseMissed { get; init; }

    /// <summary>Whether nobody can vouch for it now: its owner is not up, or its owner's governor holds it.</summary>
    public bool Unverified { get; init; }

    /// <summary>What keeps the entry alive.</summary>
    public LeaseKind Lease { get; init; } = LeaseKind.Beats;

    /// <summary>Whether only heartbeats keep it alive.</summary>
    public bool NeedsBeats => Lease == LeaseKind.Beats;

    /// <summary>Its checks, as its owner last wrote them; in the order of registration.</summary>
    public IReadOnlyList<CheckState> Checks
    {
        get;
        init
        {
            field = value;
            ChecksStatus = CheckStatuses.Worst(value);
        }
    } = [];

    /// <summary>When this epoch was first registered.</summary>
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>The record that it was read from: key, epoch, stamp, dot.</summary>
    public required MapRecord Record { get; init; }

    /// <summary>The instance's epoch.</summary>
    public ulong Epoch => Record.Order.Epoch;

    /// <summary>When it was last written.</summary>
    public Stamp Stamp => Record.Order.Stamp;

    /// <summary>The node that holds its lease.</summary>
    public NodeUid Owner => Record.Dot.Origin;

    private static readonly IReadOnlyDictionary<string, string> EmptyMetadata = new Dictionary<string, string>(0);
}
