using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster.Transport;

namespace Akka.Registry.TestKit;

/// <summary>The hosts of simulated instances: each answers as the state of its process and of the network between has it.</summary>
public sealed class SimulatedHosts(VirtualScheduler scheduler)
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(1);

    private readonly Dictionary<string, SimulatedInstance> _instances = [];

    /// <summary>Tries that were made, by outcome.</summary>
    public Dictionary<ProbeOutcome, int> Tries { get; } = [];

    /// <summary>A node's way to try whether an instance listens.</summary>
    public IAddressProbe ProbeFrom(SimulatedNode node) => new Probe(this, node);

    internal string Add(SimulatedInstance instance)
    {
        var number = _instances.Count + 1;
        var address = $"10.1.{number / 250}.{1 + (number % 250)}";
        _instances.Add(address, instance);
        return address;
    }

    private sealed class Probe(SimulatedHosts hosts, SimulatedNode node) : IAddressProbe
    {
        public Task<ProbeOutcome> ProbeAsync(string host, int port, TimeSpan timeout)
        {
            var outcome = !hosts._instances.TryGetValue(host, out var instance) || !instance.Reaches(node) ? ProbeOutcome.Silent
                : instance.IsAlive ? ProbeOutcome.Connected
                : ProbeOutcome.Refused;
            hosts.Tries[outcome] = hosts.Tries.GetValueOrDefault(outcome) + 1;
            var tried = new TaskCompletionSource<ProbeOutcome>();
            hosts.Schedule(outcome == ProbeOutcome.Silent ? timeout : RoundTrip, () => tried.SetResult(outcome));
            return tried.Task;
        }
    }

    private void Schedule(TimeSpan delay, Action action) => scheduler.Schedule(delay, action);
}
