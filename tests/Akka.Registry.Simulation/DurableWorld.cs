using Akka.Registry.DistributedData.Durability;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>A cluster whose machines have disks, and all lose their power at once; with its judges.</summary>
internal sealed class DurableWorld
{
    private readonly SimulatedCluster _cluster;
    private readonly InstanceWorkload _workload;

    /// <summary>Who was gone from everywhere before the power failed; who starts again is taken out.</summary>
    private readonly HashSet<SimulatedInstance> _gone = [];

    /// <summary>Whose disks stayed behind: before they have met another node they know no better.</summary>
    private readonly HashSet<SimulatedNode> _behind = [];

    public DurableWorld(int seed, int nodes, int instances, TimeSpan ttl, RegistryNodeOptions options)
    {
        _cluster = new SimulatedCluster(seed, nodes, options);
        foreach (var node in _cluster.Nodes)
            node.Disk = new SimulatedDisk(_cluster.Scheduler);
        _workload = new InstanceWorkload(_cluster, services: 3, instances, ttl);
        _cluster.StartAll();
        _cluster.AwaitReady();
        _workload.StartAll();
        _cluster.RunFor(TimeSpan.FromSeconds(1));
    }

    /// <summary>What a start makes of the picture that it finds; null for what is there.</summary>
    public Func<MapPicture, MapPicture>? Mutate
    {
        init
        {
            foreach (var node in _cluster.Nodes)
                node.Disk!.Mutate = value;
        }
    }

    /// <summary>From one look for what has returned to the next; default 250 ms.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromMilliseconds(250);

    public Random Random => _cluster.Scheduler.Random;

    public TimeSpan Elapsed => _cluster.Scheduler.Elapsed;

    /// <summary>Instances come, move, die and say goodbye.</summary>
    public void Live(TimeSpan span, int stepMsMax)
    {
        var end = Elapsed + span;
        while (Elapsed < end)
        {
            _workload.Disturb();
            RunFor(TimeSpan.FromMilliseconds(Random.Next(1, stepMsMax)));
        }
    }

    /// <summary>A node's disk refuses for a while, and the node ends with it: its picture stays behind those of the others.</summary>
    public void LeaveBehind(int index, TimeSpan span)
    {
        _cluster[index].Disk!.Refuses = MapStoreProblem.Full;
        _behind.Add(_cluster[index]);
        Live(span, stepMsMax: 1_500);
    }

    /// <summary>A node ends; meanwhile the instances of another one say goodbye, and then that one ends too, for good and without its disk.</summary>
    public void CrashAndEnd(int away, int owner)
    {
        RunFor(TimeSpan.FromSeconds(1));
        _cluster[away].Crash();
        var ended = _workload.Instances.Where((_, i) => i % _cluster.Nodes.Count == owner).ToList();
        foreach (var instance in ended)
            _cluster.Complete(instance.DeregisterAsync());
        RunFor(TimeSpan.FromSeconds(2));
        _gone.UnionWith(ended);
        _cluster[owner].Crash();
        _cluster[owner].Disk!.Wipe();
        _cluster[owner].Start();
    }

    /// <summary>A node starts, and serves again.</summary>
    public void Return(int index)
    {
        _cluster[index].Start();
        RunFor(TimeSpan.FromSeconds(20));
        _cluster.AwaitReady();
    }

    /// <summary>Time passes, and nobody who was gone returns.</summary>
    public void RunFor(TimeSpan span)
    {
        var end = Elapsed + span;
        while (Elapsed < end)
        {
            _cluster.RunFor(end - Elapsed < Look ? end - Elapsed : Look);
            _gone.RemoveWhere(instance => instance.IsAlive);
            CheckGone();
        }
    }

