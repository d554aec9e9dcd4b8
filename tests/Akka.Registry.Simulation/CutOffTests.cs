using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;

namespace Akka.Registry.Simulation;

/// <summary>A node that was cut off evicts whom it no longer hears; those who went elsewhere lose nothing by it.</summary>
internal static class CutOffTests
{
    public static void Run(int seed, ReplicationRules? rules = null, OwnershipRules? owners = null)
    {
        var world = new QuietWorld(seed, options: QuietWorld.Ungoverned with
        {
            Replication = QuietWorld.Ungoverned.Replication with { Rules = rules ?? ReplicationRules.All },
            Ownership = new OwnershipOptions { Rules = owners ?? OwnershipRules.All },
        });
        var reader = world.ReadAt(1 + world.Random.Next(4));
        world.Cluster.RunFor(TimeSpan.FromSeconds(1));
        world.Cluster.Isolate(0);
        foreach (var instance in world.Workload.Instances)
            instance.Reaches = node => node.Name != "node-1";
        // Longer than two TTLs, so that the cut-off node evicts; shorter than an orphan's grace.
        var others = new TestKit.Continuity(world.Cluster, world.Workload.Instances) { Where = node => node.Name != "node-1" };
        others.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(11_000, 14_000)));
        if (world.Cluster[0].Registry.Find("service-0")!.Instances.Count == 10)
            world.Fail("the node that was cut off evicted nobody");
        world.Cluster.Heal();
        others.RunFor(TimeSpan.FromSeconds(15));
        world.Lives.RunFor(TimeSpan.FromSeconds(5));
        reader.Check();
        if (reader.Removals.Count > 0)
            world.Fail($"{reader.Removals[0].Key} was taken away from a reader");
        world.CheckEnd();
    }
}
