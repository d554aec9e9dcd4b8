using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>Five nodes under loss, delay, reordering, duplication and a partition agree in the end, and on the truth.</summary>
internal static class ConvergenceTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(6);

    public static void Run(int seed)
    {
        var cluster = new SimulatedCluster(seed, nodes: 5);
        var workload = new InstanceWorkload(cluster, services: 3, instances: 30, Ttl);
        cluster.StartAll();
        cluster.AwaitReady();
        workload.StartAll();
        cluster.RunFor(TimeSpan.FromSeconds(3));

        var random = cluster.Scheduler.Random;
        cluster.Network.Conditions = new LinkConditions
        {
            LatencyMax = TimeSpan.FromMilliseconds(random.Next(5, 80)),
            Loss = random.NextDouble() * 0.15,
            Duplication = 0.05,
            Reordering = true,
        };
        for (var round = 0; round < 4; round++)
        {
            if (random.Next(2) == 0)
                cluster.Isolate([.. Enumerable.Range(0, 5).OrderBy(_ => random.Next()).Take(random.Next(1, 3))]);
            for (var step = 0; step < 5; step++)
            {
                workload.Disturb();
                cluster.RunFor(TimeSpan.FromSeconds(random.Next(1, 4)));
            }

            cluster.Heal();
        }

        cluster.Network.Conditions = LinkConditions.Good;
        cluster.AwaitReady();
        // Longest of: an orphan's grace and its judgement, silence beyond TTL and its removal, a few exchanges of digests.
        cluster.RunFor(TimeSpan.FromSeconds(15) + (2 * Ttl) + TimeSpan.FromSeconds(10));
        Checkers.AllEqual(cluster);
        workload.CheckTruth();
        Checkers.NoErrors(cluster);
    }
}
