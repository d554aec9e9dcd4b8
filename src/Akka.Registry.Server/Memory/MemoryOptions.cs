using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Server.Memory;

/// <summary>What the server does about its memory by itself.</summary>
public sealed record MemoryOptions
{
    /// <summary>
    /// The largest heap that is compacted, so that the memory it does not need goes back to the system; 0 to 64 GiB, default 1 GiB. 0: none
    /// is.
    /// </summary>
    /// <remarks>
    /// Bytes, garbage included. It happens when at least 10,000 entries, and a fourth of all, have come or gone since the last time, and the
    /// process has been quiet for two seconds. The process stands still meanwhile: some 0.2 s for a million entries on two cores. Without it a
    /// node that was filled keeps a fourth more memory than its entries take, or more, for as long as it is quiet.
    /// </remarks>
    [Range(0L, 68_719_476_736L)]
    public long CompactionHeapBytesMax { get; init; } = 1024 * 1024 * 1024;
}
