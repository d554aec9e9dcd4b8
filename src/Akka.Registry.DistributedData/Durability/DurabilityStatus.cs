namespace Akka.Registry.DistributedData.Durability;

/// <summary>How a node's disk keeps up with its map, at one moment.</summary>
public sealed record DurabilityStatus
{
    /// <summary>Where the map is kept, for people.</summary>
    public required string Place { get; init; }

    /// <summary>What keeps the map from being saved now, and the way out; null when nothing does.</summary>
    public string? Problem { get; init; }

    /// <summary>Where something lies that could not be read, and what to do about it; null for nowhere.</summary>
    public string? SetAside { get; init; }

    /// <summary>What was acknowledged before this moment of the wall clock is on the disk; null when nothing is yet.</summary>
    public DateTimeOffset? SavedAt { get; init; }

    /// <summary>Records that were restored at the start, tombstones included.</summary>
    public int Restored { get; init; }

    /// <summary>Changed entries that are not saved yet; all of them while everything is to be written anew.</summary>
    public long Pending { get; init; }

    /// <summary>Saves that were made.</summary>
    public long Saves { get; init; }

    /// <summary>Saves that failed.</summary>
    public long Failures { get; init; }

    /// <summary>Bytes on the disk.</summary>
    public long DiskBytes { get; init; }
}