    /// <summary>Power fails everywhere at once; whoever lived for long enough is there when the first node is ready again, and at each.</summary>
    public void CrashAllAndReturn(TimeSpan settled, TimeSpan downMax)
    {
        var (living, gone) = (_workload.Instances.Where(IsEverywhere).Select(instance => (instance, instance.Epoch)).ToList(),
            _workload.Instances.Where(IsNowhere).ToList());
        RunFor(settled + TimeSpan.FromMilliseconds(Random.Next(1_000)));
        living.RemoveAll(one => !one.instance.IsAlive || one.instance.Epoch != one.Epoch || !IsEverywhere(one.instance));
        _gone.UnionWith(gone.Where(IsNowhere));
        foreach (var node in _cluster.Nodes)
        {
            node.LosePower();
            _cluster.RunFor(TimeSpan.FromMilliseconds(Random.Next(20)));
        }

        foreach (var node in _cluster.Nodes)
            node.Disk!.Refuses = null;
        _cluster.RunFor(downMax * Random.NextDouble());
        var waiting = _cluster.Nodes.OrderBy(_ => Random.Next()).ToList();
        var late = new Queue<SimulatedNode>(waiting);
        var deadline = Elapsed + TimeSpan.FromSeconds(60);
        while (waiting.Count > 0)
        {
            if (late.Count > 0 && Random.Next(4) > 0)
            {
                // Who finds one that knows better shows nothing before it knows as much.
                if (_cluster.LiveNodes.Any(node => node.IsServing && !_behind.Contains(node)))
                    _behind.Remove(late.Peek());
                var node = late.Dequeue();
                node.Start();
                // At once when it serves, before anything else can reach it.
                if (Random.Next(2) == 0 && _cluster.Scheduler.RunUntil(() => node.IsServing, TimeSpan.FromSeconds(10)))
                    CheckGone();
            }

            RunFor(TimeSpan.FromMilliseconds(Random.Next(1, 1_500)));
            foreach (var node in waiting.Where(node => node.IsServing).ToList())
            {
                waiting.Remove(node);
                if (!_behind.Contains(node))
                    living.ForEach(one => CheckThere(node, one.instance, one.Epoch));
            }

            if (Elapsed > deadline)
                throw new TimeoutException($"Seed {_cluster.Scheduler.Seed}: {waiting.Count} nodes are not ready again.\n{_cluster.Tail(80)}");
        }

        _cluster.AwaitReady();
        // One exchange of digests, and what it shows to be missing.
        RunFor(TimeSpan.FromSeconds(2));
        foreach (var node in _behind)
            living.ForEach(one => CheckThere(node, one.instance, one.Epoch));
        _behind.Clear();
        CheckGone();
    }

    /// <summary>All nodes agree, on the truth, and nobody needs a human.</summary>
    public void CheckEnd(TimeSpan ttl)
    {
        // An orphan's two graces, silence beyond TTL and its removal, a few exchanges.
        RunFor(TimeSpan.FromSeconds(36) + (4 * ttl));
        Checkers.AllEqual(_cluster);
        _workload.CheckTruth();
        new HarshDisks(_cluster).CheckErrors();
        foreach (var node in _cluster.Nodes)
        {
            if (node.Disk!.Picture is not { } picture || picture.Marks.StateHash != node.Node.Map.Status.StateHash)
                throw new InvariantException($"Seed {_cluster.Scheduler.Seed}: the disk of {node.Name} does not hold what the node holds.");
        }
    }

    private bool IsEverywhere(SimulatedInstance instance) =>
        instance is { IsAlive: true, IsAcknowledged: true } && _cluster.Nodes.All(node => Find(node, instance)?.Epoch == instance.Epoch);

    private bool IsNowhere(SimulatedInstance instance) =>
        !instance.IsAlive && instance.PendingCalls == 0 && _cluster.Nodes.All(node => Find(node, instance) is null);

    private void CheckThere(SimulatedNode node, SimulatedInstance instance, ulong epoch)
    {
        if (instance.Epoch == epoch && instance.IsAlive && Find(node, instance)?.Epoch != epoch)
        {
            throw new InvariantException($"Seed {_cluster.Scheduler.Seed}, {node.Name} at {Elapsed.TotalSeconds:0.000} s: {instance.Key} lives in " +
                $"epoch {epoch}, was everywhere before the power failed, and is not there.\n{_cluster.Tail(80)}");
        }
    }

    private void CheckGone()
    {
        foreach (var node in _cluster.LiveNodes.Where(node => node.IsServing && !_behind.Contains(node)))
        {
            if (_gone.FirstOrDefault(instance => Find(node, instance) is not null) is { } back)
            {
                throw new InvariantException($"Seed {_cluster.Scheduler.Seed}, {node.Name} at {Elapsed.TotalSeconds:0.000} s: {back.Key} was gone " +
                    $"everywhere before the power failed, and is back.\n{_cluster.Tail(80)}");
            }
        }
    }

    private static ServiceEntry? Find(SimulatedNode node, SimulatedInstance instance) =>
        node.Registry.Find(instance.Key.Service)?.Instances.Find(instance.Key.Instance);
}
