using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>A ready cluster whose instances have all registered and been seen everywhere; what one scenario begins with.</summary>
internal sealed class QuietWorld
{
    public static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);

    public QuietWorld(int seed, int nodes = 5, int instances = 20, RegistryNodeOptions? options = null, bool wide = false)
    {
        Cluster = new SimulatedCluster(seed, nodes, options ?? Ungoverned);
        Workload = new InstanceWorkload(Cluster, services: 2, instances, Ttl) { Wide = wide };
        Cluster.StartAll();
        Cluster.AwaitReady();
        Workload.StartAll();
        Cluster.RunFor(TimeSpan.FromSeconds(1));
        Lives = new Continuity(Cluster, Workload.Instances);
        Lives.Check();
    }

    /// <summary>Nothing is held for the number of those that fell silent, and nothing that was ended is kept once everybody has it.</summary>
    public static RegistryNodeOptions Ungoverned { get; } = new()
    {
        Leases = new LeaseOptions { Governor = new GovernorOptions { Share = 1 } },
        Replication = new ReplicationOptions { EndedRetention = TimeSpan.Zero },
    };

    public SimulatedCluster Cluster { get; }

    public InstanceWorkload Workload { get; }

    /// <summary>Whoever lives is there, passing.</summary>
    public Continuity Lives { get; }

    public Random Random => Cluster.Scheduler.Random;

    /// <summary>The instances that talk to the node of that index, as they were set up.</summary>
    public IEnumerable<SimulatedInstance> InstancesAt(int node) =>
        Workload.Instances.Where((_, i) => i % Cluster.Nodes.Count == node);

    /// <summary>A reader at that node.</summary>
    public SimulatedWatcher ReadAt(int node) => new(Cluster, $"reader-{node}", node);

    /// <summary>All nodes agree, on the truth, and nobody needs a human.</summary>
    public void CheckEnd()
    {
        Checkers.AllEqual(Cluster);
        Workload.CheckTruth();
        Checkers.NoErrors(Cluster);
    }

    public void Fail(string what) =>
        throw new InvariantException($"Seed {Cluster.Scheduler.Seed}: {what}.\n{Cluster.Tail(80)}");
}
