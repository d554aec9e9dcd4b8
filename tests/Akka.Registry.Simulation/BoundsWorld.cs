using Akka.Registry.DistributedData;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>
/// One peer behind a narrow link, one cut off for long, one restarted again and again, while instances come and go without pause: what
/// nodes hold and send depends on the settings and on how many there are, never on for how long or how often.
/// </summary>
internal static class BoundsWorld
{
    private static readonly TimeSpan AwayGrace = TimeSpan.FromSeconds(10);

    private static readonly RegistryNodeOptions Options = QuietWorld.Ungoverned with
    {
        Replication = new ReplicationOptions
        {
            AwayGrace = AwayGrace, EndedRetention = AwayGrace / 2, ChunkBytes = 4_096, WindowBytes = 8_192,
        },
    };

    /// <summary>Runs one seed.</summary>
    public static void Run(int seed)
    {
        var world = new QuietWorld(seed, nodes: 5, instances: 60, Options, wide: true);
        var (cluster, random) = (world.Cluster, world.Random);
        var bounds = new Bounds(cluster, world.Workload.Instances.Count);
        var slow = world.ReadAt(1);
        slow.Slowness = TimeSpan.FromSeconds(5);
        var schedule = FaultSchedule.Begin(cluster, DrawFaults(random));
        while (cluster.Scheduler.Elapsed <= schedule.EndsAt)
        {
            world.Workload.Disturb();
            cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(1, 100)));
            bounds.Check();
        }

        cluster.AwaitReady();
        // An orphan's two graces, silence beyond TTL and its removal, the grace of tombstones, and a few exchanges of digests.
        cluster.RunFor(TimeSpan.FromSeconds(30) + (2 * QuietWorld.Ttl) + AwayGrace + TimeSpan.FromSeconds(10));
        world.CheckEnd();
        bounds.CheckQuiet(world.Workload.Instances);
        bounds.CheckIdle(TimeSpan.FromSeconds(30));
    }

    private static List<Fault> DrawFaults(Random random)
    {
        var faults = new List<Fault>
        {
            new Fault.Partition(TimeSpan.FromSeconds(random.Next(5)), TimeSpan.FromSeconds(random.Next(5, 40)), [3]),
        };
        var (narrow, far) = (random.Next(600, 4_000), TimeSpan.FromMilliseconds(50));
        for (var from = 0; from < 4; from++)
            faults.Add(new Fault.SlowLink(TimeSpan.Zero, TimeSpan.FromSeconds(45), from, To: 4, narrow, far));
        for (var restart = 0; restart < 4; restart++)
            faults.Add(new Fault.Crash(TimeSpan.FromSeconds(10 * restart), TimeSpan.FromSeconds(1 + random.Next(4)), Node: 2));
        return faults;
    }
}
