namespace Akka.Registry.Simulation;

/// <summary>A node that leaves hands its leases over: nobody is missing or critical meanwhile.</summary>
internal static class LeaveTests
{
    /// <param name="seed">Decides what is left to chance.</param>
    /// <param name="prepared">Told of the network, and of each node before it starts again; null for nobody.</param>
    public static void Run(int seed, Action<TestKit.SimulatedNetwork, Cluster.NodeAddress>? prepared = null)
    {
        var world = new QuietWorld(seed);
        var cluster = world.Cluster;
        var lives = new TestKit.Continuity(cluster, world.Workload.Instances) { MayBeUnverified = false, Step = TimeSpan.FromMilliseconds(50) };
        var readers = Enumerable.Range(0, 5).Select(world.ReadAt).ToList();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        foreach (var node in cluster.Nodes)
        {
            var left = cluster.Complete(node.Registry.LeaveAsync(TimeSpan.FromSeconds(10)));
            if (left.Left > 0)
                world.Fail($"{node.Name} left {left.Left} leases behind");
            cluster.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(1_000)));
            node.Crash();
            lives.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(500, 4_000)));
            prepared?.Invoke(cluster.Network, node.Address);
            node.Start();
            cluster.AwaitReady();
            lives.RunFor(TimeSpan.FromSeconds(3));
        }

        foreach (var reader in readers)
        {
            if (reader.Removals.Count > 0)
                world.Fail($"a reader was told that {reader.Removals[0].Key} is gone");
        }

        world.CheckEnd();
    }
}
