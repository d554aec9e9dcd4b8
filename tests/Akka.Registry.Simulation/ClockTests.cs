namespace Akka.Registry.Simulation;

/// <summary>Wall clocks are wrong, jump and drift; nothing is decided by them.</summary>
internal static class ClockTests
{
    public static void Run(int seed)
    {
        var world = new QuietWorld(seed);
        var random = world.Random;
        foreach (var node in world.Cluster.Nodes)
            node.ClockDriftPpm = random.Next(-200, 201);
        for (var round = 0; round < 8; round++)
        {
            var node = world.Cluster[random.Next(5)];
            node.WallClockOffset = TimeSpan.FromSeconds(random.Next(-600, 601));
            world.Workload.Disturb();
            world.Lives.RunFor(TimeSpan.FromMilliseconds(random.Next(100, 3_000)));
        }

        world.Lives.RunFor((2 * QuietWorld.Ttl) + TimeSpan.FromSeconds(4));
        world.CheckEnd();
    }
}
