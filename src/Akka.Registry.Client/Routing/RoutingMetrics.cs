using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Akka.Registry.Client.Routing;

/// <summary>A router's instruments, on the meter <c>Akka.Registry.Client</c>. Any thread.</summary>
internal sealed class RoutingMetrics : IDisposable
{
    /// <summary>The meter's name, and the activity source's.</summary>
    public const string Name = "Akka.Registry.Client";

    private const string ServiceTag = "akka.registry.service";

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _calls;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _hedges;
    private readonly Counter<long> _refusedRetries;
    private readonly Counter<long> _ejections;
    private readonly UpDownCounter<long> _ejected;

    public RoutingMetrics()
    {
        _calls = _meter.CreateCounter<long>(
            "akka.registry.client.calls", "{call}", "Calls to instances that ended, by service and outcome; each attempt is one.");
        _retries = _meter.CreateCounter<long>("akka.registry.client.retries", "{call}", "Attempts that followed a failed one.");
        _hedges = _meter.CreateCounter<long>("akka.registry.client.hedges", "{call}", "Attempts beside one that had not answered yet.");
        _refusedRetries = _meter.CreateCounter<long>(
            "akka.registry.client.retries.refused", "{call}", "Attempts that were not made because the budget of retries was spent.");
        _ejections = _meter.CreateCounter<long>("akka.registry.client.ejections", "{ejection}", "Instances that were ejected, by service and cause.");
        _ejected = _meter.CreateUpDownCounter<long>("akka.registry.client.ejected", "{instance}", "Instances that are ejected now.");
    }

    /// <summary>The meter that it counts on.</summary>
    public Meter Meter => _meter;

    public void Called(string service, CallOutcome outcome)
    {
        if (_calls.Enabled)
            _calls.Add(1, new TagList { { ServiceTag, service }, { "outcome", Text(outcome) } });
    }

    public void Retried(string service) => _retries.Add(1, Tag(service));

    public void Hedged(string service) => _hedges.Add(1, Tag(service));

    public void RetryRefused(string service) => _refusedRetries.Add(1, Tag(service));

    public void Ejected(string service, EjectionCause cause)
    {
        var text = cause == EjectionCause.SuccessRate ? "success_rate" : "consecutive_failures";
        _ejections.Add(1, new TagList { { ServiceTag, service }, { "cause", text } });
    }

    public void EjectedChanged(string service, int by)
    {
        if (by != 0)
            _ejected.Add(by, Tag(service));
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string service) => new(ServiceTag, service);

    private static string Text(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Succeeded => "succeeded",
        CallOutcome.Failed => "failed",
        CallOutcome.ConnectFailed => "connect_failed",
        _ => throw new UnreachableException($"No outcome {outcome}."),
    };
}
