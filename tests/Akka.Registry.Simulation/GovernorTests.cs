using Akka.Registry.Leases;

namespace Akka.Registry.Simulation;

/// <summary>Sixty of a hundred fall silent at once: nothing is removed before the longest hold, everything by its end.</summary>
internal static class GovernorTests
{
    private static readonly TimeSpan MaxHold = TimeSpan.FromSeconds(60);

    public static void Run(int seed)
    {
        var options = new RegistryNodeOptions
        {
            Leases = new LeaseOptions { Governor = new GovernorOptions { MaxHold = MaxHold } },
        };
        var world = new QuietWorld(seed, nodes: 3, instances: 60, options);
        foreach (var instance in world.Workload.Instances.Where((_, i) => i / 3 % 5 < 3))
            instance.Die();
        for (var second = 0; second < MaxHold.TotalSeconds; second++)
        {
            world.Lives.RunFor(TimeSpan.FromSeconds(1));
            CheckNobodyIsGone(world, second);
        }

        // Silence beyond TTL comes before the hold, deregister-after when it ends; each sweep is late by up to a second.
        world.Lives.RunFor((2 * QuietWorld.Ttl) + TimeSpan.FromSeconds(4));
        world.CheckEnd();
    }

    private static void CheckNobodyIsGone(QuietWorld world, int second)
    {
        foreach (var node in world.Cluster.LiveNodes)
        {
            foreach (var instance in world.Workload.Instances)
            {
                if (node.Registry.Find(instance.Key.Service)!.Instances.Find(instance.Key.Instance) is null)
                    world.Fail($"{instance.Key} is gone at {node.Name} after {second} s of silence");
            }
        }
    }
}
