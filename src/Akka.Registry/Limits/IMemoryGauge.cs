namespace Akka.Registry.Limits;

/// <summary>How much of the memory that the process may use is in use.</summary>
public interface IMemoryGauge
{
    /// <summary>The share that was in use when the collector last looked; 0 for none, 1 for all.</summary>
    double UsedShare { get; }

    /// <summary>Has the collector look again, without waiting for it.</summary>
    void Refresh();
}

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
