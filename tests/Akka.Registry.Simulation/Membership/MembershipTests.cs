using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Membership;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation.Membership;

/// <summary>
/// Nodes crash, stand still and are cut off, one way too: who is dead is found in time by all who are in order, and who is
/// in order is a member in time for all of them.
/// </summary>
public class MembershipTests
{
    [Fact]
    public void The_checker_sees_a_cluster_in_which_nobody_refutes() =>
        Fails(MembershipRules.All with { Refutation = false });

    [Fact]
    public void The_checker_sees_a_cluster_that_does_not_look_for_failures_in_turn() =>
        Fails(MembershipRules.All with { Dissemination = false, Confirmations = false, ProbeOnBrokenLink = false });

    private static void Fails(MembershipRules rules)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            try
            {
                Run(seed, rules);
            }
            catch (InvariantException)
            {
                return;
            }
        }

        Assert.Fail("Ten seeds hold without it.");
    }

    internal static void Run(int seed, MembershipRules? rules = null)
    {
        var options = new ClusterOptions { Rules = rules ?? MembershipRules.All };
        var cluster = new SimulatedCluster(seed, nodes: 5, new RegistryNodeOptions { Cluster = options });
        var checker = new MembershipChecker(cluster, options);
        cluster.StartAll();
        cluster.AwaitReady();
        var random = cluster.Scheduler.Random;
        for (var round = 0; round < 4; round++)
        {
            Strike(cluster, checker, random);
            if (random.Next(2) == 0)
                Strike(cluster, checker, random);
            checker.RunFor(TimeSpan.FromMilliseconds(random.Next(1_000, 60_000)));
            Relieve(cluster, checker, random);
            checker.RunFor(TimeSpan.FromMilliseconds(random.Next(1_000, 30_000)));
        }

        Relieve(cluster, checker, random: null);
        checker.RunFor(checker.LongestBound + TimeSpan.FromSeconds(5));
        Checkers.NoErrors(cluster);
    }

    private static void Strike(SimulatedCluster cluster, MembershipChecker checker, Random random)
    {
        var node = cluster[random.Next(cluster.Nodes.Count)];
        if (!node.IsRunning || node.IsPaused)
            return;
        switch (random.Next(4))
        {
            case 0:
                node.Crash();
                break;
            case 1:
                node.Pause();
                break;
            case 2:
                checker.Excuse(node);
                cluster.Isolate(cluster.Nodes.ToList().IndexOf(node));
                break;
            default:
                checker.Excuse(node);
                CutOneWay(cluster, node, outwards: random.Next(2) == 0);
                break;
        }

        checker.Look();
    }

    private static void CutOneWay(SimulatedCluster cluster, SimulatedNode node, bool outwards)
    {
        cluster.Trace.Note("network", $"cuts {node.Name} off one way");
        var blocked = cluster.Network.Conditions with { Blocked = true };
        foreach (var other in cluster.Nodes)
        {
            if (other != node)
                cluster.Network.SetLink((outwards ? node : other).Address, (outwards ? other : node).Address, blocked);
        }
    }

    // Everything, or each by chance.
    private static void Relieve(SimulatedCluster cluster, MembershipChecker checker, Random? random)
    {
        bool Chosen() => random is null || random.Next(2) == 0;
        if (Chosen())
        {
            cluster.Heal();
            checker.ExcuseNobody();
        }

        foreach (var node in cluster.Nodes)
        {
            if (node.IsPaused && Chosen())
                node.Resume();
            else if (!node.IsRunning && Chosen())
                node.Start();
        }

        checker.Look();
    }
}
