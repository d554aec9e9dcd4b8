using System.Diagnostics.Metrics;
using Akka.Registry.Server.Problems;

namespace Akka.Registry.Server.Metrics;

/// <summary>What the HTTP door counts of itself.</summary>
internal sealed class ServerMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Akka.Registry.Server";

    private readonly Counter<long> _problems;
    private readonly UpDownCounter<long> _streams;
    private readonly Counter<long> _events;

    public ServerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _problems = meter.CreateCounter<long>("akka.registry.http.problems", "{problem}", "Requests that were answered with a problem.");
        _streams = meter.CreateUpDownCounter<long>("akka.registry.http.streams", "{stream}", "Event streams that are open.");
        _events = meter.CreateCounter<long>("akka.registry.http.stream.events", "{event}", "Events that were written to event streams.");
    }

    /// <summary>A request was answered with a problem.</summary>
    public void ProblemSent(ProblemType type) => _problems.Add(1, new KeyValuePair<string, object?>("type", type.Name));

    /// <summary>An event stream began.</summary>
    public void StreamOpened() => _streams.Add(1);

    /// <summary>An event stream ended.</summary>
    public void StreamClosed() => _streams.Add(-1);

    /// <summary>An event was written to one stream.</summary>
    public void EventWritten() => _events.Add(1);
}
