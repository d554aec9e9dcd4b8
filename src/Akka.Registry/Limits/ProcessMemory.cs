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

    /// <inheritdoc/>
    public void Refresh() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
}
