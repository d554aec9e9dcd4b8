using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.Leases;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>Nodes keep the map over restarts: when all were down at once, the registry is whole as soon as it is ready.</summary>
internal static class DurabilityTests
{
    /// <summary>The promise: an entry older than a flush interval, the save and the way to the other nodes.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongTtl = TimeSpan.FromSeconds(30);

    /// <summary>Three times within minutes, and some disks stayed behind.</summary>
    public static void CrashAll(int seed, ReplicationRules? rules = null, Func<MapPicture, MapPicture>? mutate = null)
    {
        var world = new DurableWorld(seed, nodes: 4, instances: 24, QuietWorld.Ttl, Options(rules)) { Mutate = mutate };
        for (var round = 0; round < 3; round++)
        {
            world.Live(TimeSpan.FromSeconds(world.Random.Next(4, 20)), stepMsMax: 1_500);
            if (world.Random.Next(2) == 0)
                world.LeaveBehind(world.Random.Next(4), TimeSpan.FromSeconds(world.Random.Next(2, 25)));
            world.CrashAllAndReturn(Settled, downMax: TimeSpan.FromSeconds(40));
            world.RunFor(TimeSpan.FromSeconds(world.Random.Next(1, 10)));
        }

        world.CheckEnd(QuietWorld.Ttl);
    }

    /// <summary>A day of virtual time: everything ends at once every hour or two, at moments that the seed draws.</summary>
    public static void Day(int seed)
    {
        // A calm network is looked after calmly: what a day takes is mostly what nodes say when nothing happens.
        var options = Options(null);
        options = options with
        {
            Cluster = new ClusterOptions { FailureDetector = new FailureDetectorOptions { Preset = FailureDetectorPreset.Wan } },
            Replication = options.Replication with { GossipInterval = TimeSpan.FromSeconds(3) },
        };
        var world = new DurableWorld(seed, nodes: 3, instances: 20, LongTtl, options) { Look = TimeSpan.FromSeconds(3) };
        var crashes = 0;
        while (world.Elapsed < TimeSpan.FromHours(24))
        {
            world.Live(TimeSpan.FromMinutes(world.Random.Next(40, 120)), stepMsMax: 120_000);
            world.CrashAllAndReturn(Settled, downMax: TimeSpan.FromMinutes(10));
            crashes++;
        }

        world.CheckEnd(LongTtl);
        if (crashes < 8)
            throw new InvariantException($"Seed {seed}: only {crashes} crashes in a day.");
    }

    /// <summary>A node is away with its disk for as long as peers remember who died.</summary>
    public static void OldPicture(int seed, ReplicationRules? rules = null)
    {
        var options = Options(rules);
        options = options with
        {
            Replication = options.Replication with { AwayGrace = TimeSpan.Zero, DepartedRetention = TimeSpan.FromSeconds(20) },
        };
        var world = new DurableWorld(seed, nodes: 4, instances: 20, QuietWorld.Ttl, options);
        world.CrashAndEnd(away: 3, owner: world.Random.Next(1, 3));
        // Found down, its tombstones collected, its origin retired everywhere.
        world.RunFor(TimeSpan.FromSeconds(90));
        world.Return(3);
        world.CheckEnd(QuietWorld.Ttl);
    }

    /// <summary>Whatever happens to disks, too.</summary>
    public static void HarshDisks(int seed, ReplicationRules? rules = null) =>
        HarshWorld.Run(seed, new HarshShape { Disks = true, Rules = rules ?? ReplicationRules.All });

    private static RegistryNodeOptions Options(ReplicationRules? rules) => new()
    {
        Leases = new LeaseOptions { Governor = new GovernorOptions { Share = 1 } },
        Replication = new ReplicationOptions
        {
            AwayGrace = TimeSpan.FromSeconds(2), EndedRetention = TimeSpan.Zero, Rules = rules ?? ReplicationRules.All,
        },
    };
}
