using Akka.Registry.Leases;
using Akka.Registry.Ownership;
using Akka.Registry.Subscriptions;
using Akka.Registry.TestKit;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.Simulation;

/// <summary>The judge of the real processes' histories judges simulated ones: one set of checkers for both.</summary>
public class HistoryTests
{
    private static readonly TimeSpan LongTtl = TimeSpan.FromSeconds(9);

    [Fact]
    public void The_judge_puts_every_promise_to_the_test()
    {
        var verdict = Run(Seeds.Replayed ?? 7);
        foreach (var rule in Enum.GetValues<HistoryRule>())
            verdict.Judged.GetValueOrDefault(rule).ShouldBeGreaterThan(rule == HistoryRule.Return ? 3 : 100, rule.ToString());
    }

    /// <summary>What is cut off for longer than orphans are kept is evicted on either side.</summary>
    internal static void LongCut(int seed, OwnershipRules? rules = null)
    {
        var (_, history, bounds) = Live(seed, orphanGraceMin: TimeSpan.FromSeconds(6), rules);
        history.Judge(bounds);
    }

    internal static HistoryVerdict Run(int seed, OwnershipRules? rules = null)
    {
        // Cuts are found and mended before anybody gives up who lives behind them.
        var (_, history, bounds) = Live(seed, orphanGraceMin: TimeSpan.FromSeconds(30), rules);
        return history.Judge(bounds);
    }

    private static (SimulatedCluster Cluster, SimulatedHistory History, HistoryBounds Bounds) Live(
        int seed, TimeSpan orphanGraceMin, OwnershipRules? rules = null)
    {
        var options = new RegistryNodeOptions
        {
            Leases = new LeaseOptions { Governor = new GovernorOptions { Share = 1 }, OrphanGraceMin = orphanGraceMin },
            Subscriptions = new SubscriptionOptions { CatchUpTimeout = TimeSpan.FromSeconds(1) },
            Ownership = new OwnershipOptions { Rules = rules ?? OwnershipRules.All },
        };
        var cluster = new SimulatedCluster(seed, nodes: 3, options);
        // Some TTLs are shorter than it takes to find a loss, some are longer.
        var workloads = new[]
        {
            new InstanceWorkload(cluster, services: 1, instances: 8, TimeSpan.FromSeconds(3)),
            new InstanceWorkload(cluster, services: 1, instances: 8, LongTtl, kind: "patient"),
        };
        cluster.StartAll();
        cluster.AwaitReady();
        var history = new SimulatedHistory(cluster, ["service-0", "patient-0"], TimeSpan.FromMilliseconds(250));
        foreach (var instance in workloads.SelectMany(workload => workload.Instances))
            history.Follow(instance);
        for (var i = 0; i < 3; i++)
            history.Follow(new SimulatedWatcher(cluster, $"watcher-{i}", i));
        foreach (var workload in workloads)
            workload.StartAll();
        cluster.RunFor(TimeSpan.FromSeconds(4));
        for (var round = 0; round < 6; round++)
            Disturb(cluster, workloads, history);
        var bounds = HistoryBounds.Of(options, cluster.Nodes.Count, TimeSpan.FromMilliseconds(200));
        cluster.RunFor(bounds.Recovery + bounds.OrphanRemoval(LongTtl, LongTtl) + TimeSpan.FromSeconds(2));
        Checkers.NoErrors(cluster);
        return (cluster, history, bounds);
    }

    private static void Disturb(SimulatedCluster cluster, InstanceWorkload[] workloads, SimulatedHistory history)
    {
        var random = cluster.Scheduler.Random;
        var node = cluster[random.Next(cluster.Nodes.Count)];
        var relieve = Strike(history, node, random);
        var instances = workloads.SelectMany(workload => workload.Instances).ToList();
        // What is cut off from its peers is, half of the time, cut off from its clients too.
        if (random.Next(2) == 0)
            instances.ForEach(instance => instance.Reaches = reached => reached != node);
        // At most 20 s.
        var steps = random.Next(1, 14);
        for (var step = 0; step < steps; step++)
        {
            if (random.Next(2) == 0)
                workloads[random.Next(workloads.Length)].Disturb();
            cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(200, 1_500)));
        }

        instances.ForEach(instance => instance.Reaches = _ => true);
        relieve();
        cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(4) == 0 ? 30_000 : random.Next(500, 6_000)));
    }

    private static Action Strike(SimulatedHistory history, SimulatedNode node, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                history.Crash(node);
                return () => history.Start(node);
            case 1:
                history.Pause(node);
                return () => history.Resume(node);
            case 2:
                history.Cut(node, Harm.Deaf);
                return history.Heal;
            case 3:
                history.Cut(node, Harm.Mute);
                return history.Heal;
            default:
                history.Cut(node, Harm.Cut);
                return history.Heal;
        }
    }
}
