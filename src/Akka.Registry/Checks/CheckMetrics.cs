using System.Diagnostics.Metrics;

namespace Akka.Registry.Checks;

/// <summary>The instruments of checks. Any thread.</summary>
internal sealed class CheckMetrics
{
    private readonly Counter<long> _runs;
    private readonly Histogram<double> _duration;
    private int _count;
    private int _critical;
    private int _inFlight;
    private int _waiting;

    /// <summary>Makes the instruments.</summary>
    public CheckMetrics(Meter meter)
    {
        _runs = meter.CreateCounter<long>("akka_registry.checks.runs", "{run}", "Runs of checks that ended at this node, by kind and result.");
        _duration = meter.CreateHistogram<double>("akka_registry.checks.duration", "s", "How long runs of checks took, by kind.");
        meter.CreateObservableGauge("akka_registry.checks.held", () => Volatile.Read(ref _count), "{check}", "Checks of this node's entries.");
        meter.CreateObservableGauge("akka_registry.checks.critical", () => Volatile.Read(ref _critical), "{check}", "Those that are critical.");
        meter.CreateObservableGauge("akka_registry.checks.in_flight", () => Volatile.Read(ref _inFlight), "{run}", "Runs that are under way.");
        meter.CreateObservableGauge("akka_registry.checks.waiting", () => Volatile.Read(ref _waiting), "{run}", "Runs that wait for their turn.");
    }

    /// <summary>A run has ended.</summary>
    public void Ran(string kind, InstanceStatus status, TimeSpan duration)
    {
        var ofKind = new KeyValuePair<string, object?>("kind", kind);
        _runs.Add(1, ofKind, new KeyValuePair<string, object?>("status", NameOf(status)));
        _duration.Record(duration.TotalSeconds, ofKind);
    }

    /// <summary>How the checks of this node stand.</summary>
    public void Stand(CheckMachine machine)
    {
        Volatile.Write(ref _count, machine.Count);
        Volatile.Write(ref _critical, machine.CriticalCount);
        Volatile.Write(ref _inFlight, machine.InFlight);
        Volatile.Write(ref _waiting, machine.WaitingCount);
    }

    private static string NameOf(InstanceStatus status) => status switch
    {
        InstanceStatus.Passing => "passing",
        InstanceStatus.Warning => "warning",
        _ => "critical",
    };
}
