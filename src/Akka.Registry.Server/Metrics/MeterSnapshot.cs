using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;

namespace Akka.Registry.Server.Metrics;

/// <summary>Listens to the registry's meters, and to those of the platform that concern it, and writes what they say, when asked.</summary>
internal sealed class MeterSnapshot : IDisposable
{
    /// <summary>What the names of the registry's own meters begin with.</summary>
    public const string MeterPrefix = "Akka.Registry";

    /// <summary>Meters of the platform that whoever runs a node wants beside: the process, and the HTTP door.</summary>
    public static readonly string[] PlatformMeters = ["System.Runtime", "Microsoft.AspNetCore.Hosting"];

    // Of the runtime's many those that graphs and alerts need; some others have names that Prometheus' linter refuses (..._count).
    private static readonly HashSet<string> OfPlatform = new(StringComparer.Ordinal)
    {
        "dotnet.process.cpu.time", "dotnet.process.memory.working_set", "dotnet.gc.collections", "dotnet.gc.heap.total_allocated",
        "dotnet.gc.last_collection.heap.size", "dotnet.gc.pause.time", "dotnet.exceptions",
        "dotnet.monitor.lock_contentions", "http.server.request.duration", "http.server.active_requests",
    };

    private const string DroppedName = "akka_registry_metrics_dropped_total";
    // By name: instruments of one name (of two nodes in one process) are one metric, whose counters add up. Nobody may tell of a family twice.
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory? _factory;

    /// <summary>Begins to listen.</summary>
    /// <param name="factory">Of meters that a factory made, only this one's are heard: two nodes in one process do not mix.</param>
    public MeterSnapshot(IMeterFactory? factory)
    {
        _factory = factory;
        _listener.InstrumentPublished = OnPublished;
        _listener.MeasurementsCompleted = (_, family) => OnCompleted((MetricFamily)family!);
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Writes every metric, by name.</summary>
    public void Write(IBufferWriter<byte> output, MetricsFormat format)
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder(16 * 1024);
        long dropped = 0;
        foreach (var family in All())
        {
            family.Write(text, format);
            dropped += family.Dropped;
        }

        var dropFamily = MetricFamily.FamilyName(DroppedName, format);
        text.Append($"# HELP {dropFamily} Measurements that were dropped: too many sets of labels.\n")
            .Append($"# TYPE {dropFamily} counter\n")
            .Append($"{DroppedName} {dropped}\n");
        if (format == MetricsFormat.OpenMetrics)
            text.Append("# EOF\n");
        Encoding.UTF8.GetBytes(text.ToString(), output);
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        var meter = instrument.Meter;
        if (!meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal) && !OfPlatform.Contains(instrument.Name))
            return;
        if (meter.Scope is not null && _factory is not null && !ReferenceEquals(meter.Scope, _factory))
            return;
        var published = new MetricFamily(instrument);
        lock (_lock)
        {
            if (!_families.TryGetValue(published.Name, out var family))
                _families.Add(published.Name, family = new Family(published));
            family.Instruments++;
            published = family.Metric;
        }

        listener.EnableMeasurementEvents(instrument, published);
    }

    private void OnCompleted(MetricFamily metric)
    {
        lock (_lock)
        {
            if (_families.TryGetValue(metric.Name, out var family) && --family.Instruments == 0)
                _families.Remove(metric.Name);
        }
    }

    private List<MetricFamily> All()
    {
        lock (_lock)
            return [.. _families.Values.Select(family => family.Metric).OrderBy(metric => metric.Name, StringComparer.Ordinal)];
    }

    /// <summary>A metric, and how many instruments feed it.</summary>
    private sealed class Family(MetricFamily metric)
    {
        public MetricFamily Metric { get; } = metric;

        public int Instruments { get; set; }
    }
}
