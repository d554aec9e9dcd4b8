using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Akka.Registry.Contracts.Limits;

namespace Akka.Registry.Contracts.Tests.Limits;

/// <summary>How often limits were reached in this process since it began to watch, by setting. Tests that run meanwhile count too.</summary>
internal sealed class LimitWatch : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _reached = new();

    public LimitWatch()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == LimitCounter.Name)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var (name, setting) in tags)
            {
                if (name == LimitCounter.Label)
                    _reached.AddOrUpdate((string)setting!, value, (_, sum) => sum + value);
            }
        });
        _listener.Start();
    }

    /// <summary>The count of a setting.</summary>
    public long this[string setting] => _reached.GetValueOrDefault(setting);

    public void Dispose() => _listener.Dispose();
}
