using System.Collections.Immutable;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry;

/// <summary>Why an instance stands as it does at this node.</summary>
public sealed record InstanceExplanation
{
    /// <summary>The instance.</summary>
    public required RecordKey Key { get; init; }

    /// <summary>The entry as this node shows it; null when it shows none.</summary>
    public required ServiceEntry? Entry { get; init; }

    /// <summary>The node that wrote it last, and owns its lease; none when there is no entry.</summary>
    public NodeUid Owner { get; init; }

    /// <summary>The owner's name.</summary>
    public string OwnerName { get; init; } = "";

    /// <summary>How the owner stands, as this node sees it; null when it is no member that this node knows.</summary>
    public MemberState? OwnerState { get; init; }

    /// <summary>Whether this node holds the lease.</summary>
    public bool IsOwnedHere { get; init; }

    /// <summary>How long ago it last beat; null where the node that holds the lease is another one, and was not asked or did not
    /// answer.</summary>
    public TimeSpan? LastBeatAge { get; init; }

    /// <summary>
    /// Until when it must beat; negative when it is late; null as <see cref="LastBeatAge"/> is.
    /// </summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>Which rule keeps it out of the routees, as a sentence; null when none does.</summary>
    public string? HiddenBy { get; init; }

    /// <summary>What every current member holds, by uid; empty when they were not asked.</summary>
    public ImmutableArray<InstanceHolding> Nodes { get; init; } = [];
}

/// <summary>What one node holds of an instance.</summary>
public sealed record InstanceHolding
{
    /// <summary>The node.</summary>
    public required NodeUid Node { get; init; }

    /// <summary>Its name.</summary>
    public required string NodeName { get; init; }

    /// <summary>How it stands, as the node that asked sees it.</summary>
    public required MemberState State { get; init; }

    /// <summary>Whether it has answered in time. If not, nothing of the following is known.</summary>
    public required bool HasAnswered { get; init; }

    /// <summary>Whether it shows an entry. If not, the following is empty.</summary>
    public required bool IsHeld { get; init; }

    /// <summary>The entry's epoch.</summary>
    public ulong Epoch { get; init; }

    /// <summary>When it was written, and by whom.</summary>
    public Stamp Stamp { get; init; }

    /// <summary>Who owns the lease, by that record.</summary>
    public NodeUid Owner { get; init; }

    /// <summary>The status that counts; null when nothing is held.</summary>
    public InstanceStatus? Status { get; init; }

    /// <summary>Whether that node shows it as unverified.</summary>
    public bool Unverified { get; init; }

    /// <summary>Whether that node shows it as suspect.</summary>
    public bool Suspect { get; init; }

    /// <summary>Whether that node holds the lease.</summary>
    public bool OwnsLease { get; init; }

    /// <summary>How long ago it last beat; null where that node does not hold the lease.</summary>
    public TimeSpan? LastBeatAge { get; init; }

    /// <summary>Until when it must beat; negative when it is late; null where that node does not hold the lease.</summary>
    public TimeSpan? ExpiresIn { get; init; }
}
