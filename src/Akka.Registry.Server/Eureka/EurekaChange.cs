using System.Collections.Concurrent;
using Akka.Registry.Queries;
using Akka.Registry.Security;

namespace Akka.Registry.Server.Eureka;

/// <summary>An application: every service whose name differs from its own in case alone. Immutable.</summary>
/// <param name="Name">In capitals.</param>
/// <param name="Instances">All instances, by id; of two services with one id the later name's.</param>
internal sealed record EurekaApp(string Name, InstanceList Instances);

/// <summary>What happened to an instance lately.</summary>
/// <param name="App">The application's name, in capitals.</param>
/// <param name="Entry">The entry as it stands, or as it last stood.</param>
/// <param name="Action">What happened; of several changes the last.</param>
/// <param name="At">When this node noticed, on its monotonic clock.</param>
/// <param name="Time">The same as a time of day.</param>
internal sealed record EurekaChange(string App, ServiceEntry Entry, EurekaAction Action, TimeSpan At, DateTimeOffset Time);

/// <summary>The registry as Eureka's clients see it at one moment: what it says of itself is true of what it holds.</summary>
internal sealed class EurekaState
{
    private readonly ConcurrentDictionary<string, EurekaState> _seen = new(StringComparer.Ordinal);

    /// <summary>By name.</summary>
    public required IReadOnlyList<EurekaApp> Apps { get; init; }

    /// <summary>Each instance that changed lately, once: the longest ago first.</summary>
    public required IReadOnlyList<EurekaChange> Changes { get; init; }

    /// <summary>How many instances have which status, as clients count them.</summary>
    public required string HashCode { get; init; }

    /// <summary>Changes with the content; neither it nor what it is compared with is ever -1, which means "no deltas".</summary>
    public required int Version { get; init; }

    /// <summary>What a caller may see of it; made once for all who may see the same.</summary>
    public EurekaState SeenBy(GuardedRegistry guard) => _seen.GetOrAdd(guard.Sight, _ => Filter(guard));

    /// <summary>The application of that name in capitals; null for none.</summary>
    public EurekaApp? Find(string name)
    {
        int low = 0, high = Apps.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(Apps[middle].Name, name);
            if (order == 0)
                return Apps[middle];
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    private EurekaState Filter(GuardedRegistry guard)
    {
        var (apps, counts) = (new List<EurekaApp>(), new int[EurekaStatuses.Count]);
        foreach (var app in Apps)
        {
            var seen = app.Instances.Where(entry => guard.MayRead(entry.Service)).ToList();
            foreach (var entry in seen)
                counts[(int)EurekaStatuses.Of(entry)]++;
            if (seen.Count > 0)
                apps.Add(seen.Count == app.Instances.Count ? app : app with { Instances = InstanceList.From(seen) });
        }

        return new EurekaState
        {
            Apps = apps,
            Changes = [.. Changes.Where(change => guard.MayRead(change.Entry.Service))],
            HashCode = EurekaText.HashCode(counts),
            Version = Version,
        };
    }
}
