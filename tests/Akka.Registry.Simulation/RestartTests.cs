using Akka.Registry.Ownership;

namespace Akka.Registry.Simulation;

/// <summary>Nodes die and come back; who beats on is never missing anywhere that serves, and never condemned.</summary>
public class RestartTests
{
    [Fact]
    public void A_rolling_restart_without_goodbyes_loses_nobody() =>
        Seeds.Run("rolling restart", first: 1, count: 25, seed => Roll(seed));

    [Fact]
    public void After_a_crash_of_all_nodes_at_once_everybody_is_back_within_a_ttl() =>
        Seeds.Run("crash of all", first: 1, count: 25, CrashAll);

    [Fact]
    public void A_node_that_dies_with_its_instances_leaves_nothing() =>
        Seeds.Run("death with instances", first: 1, count: 25, seed => DieTogether(seed));

    internal static void Roll(int seed, OwnershipRules? rules = null)
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

    internal static void DieTogether(int seed, OwnershipRules? rules = null)
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

    private static void CrashAll(int seed)
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
