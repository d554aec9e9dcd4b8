using System.Diagnostics;
using Akka.Registry.Client.Registrar;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Hosting.Registering;

/// <summary>Looks at an application's health at intervals, and reports it as its instance's status.</summary>
internal sealed class HealthReporter(
    Func<CancellationToken, ValueTask<HealthStatus>> check, RegisteredInstance instance, RegistrationOptions options,
    TimeProvider time, ILogger logger)
{
    private bool _isUnknown;

    /// <summary>What a health is as a status.</summary>
    public static InstanceStatus StatusOf(HealthStatus health) => health switch
    {
        HealthStatus.Healthy => InstanceStatus.Passing,
        HealthStatus.Degraded => InstanceStatus.Warning,
        HealthStatus.Unhealthy => InstanceStatus.Critical,
        _ => throw new UnreachableException($"No status for {health}."),
    };

    /// <summary>Looks at once, then at each interval, until it is stopped. Never fails.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.HealthInterval, time);
        try
        {
            do
            {
                var status = await LookAsync(stop);
                // Who drains is not called back by its own health.
                if (!stop.IsCancellationRequested && instance.Status != InstanceStatus.Draining)
                    instance.Report(status);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // It is stopped.
        }
    }

    private async Task<InstanceStatus> LookAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(options.HealthTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            // A check that ignores its token is left behind: the wait ends, and so does the next one.
            var health = await check(either.Token).AsTask().WaitAsync(either.Token);
            _isUnknown = false;
            return StatusOf(health);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure)
        {
            // The edge of the application: what fails there is its health, and is told once.
            if (!_isUnknown)
                Log.HealthUnknown(logger, instance.Registration.Service, instance.Registration.Id, failure);
            _isUnknown = true;
            return InstanceStatus.Critical;
        }
    }
}
