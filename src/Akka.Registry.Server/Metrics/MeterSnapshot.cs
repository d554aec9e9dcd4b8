using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Akka.Registry.Server.Metrics;

/// <summary>Listens to the registry's meters and writes what they say, when asked.</summary>
internal sealed class MeterSnapshot : IDisposable
{
    private const string MeterPrefix = "Akka.Registry";
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory? _factory;

    /// <summary>Begins to listen.</summary>
    /// <param name="factory">Of meters that a factory made, only this one's are heard: two nodes in one process do not mix.</param>
    public MeterSnapshot(IMeterFactory? factory)
    {
        _factory = factory;
        _listener.InstrumentPublished = OnPublished;
        _listener.MeasurementsCompleted = (instrument, _) => _families.TryRemove(instrument, out MetricFamily? _);
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Writes every metric, by name.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder(16 * 1024);
        long dropped = 0;
        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            family.Write(text);
            dropped += family.Dropped;
        }

        text.Append("# HELP akka_registry_metrics_dropped_total Measurements that were dropped: too many sets of labels.\n")
            .Append("# TYPE akka_registry_metrics_dropped_total counter\n")
            .Append($"akka_registry_metrics_dropped_total {dropped}\n");
        Encoding.UTF8.GetBytes(text.ToString(), output);
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        var meter = instrument.Meter;
        if (!meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal))
            return;
        if (meter.Scope is not null && _factory is not null && !ReferenceEquals(meter.Scope, _factory))
            return;
        listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, static published => new MetricFamily(published)));
    }
}
