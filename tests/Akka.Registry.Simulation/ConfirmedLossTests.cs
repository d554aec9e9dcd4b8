using Akka.Registry.Leases;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>
/// Checker 7: most of a service falls silent at once. Behind a partition nothing is removed before the longest hold; what was really
/// killed, and is confirmed to be, is gone by its bound. The hold never sticks, and never calls a silent instance healthy.
/// </summary>
public class ConfirmedLossTests
{
    private static readonly TimeSpan MaxHold = TimeSpan.FromSeconds(45);

    /// <summary>Silence beyond the TTL and deregister-after, the sweeps, a probe that waits for its time-out, the way to all nodes.</summary>
    private static readonly TimeSpan Bound = (2 * QuietWorld.Ttl) + TimeSpan.FromSeconds(5);

    /// <summary>Each rule that ends, or must not end, a hold.</summary>
    public static TheoryData<string> Rules => ["HoldsEnd", "TheConfirmedFall", "OnlyRefusalsConfirm"];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_governor_without_the_rule_fails(string rule)
    {
        var rules = rule switch
        {
            "HoldsEnd" => GovernorRules.All with { HoldsEnd = false },
            "TheConfirmedFall" => GovernorRules.All with { TheConfirmedFall = false },
            "OnlyRefusalsConfirm" => GovernorRules.All with { OnlyRefusalsConfirm = false },
            _ => throw new System.Diagnostics.UnreachableException(rule),
        };
        Should.Throw<InvariantException>(() =>
        {
            for (var seed = 1; seed <= 3; seed++)
                Run(seed, rules);
        });
    }

    internal static void Run(int seed) => Run(seed, null);

    private static void Run(int seed, GovernorRules? rules)
    {
        var world = new QuietWorld(seed, nodes: 3, instances: 120, new RegistryNodeOptions
        {
            Leases = new LeaseOptions { Governor = new GovernorOptions { MaxHold = MaxHold, Rules = rules ?? GovernorRules.All } },
        });
        // Of each service at each node twelve of twenty; by turns all are silenced, all are killed, or half of them each.
        var (silenced, killed) = (new List<SimulatedInstance>(), new List<SimulatedInstance>());
        foreach (var group in world.Workload.Instances.Select((instance, i) => (instance, i)).GroupBy(pair => pair.i % 6))
        {
            var drawn = group.Select(pair => pair.instance).OrderBy(_ => world.Random.Next()).Take(12).ToList();
            var count = (seed % 3) switch { 0 => 12, 1 => 0, _ => 6 };
            silenced.AddRange(drawn.Take(count));
            killed.AddRange(drawn.Skip(count));
        }

        var others = new TestKit.Continuity(world.Cluster, world.Workload.Instances.Except(silenced).Except(killed)) { MayBeUnverified = false };
        silenced.ForEach(instance => instance.Reaches = _ => false);
        killed.ForEach(instance => instance.Die());
        var start = world.Cluster.Scheduler.Elapsed;
        while (world.Cluster.Scheduler.Elapsed < start + MaxHold)
        {
            others.RunFor(TimeSpan.FromMilliseconds(500));
            var passed = world.Cluster.Scheduler.Elapsed - start;
            Check(world, silenced, passed, mayBeGone: _ => false);
            Check(world, killed, passed, mayBeGone: _ => true);
            if (passed >= Bound)
                CheckGone(world, killed, passed);
        }

        // Silence beyond TTL comes before the hold, deregister-after when it ends; each sweep is late by up to a second.
        others.RunFor((2 * QuietWorld.Ttl) + TimeSpan.FromSeconds(4));
        CheckGone(world, [.. silenced, .. killed], world.Cluster.Scheduler.Elapsed - start);
        foreach (var node in world.Cluster.LiveNodes)
        {
            if (node.Node.Quarantines.Count > 0)
                world.Fail($"{node.Name} still holds {node.Node.Quarantines[0]}");
        }

        silenced.ForEach(instance => instance.Reaches = _ => true);
        others.RunFor(2 * QuietWorld.Ttl);
        world.CheckEnd();
    }

    private static void Check(QuietWorld world, List<SimulatedInstance> silent, TimeSpan passed, Predicate<SimulatedInstance> mayBeGone)
    {
        foreach (var node in world.Cluster.LiveNodes)
        {
            foreach (var instance in silent)
            {
                var entry = node.Registry.Find(instance.Key.Service)?.Instances.Find(instance.Key.Instance);
                if (entry is null && !mayBeGone(instance))
                    world.Fail($"{instance.Key} is gone at {node.Name} after {passed} of silence");
                // The TTL, a sweep, and the way of the verdict.
                if (entry is { Status: InstanceStatus.Passing, Unverified: false } && passed > QuietWorld.Ttl + TimeSpan.FromSeconds(1.5))
                    world.Fail($"{instance.Key} is called healthy at {node.Name} after {passed} of silence");
            }
        }
    }

    private static void CheckGone(QuietWorld world, List<SimulatedInstance> lost, TimeSpan passed)
    {
        foreach (var node in world.Cluster.LiveNodes)
        {
            foreach (var instance in lost)
            {
                if (node.Registry.Find(instance.Key.Service)?.Instances.Find(instance.Key.Instance) is { } entry)
                    world.Fail($"{instance.Key} is still there at {node.Name} after {passed}, {entry.Status}, unverified {entry.Unverified}");
            }
        }
    }
}
