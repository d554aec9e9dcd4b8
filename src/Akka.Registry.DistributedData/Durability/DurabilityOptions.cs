using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.DistributedData.Durability;

/// <summary>Where a node keeps the registry over restarts.</summary>
public enum DurabilityMode
{
    /// <summary>Nowhere: it is in the memory of the nodes alone.</summary>
    None,

    /// <summary>In a SQLite file of its own.</summary>
    Sqlite,
}

/// <summary>When what was saved is safe from a loss of power.</summary>
public enum DurabilitySync
{
    /// <summary>The system writes it out when it sees fit, at the latest with each checkpoint.</summary>
    Normal,

    /// <summary>With each save.</summary>
    Full,
}

/// <summary>Whether and how a node keeps the registry on its disk, so that it is there again after all nodes were down at once.</summary>
public sealed record DurabilityOptions
{
    /// <summary>Where the registry is kept over restarts: none (the default) or sqlite.</summary>
    /// <remarks>
    /// Without, a node that starts has what its peers have; when all were down at once, instances are back as they beat: each is told to
    /// register again. With sqlite they are there as soon as the node is ready, unverified until they beat, for one TTL and at least
    /// leases.orphan-grace-min. Beats are never written.
    /// </remarks>
    public DurabilityMode Mode { get; init; } = DurabilityMode.None;

    /// <summary>The folder of the node's files, made when it is missing. Default data, from where the process runs.</summary>
    /// <remarks>One node a folder: a second one is refused at its start. On a disk of the machine: locks of network file systems differ.</remarks>
    [Required]
    [StringLength(1_024, MinimumLength = 1)]
    public string Folder { get; init; } = "data";

    /// <summary>Time from one save to the next while there are changes.</summary>
    /// <remarks>
    /// A time span, default 200 ms, 1 ms to 1 min. It is what a node that is killed loses of its latest changes, where no peer has them.
    /// Longer writes less where the same entries change again and again.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Changed entries that are saved at once, without waiting for the interval.</summary>
    /// <remarks>Entries, default 20,000, 1 to 10,000,000. More writes larger batches: fewer, longer writes.</remarks>
    [Range(1, 10_000_000)]
    public int BatchMax { get; init; } = 20_000;

    /// <summary>Changed entries that may wait for a disk that is slow, full or gone; each once, as it is now.</summary>
    /// <remarks>
    /// Entries, default 500,000, 1 to 10,000,000; about 100 bytes each. Past it the changes are forgotten and everything is written anew
    /// when the disk takes it: more to write, nothing lost.
    /// </remarks>
    [Range(1, 10_000_000)]
    public int PendingMax { get; init; } = 500_000;

    /// <summary>
    /// The longest time from one attempt to the next while the disk refuses; the first comes after 1 s, each later one twice as late.
    /// </summary>
    /// <remarks>A time span, default 1 min, 1 s to 1 h.</remarks>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryIntervalMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether each save is safe from a loss of power: full (the default) or normal.</summary>
    /// <remarks>
    /// A killed process loses nothing that was saved, either way. With normal a machine that loses its power loses saves since the last
    /// checkpoint (a few MiB of changes), and never more: the file is whole. With full it loses none, for one wait for the disk each save.
    /// </remarks>
    public DurabilitySync Sync { get; init; } = DurabilitySync.Full;

    /// <summary>Bytes that the database may take, its log of at most as much again not counted; a save past it fails as on a full disk.</summary>
    /// <remarks>Bytes, default 16 GiB, 1 MiB to 16 TiB. About 250 bytes an entry of ordinary size.</remarks>
    [Range(1_048_576L, 17_592_186_044_416L)]
    public long FileBytesMax { get; init; } = 16L * 1024 * 1024 * 1024;
}
