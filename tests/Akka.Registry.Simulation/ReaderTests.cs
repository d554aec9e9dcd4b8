using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>Readers that go from node to node with their cursor, over a bad network: no gap, nothing twice, no older view.</summary>
internal static class ReaderTests
{
    public static void Run(int seed)
    {
        var world = new QuietWorld(seed);
        var (cluster, random) = (world.Cluster, world.Random);
        var readers = Enumerable.Range(0, 3).Select(world.ReadAt).ToList();
        cluster.Network.Conditions = new LinkConditions
        {
            LatencyMax = TimeSpan.FromMilliseconds(random.Next(2, 60)),
            Loss = random.NextDouble() * 0.1,
            Duplication = 0.05,
            Reordering = random.Next(2) == 0,
        };
        for (var round = 0; round < 6; round++)
        {
            if (random.Next(2) == 0)
                cluster.Isolate(random.Next(5));
            for (var step = 0; step < 4; step++)
            {
                world.Workload.Disturb();
                readers[random.Next(3)].MoveTo(random.Next(5));
                cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(1, 1_500)));
            }

            cluster.Heal();
        }

        cluster.Network.Conditions = LinkConditions.Good;
        cluster.AwaitReady();
        cluster.RunFor(TimeSpan.FromSeconds(32) + (2 * QuietWorld.Ttl));
        readers.ForEach(reader => reader.Check());
        world.CheckEnd();
    }
}
