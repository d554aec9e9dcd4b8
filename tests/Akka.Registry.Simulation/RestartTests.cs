using Akka.Registry.Ownership;

namespace Akka.Registry.Simulation;

/// <summary>Nodes die and come back; who beats on is never missing anywhere that serves, and never condemned.</summary>
internal static class RestartTests
{
    public static void Roll(int seed, OwnershipRules? rules = null)
    {
        var world = new QuietWorld(seed, options: With(rules));
        foreach (var node in world.Cluster.Nodes)
        {
            node.Crash();
            world.Lives.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(500, 5_000)));
            node.Start();
            world.Lives.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(6_000, 12_000)));
        }

        world.Cluster.AwaitReady();
        world.Lives.RunFor(TimeSpan.FromSeconds(20));
        world.CheckEnd();
    }

    public static void DieTogether(int seed, OwnershipRules? rules = null)
    {
        var world = new QuietWorld(seed, options: With(rules));
        var index = world.Random.Next(5);
        foreach (var instance in world.InstancesAt(index))
            instance.Die();
        world.Cluster[index].Crash();
        // Detection, an orphan's grace, and what its eviction takes to spread.
        world.Lives.RunFor(TimeSpan.FromSeconds(10 + 15 + 2));
        world.CheckEnd();
    }

    public static void CrashAll(int seed)
    {
        var world = new QuietWorld(seed);
        foreach (var node in world.Cluster.Nodes)
        {
            node.Crash();
            world.Cluster.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(20)));
        }

        world.Cluster.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(5_000)));
        world.Cluster.StartAll();
        world.Cluster.AwaitReady();
        world.Cluster.RunFor(QuietWorld.Ttl);
        world.CheckEnd();
    }

    private static RegistryNodeOptions With(OwnershipRules? rules) =>
        QuietWorld.Ungoverned with { Ownership = new OwnershipOptions { Rules = rules ?? OwnershipRules.All } };
}
