using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>
/// Reports of three clients at three different nodes make an instance suspect on every node within a second; one that beats and answers is
/// cleared; one whose port is dead stays suspect for as long as it beats, and is never removed for it.
/// </summary>
internal static class SuspicionTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan Known = TimeSpan.FromSeconds(1);

    /// <summary>The hold, a try each 2 s, a beat each 3 s, a look each 250 ms and the way to the others.</summary>
    private static readonly TimeSpan Cleared = TimeSpan.FromSeconds(10 + 2 + 3 + 1);

    public static void Run(int seed)
    {
        var cluster = new SimulatedCluster(seed, nodes: 5, QuietWorld.Ungoverned);
        cluster.StartAll();
        cluster.AwaitReady();
        var random = cluster.Scheduler.Random;
        var workload = new InstanceWorkload(cluster, services: 1, instances: 6, Ttl);
        var instances = workload.Instances;
        workload.StartAll();
        cluster.Await("all are registered", () => instances.All(instance => instance.IsAcknowledged), TimeSpan.FromSeconds(5));
        cluster.RunFor(TimeSpan.FromSeconds(1));

        var (sound, dead) = (instances[random.Next(3)], instances[3 + random.Next(3)]);
        dead.Listens = false;
        Report(cluster, sound);
        Report(cluster, dead);
        cluster.RunFor(Known);
        Check(cluster, instances, sound, dead);

        cluster.RunFor(Cleared);
        Check(cluster, instances, dead);

        // Its owner dies: whoever takes the lease over goes on from the record.
        var owner = cluster.LiveNodes.First(node => node.Node.Self.Uid == Find(cluster[0], dead).Owner);
        owner.Crash();
        cluster.RunFor(Ttl + TimeSpan.FromSeconds(5));
        Check(cluster, instances, dead);
        dead.Listens = true;
        cluster.RunFor(Cleared);
        Check(cluster, instances);
        Checkers.AllEqual(cluster);
        Checkers.NoErrors(cluster);
    }

    /// <summary>One client each at three different nodes; one of them says it again, which makes no fourth.</summary>
    private static void Report(SimulatedCluster cluster, SimulatedInstance instance)
    {
        var nodes = cluster.LiveNodes.ToArray();
        cluster.Scheduler.Random.Shuffle(nodes);
        for (var i = 0; i < 3; i++)
        {
            _ = nodes[i].Registry.ReportFailureAsync(instance.Key, instance.Epoch, (ulong)i + 1);
            cluster.RunFor(TimeSpan.FromMilliseconds(cluster.Scheduler.Random.Next(100)));
        }

        _ = nodes[0].Registry.ReportFailureAsync(instance.Key, instance.Epoch, 1);
    }

    private static void Check(SimulatedCluster cluster, IReadOnlyList<SimulatedInstance> instances, params SimulatedInstance[] suspects)
    {
        foreach (var node in cluster.LiveNodes)
        {
            foreach (var instance in instances)
            {
                var entry = Find(node, instance);
                if (entry.Suspect != suspects.Contains(instance))
                    Fail(cluster, $"{node.Name} shows {instance.Key} as {(entry.Suspect ? "suspect" : "sound")}");
                if (entry.Status != InstanceStatus.Passing)
                    Fail(cluster, $"{node.Name} shows {instance.Key} as {entry.Status}");
            }
        }
    }

    private static ServiceEntry Find(SimulatedNode node, SimulatedInstance instance) =>
        node.Registry.Find(instance.Key.Service)?.Instances.Find(instance.Key.Instance)
        ?? throw new InvariantException($"{node.Name} does not show {instance.Key}.");

    private static void Fail(SimulatedCluster cluster, string what) => throw new InvariantException(
        $"Seed {cluster.Scheduler.Seed}, {cluster.Scheduler.Elapsed.TotalSeconds:0.000} s: {what}.\n{cluster.Tail(60)}");
}
