using System.Diagnostics.Metrics;
using Akka.Registry.Checks;
using Akka.Registry.Contracts.Limits;
using Akka.Registry.Views;

namespace Akka.Registry;

/// <summary>The registry's instruments, on the meter <c>Akka.Registry</c>. Any thread.</summary>
public sealed class RegistryMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Akka.Registry";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _registrations;
    private readonly Counter<long> _beats;
    private readonly Counter<long> _deregistrations;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _failureReports;
    private readonly Counter<long> _reportsDropped;
    private readonly Counter<long> _suspicions;
    private readonly Counter<long> _suspicionsCleared;
    private readonly Counter<long> _denied;

    /// <summary>Makes the counters.</summary>
    public RegistryMetrics()
    {
        _registrations = _meter.CreateCounter<long>("akka_registry.registrations", "{registration}", "Registrations that this node has taken.");
        _beats = _meter.CreateCounter<long>("akka_registry.beats", "{beat}", "Heartbeats that callers of this node made and that counted.");
        _deregistrations = _meter.CreateCounter<long>("akka_registry.deregistrations", "{entry}", "Entries that were deregistered anywhere.");
        _evictions = _meter.CreateCounter<long>("akka_registry.evictions", "{entry}", "Entries that were evicted anywhere for silence.");
        _unreadable = _meter.CreateCounter<long>("akka_registry.unreadable", "{record}", "Records of peers that this build cannot read; skipped.");
        _malformed = _meter.CreateCounter<long>("akka_registry.malformed_frames", "{frame}", "Messages of peers that make no sense; ignored.");
        _failureReports = _meter.CreateCounter<long>(
            "akka_registry.failure_reports", "{report}", "Failure reports of this node's clients that count.");
        _reportsDropped = _meter.CreateCounter<long>(
            "akka_registry.failure_reports_dropped", "{report}", "Failure reports that were dropped: as many instances are reported as may be.");
        _suspicions = _meter.CreateCounter<long>("akka_registry.suspicions", "{instance}", "Instances of this node that reports made suspect.");
        _suspicionsCleared = _meter.CreateCounter<long>(
            "akka_registry.suspicions_cleared", "{instance}", "Instances of this node that are suspect no more: they beat, and answered.");
        _denied = _meter.CreateCounter<long>(
            "akka_registry.denied_calls", "{call}", "Calls that were denied for want of a right or of a token that counts, by door.");
        Limits = new LimitCounter(_meter);
        Checks = new CheckMetrics(_meter);
    }

    internal Meter Meter => _meter;

    internal CheckMetrics Checks { get; }

    internal LimitCounter Limits { get; }

    internal void Registered() => _registrations.Add(1);

    internal void Beaten(int count = 1) => _beats.Add(count);

    internal void Deregistered() => _deregistrations.Add(1);

    internal void Evicted() => _evictions.Add(1);

    internal void Unreadable() => _unreadable.Add(1);

    internal void Malformed() => _malformed.Add(1);

    internal void FailuresReported(int count) => _failureReports.Add(count);

    internal void ReportDropped() => _reportsDropped.Add(1);

    internal void Suspected() => _suspicions.Add(1);

    internal void SuspicionCleared() => _suspicionsCleared.Add(1);

    internal void Denied(string door) => _denied.Add(1, new KeyValuePair<string, object?>("door", door));

    /// <summary>Counts a refusal if a limit is its reason.</summary>
    /// <returns>The refusal.</returns>
    internal RegistryException Counted(RegistryException refusal)
    {
        if (refusal.Limit is { } limit)
            Limits.Reached(limit);
        return refusal;
    }

    /// <summary>Shows what the node holds.</summary>
    internal void Observe(RegistryViews views, Func<int> subscriptions, Func<int> sessions, Func<int> suspects)
    {
        _meter.CreateObservableGauge("akka_registry.entries", () => views.EntryCount, "{entry}", "Live entries.");
        _meter.CreateObservableGauge("akka_registry.services", () => views.ServiceCount, "{service}", "Services that have an entry.");
        _meter.CreateObservableGauge("akka_registry.subscriptions", subscriptions, "{subscription}", "Subscriptions at this node.");
        _meter.CreateObservableGauge("akka_registry.sessions", sessions, "{session}", "Clients' sessions that are open at this node.");
        _meter.CreateObservableGauge("akka_registry.suspects", suspects, "{instance}", "Instances of this node that are suspect.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
