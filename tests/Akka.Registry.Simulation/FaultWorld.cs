using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>Twelve faults of any kind, drawn from the seed, that overlap as they come; instances live on meanwhile.</summary>
internal static class FaultWorld
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(40);

    /// <summary>Runs one seed.</summary>
    public static void Run(int seed)
    {
        var world = new QuietWorld(seed, wide: true);
        var (cluster, random) = (world.Cluster, world.Random);
        var following = Enumerable.Range(0, 2).Select(world.ReadAt).ToList();
        var schedule = FaultSchedule.Begin(cluster, FaultSchedule.Draw(random, nodes: 5, count: 12, Span));
        while (cluster.Scheduler.Elapsed <= schedule.EndsAt)
        {
            world.Workload.Disturb();
            cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(1, 2_500)));
        }

        cluster.AwaitReady();
        // Longest of: an orphan's two graces, silence beyond TTL and its removal, a few exchanges of digests.
        cluster.RunFor(TimeSpan.FromSeconds(30) + (2 * QuietWorld.Ttl) + TimeSpan.FromSeconds(6));
        following.ForEach(reader => reader.Check());
        world.CheckEnd();
    }
}
