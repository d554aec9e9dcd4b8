using Akka.Registry.Queries;

namespace Akka.Registry.Server.Eureka;

/// <summary>The board for any thread: brought up to date by whoever reads, so a client sees what it wrote a moment ago.</summary>
internal sealed class EurekaReader(EurekaOptions options, IServiceRegistry registry, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly EurekaBoard _board = new(options.DeltaRetention, options.DeltaRemovalsMax);
    private readonly long _began = time.GetTimestamp();

    /// <summary>The registry as it is now.</summary>
    public EurekaState Read()
    {
        lock (_gate)
        {
            var at = time.GetElapsedTime(_began);
            // Before the views: what is written meanwhile makes the next reading look again.
            var revision = registry.Revision;
            return _board.Again(revision, at) ?? _board.Take(revision, Views(), at, time.GetUtcNow());
        }
    }

    private IEnumerable<ServiceView> Views()
    {
        foreach (var summary in registry.Services())
        {
            if (registry.Find(summary.Name) is { } view)
                yield return view;
        }
    }
}
