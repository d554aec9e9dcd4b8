namespace Akka.Registry.TestKit;

/// <summary>Looks at every node again and again while time passes: whoever lives is never missing, nor condemned.</summary>
public sealed class Continuity(SimulatedCluster cluster, IEnumerable<SimulatedInstance> instances)
{
    private readonly List<(SimulatedInstance Instance, ulong Epoch)> _watched =
        [.. from instance in instances where instance is { IsAlive: true, IsAcknowledged: true } select (instance, instance.Epoch)];

    /// <summary>Whether an entry may be shown as unverified, as it is while its owner is gone; default yes.</summary>
    public bool MayBeUnverified { get; init; } = true;

    /// <summary>From one look to the next; default 500 ms.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Which nodes must show them; by default all that serve.</summary>
    public Func<SimulatedNode, bool> Where { get; init; } = _ => true;

    /// <summary>Lets time pass and looks at each step.</summary>
    /// <exception cref="InvariantException">An instance that lives is missing, or shown as if it did not.</exception>
    public void RunFor(TimeSpan span)
    {
        var end = cluster.Scheduler.Elapsed + span;
        while (cluster.Scheduler.Elapsed < end)
        {
            cluster.RunFor(Step);
            Check();
        }
    }

    /// <summary>Looks once.</summary>
    public void Check()
    {
        foreach (var node in cluster.LiveNodes)
        {
            if (!node.IsServing || !Where(node))
                continue;
            foreach (var (instance, epoch) in _watched)
            {
                if (instance.IsAlive && instance.Epoch == epoch)
                    Check(node, instance);
            }
        }
    }

    private void Check(SimulatedNode node, SimulatedInstance instance)
    {
        var entry = node.Registry.Find(instance.Key.Service)?.Instances.Find(instance.Key.Instance);
        var found = entry is null ? "missing"
            : entry.Epoch != instance.Epoch ? $"shown in epoch {entry.Epoch}"
            : entry.Status != InstanceStatus.Passing && entry.Status != instance.Status ? $"shown as {entry.Status}"
            : entry.Unverified && !MayBeUnverified ? "unverified"
            : null;
        if (found is not null)
        {
            throw new InvariantException($"Seed {cluster.Scheduler.Seed}, {cluster.Scheduler.Elapsed.TotalSeconds:0.000} s, {node.Name}: " +
                $"{instance.Key.Service}/{instance.Key.Instance} lives in epoch {instance.Epoch}, was last taken at " +
                $"{instance.LastTakenAt.TotalSeconds:0.000} s, and is {found}.\n{cluster.Tail(80)}");
        }
    }
}
