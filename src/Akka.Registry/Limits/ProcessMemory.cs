namespace Akka.Registry.Limits;

/// <summary>
/// The memory of this process: its heap as the last collection left it, against the container's limit or, without one, the machine's
/// memory.
/// </summary>
/// <remarks>
/// What is garbage but not collected yet does not count, so that a collector which takes its time closes no door. Without collections the
/// figure stands still: hence <see cref="Refresh"/>.
/// </remarks>
public sealed class ProcessMemory : IMemoryGauge
{
    /// <inheritdoc/>
    public double UsedShare
    {
        get
        {
            var info = GC.GetGCMemoryInfo(GCKind.Any);
            return info.TotalAvailableMemoryBytes > 0 ? (double)info.HeapSizeBytes / info.TotalAvailableMemoryBytes : 0;
        }
    }

    /// <summary>Bytes of the heap now, garbage included.</summary>
    public static long HeapBytes => GC.GetTotalMemory(forceFullCollection: false);

    /// <inheritdoc/>
    public void Refresh() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);

    /// <summary>
    /// Moves what lives together and gives the rest back to the system. The whole process stands still until it is done: some 0.4 s for a
    /// GiB that lives, on two cores.
    /// </summary>
    public static void Compact() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
