using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Queries;

/// <summary>How a node stands, as another one sees it.</summary>
public enum NodeState
{
    /// <summary>Takes the registry over from another one; does not serve yet.</summary>
    Joining = 1,

    /// <summary>A full member.</summary>
    Up = 2,

    /// <summary>Did not answer; may still prove that it lives.</summary>
    Suspect = 3,

    /// <summary>Hands its leases over, and leaves.</summary>
    Leaving = 4,

    /// <summary>Taken for dead; may come back.</summary>
    Down = 5,

    /// <summary>Has left by its own will.</summary>
    Left = 6,
}

/// <summary>One node of the cluster.</summary>
/// <param name="Uid">Names one process; another one at the same address has another.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Address">Where peers and clients find it, host:port; empty when it is not known any more.</param>
/// <param name="State">How it stands, as the node that was asked sees it.</param>
public sealed record NodeMember(ulong Uid, string Name, string Address, NodeState State)
{
    /// <summary>The zone that it stands in; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The version of its software.</summary>
    public string Version { get; init; } = "";

    /// <summary>Where its HTTP door is; empty for none.</summary>
    public string HttpUrl { get; init; } = "";
}

/// <summary>How the node of the session is.</summary>
public sealed record NodeStatus
{
    /// <summary>The node itself, as it sees itself.</summary>
    public required NodeMember Node { get; init; }

    /// <summary>Whether it holds the whole registry and serves.</summary>
    public bool IsReady => NotReadyReason is null;

    /// <summary>Why it is not ready, as a sentence; null when it is.</summary>
    public string? NotReadyReason { get; init; }

    /// <summary>All nodes that it knows, itself included.</summary>
    public IReadOnlyList<NodeMember> Members { get; init; } = [];

    /// <summary>Revision of its whole registry; comparable between nodes; below 2^53.</summary>
    public long Revision { get; init; }

    /// <summary>Live entries.</summary>
    public long Entries { get; init; }

    /// <summary>Services that have an entry.</summary>
    public int Services { get; init; }

    /// <summary>Clients' sessions that are open at it.</summary>
    public int Sessions { get; init; }
}

/// <summary>Why an instance stands as it does.</summary>
public sealed record Explanation
{
    /// <summary>The instance as the node shows it; null when it shows none.</summary>
    public ServiceInstance? Instance { get; init; }

    /// <summary>Which rule keeps it back from callers, as a sentence; null when none does.</summary>
    public string? HiddenBy { get; init; }

    /// <summary>Uid of the node that owns its lease; 0 for none.</summary>
    public ulong Owner { get; init; }

    /// <summary>That node's name.</summary>
    public string OwnerName { get; init; } = "";

    /// <summary>How that node stands; null where it is not known.</summary>
    public NodeState? OwnerState { get; init; }

    /// <summary>How long ago it last beat; null when the owner did not say.</summary>
    public TimeSpan? LastBeatAge { get; init; }

    /// <summary>Until when it must beat; negative when it is late; null when the owner did not say.</summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>What every node holds.</summary>
    public IReadOnlyList<NodeHolding> Nodes { get; init; } = [];
}

/// <summary>What one node holds of an instance.</summary>
/// <param name="Node">The node.</param>
/// <param name="HasAnswered">Whether it has answered in time. If not, nothing of the following is known.</param>
/// <param name="IsHeld">Whether it shows the instance. If not, the following is empty.</param>
public sealed record NodeHolding(NodeMember Node, bool HasAnswered, bool IsHeld)
{
    /// <summary>The epoch.</summary>
    public ulong Epoch { get; init; }

    /// <summary>The status that counts; null when nothing is held.</summary>
    public InstanceStatus? Status { get; init; }

    /// <summary>Whether it shows it as unverified.</summary>
    public bool Unverified { get; init; }

    /// <summary>Whether it shows it as suspect.</summary>
    public bool Suspect { get; init; }

    /// <summary>Whether it holds the lease.</summary>
    public bool OwnsLease { get; init; }
}
