namespace Akka.Registry.TestKit;

/// <summary>Instances that come, live, move, die and say goodbye; and the truth about them.</summary>
public sealed class InstanceWorkload
{
    private readonly SimulatedCluster _cluster;
    private readonly List<SimulatedInstance> _instances = [];
    private readonly List<Task> _goodbyes = [];

    /// <summary>Sets instances up, spread over services and nodes; none runs yet.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="services">Over how many services.</param>
    /// <param name="instances">How many.</param>
    /// <param name="ttl">Of each.</param>
    /// <param name="kind">Begins the services' names, where there are several workloads.</param>
    public InstanceWorkload(SimulatedCluster cluster, int services, int instances, TimeSpan ttl, string kind = "service")
    {
        _cluster = cluster;
        for (var i = 0; i < instances; i++)
            _instances.Add(new SimulatedInstance(cluster, $"{kind}-{i % services}", $"instance-{i}", ttl, i % cluster.Nodes.Count));
    }

    /// <summary>Whether instances drain too, and take each other's addresses over; default no.</summary>
    public bool Wide { get; init; }

    /// <summary>All instances, alive or not.</summary>
    public IReadOnlyList<SimulatedInstance> Instances => _instances;

    /// <summary>Starts every instance.</summary>
    public void StartAll() => _instances.ForEach(instance => instance.Start());

    /// <summary>Something happens to one instance, drawn from the seed.</summary>
    public void Disturb()
    {
        var random = _cluster.Scheduler.Random;
        var instance = _instances[random.Next(_instances.Count)];
        var action = random.Next(Wide ? 7 : 5);
        _cluster.Trace.Note("world", $"{instance.Key.Instance} {(instance.IsAlive ? "lives" : "is dead")}, draws {action}");
        if (!instance.IsAlive || action == 0)
            instance.Start();
        else if (action == 1)
            instance.Die();
        else if (action == 2)
            _goodbyes.Add(instance.DeregisterAsync());
        else if (action == 3)
            _goodbyes.Add(instance.SucceedAsync(random.Next(_cluster.Nodes.Count)));
        else if (action == 5)
            instance.Drain();
        else if (action == 6)
            TakeAddress(instance, _instances[random.Next(_instances.Count)]);
        else
            instance.MoveTo(random.Next(_cluster.Nodes.Count));
    }

    /// <summary>One process dies, and another, of another id, comes up where it was.</summary>
    private static void TakeAddress(SimulatedInstance instance, SimulatedInstance other)
    {
        if (instance == other)
            return;
        other.Die();
        (instance.Address, other.Address) = (other.Address, instance.Address);
        instance.Start();
    }

    /// <summary>Every live node shows every living instance in its own epoch, passing, and no other.</summary>
    public void CheckTruth()
    {
        foreach (var goodbye in _goodbyes)
        {
            if (goodbye.IsFaulted)
                throw new InvariantException($"Seed {_cluster.Scheduler.Seed}: a goodbye failed: {goodbye.Exception}");
        }

        foreach (var node in _cluster.LiveNodes)
        {
            foreach (var instance in _instances)
                Check(node, instance);
        }
    }

    private void Check(SimulatedNode node, SimulatedInstance instance)
    {
        var entry = node.Registry.Find(instance.Key.Service)?.Instances.Find(instance.Key.Instance);
        var where = $"seed {_cluster.Scheduler.Seed}, {node.Name}, {instance.Key.Service}/{instance.Key.Instance}";
        if (!instance.IsAlive)
        {
            if (entry is not null)
                throw new InvariantException(
                    $"{where}: ended at {instance.EndedAt}, still there as {entry.Status}, epoch {entry.Epoch}, " +
                    $"{entry.Record.Dot}, {LeaseOf(entry)}.\n{_cluster.Tail(80)}");
            return;
        }

        if (entry is null)
            throw new InvariantException($"{where}: lives in epoch {instance.Epoch}, and is missing.\n{_cluster.Tail(80)}");
        if (entry.Epoch != instance.Epoch)
            throw new InvariantException($"{where}: lives in epoch {instance.Epoch}, shown in {entry.Epoch}.\n{_cluster.Tail(80)}");
        if (entry.Address != instance.Address)
            throw new InvariantException($"{where}: lives at {instance.Address}, shown at {entry.Address}.\n{_cluster.Tail(80)}");
        if (entry.Status != instance.Status || entry.Unverified)
            throw new InvariantException(
                $"{where}: lives as {instance.Status}, shown as {entry.Status}{(entry.Unverified ? ", unverified" : "")}.\n{_cluster.Tail(80)}");
    }

    private string LeaseOf(ServiceEntry entry)
    {
        var owner = _cluster.LiveNodes.FirstOrDefault(node => node.Node.Self.Uid == entry.Owner);
        return owner is null ? "its owner is gone"
            : owner.Registry.ExpiresIn(entry) is { } left ? $"{owner.Name}'s lease runs for {left}"
            : $"{owner.Name} owns it and has no lease";
    }
}
