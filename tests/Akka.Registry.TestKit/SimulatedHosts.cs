using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster.Transport;

namespace Akka.Registry.TestKit;

/// <summary>The hosts of simulated instances: each answers as the state of its process and of the network between has it.</summary>
public sealed class SimulatedHosts(VirtualScheduler scheduler)
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(1);

    private readonly List<SimulatedInstance> _instances = [];

    /// <summary>Tries that were made, by outcome.</summary>
    public Dictionary<ProbeOutcome, int> Tries { get; } = [];

    /// <summary>A node's way to try whether an instance listens.</summary>
    public IAddressProbe ProbeFrom(SimulatedNode node) => new Probe(this, node);

    internal string Add(SimulatedInstance instance)
    {
        var number = _instances.Count + 1;
        _instances.Add(instance);
        return $"10.1.{number / 250}.{1 + (number % 250)}";
    }

    /// <summary>Who serves at the address; else one that did.</summary>
    private SimulatedInstance? At(string host)
    {
        var last = default(SimulatedInstance);
        foreach (var instance in _instances)
        {
            if (instance.Address == host && (last is null || instance.IsAlive))
                last = instance;
        }

        return last;
    }

    private sealed class Probe(SimulatedHosts hosts, SimulatedNode node) : IAddressProbe
    {
        public Task<ProbeOutcome> ProbeAsync(string host, int port, TimeSpan timeout)
        {
            var outcome = hosts.At(host) is not { } instance || !instance.Reaches(node) ? ProbeOutcome.Silent
                : instance is { IsAlive: true, Listens: true } ? ProbeOutcome.Connected
                : ProbeOutcome.Refused;
            hosts.Tries[outcome] = hosts.Tries.GetValueOrDefault(outcome) + 1;
            var tried = new TaskCompletionSource<ProbeOutcome>();
            hosts.Schedule(outcome == ProbeOutcome.Silent ? timeout : RoundTrip, () => tried.SetResult(outcome));
            return tried.Task;
        }
    }

    private void Schedule(TimeSpan delay, Action action) => scheduler.Schedule(delay, action);
}
