using Akka.Registry.DistributedData;
using Akka.Registry.Limits;

namespace Akka.Registry.Server.Memory;

/// <summary>Gives memory back to the system after the registry has grown or shrunk.</summary>
internal sealed class MemoryKeeper(
    MemoryOptions options, IHostApplicationLifetime lifetime, IServiceProvider services, TimeProvider time, ILogger<MemoryKeeper> logger)
    : BackgroundService
{
    private readonly CompactionRule _rule = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.CompactionHeapBytesMax == 0)
            return;
        using var timer = new PeriodicTimer(CompactionRule.LookInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (lifetime.ApplicationStarted.IsCancellationRequested)
                    Look(services.GetRequiredService<IReplicatedMap>().Status.LiveEntries);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Look(long entries)
    {
        if (!_rule.Look(Environment.CpuUsage.TotalTime, entries) || ProcessMemory.HeapBytes > options.CompactionHeapBytesMax)
            return;
        var (began, before) = (time.GetTimestamp(), Environment.WorkingSet);
        ProcessMemory.Compact();
        Log.Compacted(logger, entries, before, Environment.WorkingSet, time.GetElapsedTime(began).TotalMilliseconds);
    }
}
