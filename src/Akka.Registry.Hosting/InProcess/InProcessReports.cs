using Akka.Registry.Client;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Reports;
using Akka.Registry.Client.Routing;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Hosting.InProcess;

/// <summary>Failures that the application reports, told to the node beside it; by the rules of a client's session.</summary>
internal sealed class InProcessReports(RegistryClientOptions options, TimeProvider time) : IFailureReports
{
    private readonly Lock _gate = new();
    private readonly ReportBook _book = new(options);
    private readonly long _began = time.GetTimestamp();
    private IServiceRegistry? _registry;
    private ulong _reporter;

    /// <summary>The node runs.</summary>
    /// <param name="registry">Its registry.</param>
    /// <param name="reporter">Who reports: the node's uid, which no client has.</param>
    public void Begin(IServiceRegistry registry, ulong reporter)
    {
        lock (_gate)
            (_registry, _reporter) = (registry, reporter);
    }

    /// <inheritdoc/>
    public void Report(ServiceInstance instance, CallOutcome outcome)
    {
        lock (_gate)
        {
            if (_registry is { } registry && _book.Report(instance.Service, instance.Id, instance.Epoch, time.GetElapsedTime(_began)))
                _ = Task.Run(() => TellAsync(registry), CancellationToken.None);
        }
    }

    private async Task TellAsync(IServiceRegistry registry)
    {
        IReadOnlyList<Frame> due;
        lock (_gate)
            due = _book.Due();
        foreach (var report in due.SelectMany(frame => frame.Read(FailureReports.Parser).Reports))
        {
            try
            {
                await registry.ReportFailureAsync(new RecordKey(report.Service, report.Instance), report.Epoch, _reporter);
            }
            catch (Exception lost) when (lost is RegistryException or TimeoutException or ObjectDisposedException)
            {
                // At most once: who still fails reports again.
            }
        }
    }
}
