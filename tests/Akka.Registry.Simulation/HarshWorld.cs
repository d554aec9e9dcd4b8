using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;
using Akka.Registry.Subscriptions;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>
/// Everything at once: nodes pause, crash, restart, join and are cut off, one way too, while instances come, move, take
/// over ids and go, and tombstones are collected at once. Small limits make every long way a part of each run.
/// </summary>
internal static class HarshWorld
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);

    /// <summary>Runs one seed.</summary>
    /// <exception cref="InvariantException">Something promised does not hold.</exception>
    public static SimulatedCluster Run(int seed, HarshShape? shape = null)
    {
        shape ??= new HarshShape();
        var cluster = new SimulatedCluster(seed, nodes: 5, OptionsOf(shape, new Random(seed)));
        var disks = shape.Disks ? new HarshDisks(cluster) : null;
        disks?.Fit();
        var workload = new InstanceWorkload(cluster, services: 2, instances: 24, Ttl);
        cluster.StartAll();
        cluster.AwaitReady();
        workload.StartAll();
        var readers = new List<SimulatedWatcher>();
        for (var i = 0; i < shape.Readers; i++)
            readers.Add(new SimulatedWatcher(cluster, $"reader-{i}", seed + i));
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Disturb(cluster, workload, readers, disks);
        disks?.Mend();
        Settle(cluster);
        Checkers.AllEqual(cluster);
        workload.CheckTruth();
        readers.ForEach(reader => reader.Check());
        if (disks is null)
            Checkers.NoErrors(cluster);
        else
            disks.CheckErrors();
        return cluster;
    }

    private static RegistryNodeOptions OptionsOf(HarshShape shape, Random random)
    {
        var options = DrawOptions(shape, random);
        // Who is away for longer than departed-retention may not be known for it: the more likely, the longer what ended is kept.
        var isKept = options.Replication.DepartedRetention > TimeSpan.FromMinutes(1);
        return options with
        {
            Replication = options.Replication with { EndedRetention = isKept ? TimeSpan.FromSeconds(5) : TimeSpan.Zero },
        };
    }

    private static RegistryNodeOptions DrawOptions(HarshShape shape, Random random) => new()
    {
        Leases = new LeaseOptions
        {
            Governor = new GovernorOptions { Share = 1 },
            OrphanGraceMin = TimeSpan.FromSeconds(6),
        },
        Ownership = new OwnershipOptions { Rules = shape.Ownership },
        Subscriptions = new SubscriptionOptions { CatchUpTimeout = TimeSpan.FromSeconds(1) },
        Replication = new ReplicationOptions
        {
            AwayGrace = shape.AwayGrace ?? TimeSpan.FromSeconds(random.Next(2) * 3),
            DepartedRetention = TimeSpan.FromSeconds(random.Next(2) == 0 ? 4 : 3_600),
            ChunkBytes = 1_024,
            WindowBytes = 2_048,
            SupersededKeysMax = random.Next(2) * 3,
            EagerPushPeers = random.Next(2) * 32,
            PushFanOut = 2,
            AckTimeout = TimeSpan.FromMilliseconds(700),
            Rules = shape.Rules,
        },
    };

    private static void Disturb(
        SimulatedCluster cluster, InstanceWorkload workload, List<SimulatedWatcher> readers, HarshDisks? disks)
    {
        var random = cluster.Scheduler.Random;
        cluster.Network.Conditions = new LinkConditions
        {
            LatencyMax = TimeSpan.FromMilliseconds(random.Next(2, 60)),
            Loss = random.NextDouble() * 0.15,
            Duplication = random.NextDouble() * 0.1,
            Reordering = random.Next(2) == 0,
        };
        for (var round = 0; round < 8; round++)
        {
            if (disks is null || !disks.Strike(random))
                Strike(cluster, random);
            for (var step = 0; step < 5; step++)
            {
                workload.Disturb();
                cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(1, 1_800)));
            }

            foreach (var reader in readers)
            {
                if (random.Next(3) == 0)
                    reader.MoveTo(random.Next(cluster.Nodes.Count));
            }

            Relieve(cluster, random);
            disks?.Fit();
        }
    }

    private static void Strike(SimulatedCluster cluster, Random random)
    {
        var index = random.Next(cluster.Nodes.Count);
        var node = cluster[index];
        switch (random.Next(7))
        {
            case 0 when node.IsRunning && cluster.LiveNodes.Count() > 2: node.Crash(); break;
            case 1 when node.IsRunning && cluster.LiveNodes.Count() > 2: node.Pause(); break;
            case 2: cluster.Isolate(index); break;
            case 3: cluster.Isolate(index, (index + 1 + random.Next(4)) % cluster.Nodes.Count); break;
            case 4: CutOneWay(cluster, node, random); break;
            case 5 when cluster.Nodes.Count < 7: cluster.AddNode().Start(); break;
            default: break; // A quiet round, or nobody left to strike.
        }
    }

    private static void CutOneWay(SimulatedCluster cluster, SimulatedNode node, Random random)
    {
        cluster.Trace.Note("network", $"cuts {node.Name} off one way");
        var blocked = cluster.Network.Conditions with { Blocked = true };
        var outwards = random.Next(2) == 0;
        foreach (var other in cluster.Nodes)
        {
            if (other != node)
                cluster.Network.SetLink((outwards ? node : other).Address, (outwards ? other : node).Address, blocked);
        }
    }

    private static void Relieve(SimulatedCluster cluster, Random random)
    {
        if (random.Next(2) == 0)
            cluster.Heal();
        foreach (var node in cluster.Nodes)
        {
            if (node.IsPaused && random.Next(2) == 0)
                node.Resume();
            else if (!node.IsRunning && random.Next(2) == 0)
                node.Start();
        }
    }

    private static void Settle(SimulatedCluster cluster)
    {
        cluster.Network.Conditions = LinkConditions.Good;
        cluster.Heal();
        foreach (var node in cluster.Nodes)
        {
            if (node.IsPaused)
                node.Resume();
        }

        cluster.StartAll();
        cluster.AwaitReady();
        // Longest of: an orphan's two graces, silence beyond TTL and its removal, a few exchanges of digests.
        cluster.RunFor(TimeSpan.FromSeconds(12) + (2 * Ttl) + TimeSpan.FromSeconds(6));
    }
}

/// <summary>What a harsh world is made of.</summary>
internal sealed record HarshShape
{
    /// <summary>Rules of the map; all unless one is to be missed.</summary>
    public ReplicationRules Rules { get; init; } = ReplicationRules.All;

    /// <summary>Rules of ownership; all unless one is to be missed.</summary>
    public OwnershipRules Ownership { get; init; } = OwnershipRules.All;

    /// <summary>Whether nodes keep the map over restarts, on disks that fail; default no.</summary>
    public bool Disks { get; init; }

    /// <summary>How long tombstones wait for a node that is away; null to draw none or 3 s.</summary>
    public TimeSpan? AwayGrace { get; init; }

    /// <summary>Readers that follow all changes from node to node; default 2.</summary>
    public int Readers { get; init; } = 2;
}
