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

    /// <summary>How long ago it last beat; null where this node does not hold the lease.</summary>
    public TimeSpan? LastBeatAge { get; init; }

    /// <summary>Until when it must beat; negative when it is late; null where this node does not hold the lease.</summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>Which rule keeps it out of the routees, as a sentence; null when none does.</summary>
    public string? HiddenBy { get; init; }
}
