using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.Leases;

namespace Akka.Registry.Confirmation;

/// <summary>Makes the probes of an order, so many at once. Called by one actor; the probes end on any thread.</summary>
internal sealed class ProbeBench(IAddressProbe probe, ConfirmationOptions limits)
{
    private int _underWay;

    /// <summary>Tries every address once. What there is no room for counts as silent.</summary>
    public async Task<ProbeResults> ProbeAsync(ProbeRequest request)
    {
        var tries = new Task<ProbeOutcome>?[request.Targets.Count];
        for (var i = 0; i < tries.Length; i++)
        {
            var target = request.Targets[i];
            if (target.Port is 0 or > 65_535 || target.Host.Length is 0 or > 255)
                continue;
            if (Interlocked.Increment(ref _underWay) > limits.Concurrent)
                Interlocked.Decrement(ref _underWay);
            else
                tries[i] = ProbeAsync(target);
        }

        var results = new ProbeResults { Batch = request.Batch };
        foreach (var one in tries)
            results.Outcomes.Add(one is null ? WireProbeOutcome.Silent : (WireProbeOutcome)await one.ConfigureAwait(false));
        return results;
    }

    private async Task<ProbeOutcome> ProbeAsync(ProbeTarget target)
    {
        try
        {
            return await probe.ProbeAsync(target.Host, (int)target.Port, limits.Timeout).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
