using Akka.Registry.DistributedData;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>What a majority was said to hold is not lost by any minority of crashes, not even those of the owner and of whom it told.</summary>
public class MajorityTests
{
    private const string Service = "kept";

    [Fact]
    public void What_one_node_alone_holds_may_be_lost_with_it() =>
        Should.Throw<InvariantException>(() =>
        {
            for (var seed = 1; seed <= 10; seed++)
                Run(seed, WriteConsistency.Local);
        });

    internal static void Run(int seed, WriteConsistency consistency = WriteConsistency.Majority)
    {
        // Some clusters are large: there a write goes to a few, who pass it on, unless it waits for more.
        var options = new RegistryNodeOptions
        {
            Replication = new ReplicationOptions { EagerPushPeers = seed % 2 * 32, PushFanOut = 1 },
        };
        var cluster = new SimulatedCluster(seed, nodes: 5, options);
        var random = cluster.Scheduler.Random;
        cluster.StartAll();
        cluster.AwaitReady();
        for (var round = 0; round < 4; round++)
        {
            cluster.Network.Conditions = new LinkConditions
            {
                LatencyMax = TimeSpan.FromMilliseconds(random.Next(2, 80)),
                Loss = random.NextDouble() * 0.15,
                Reordering = random.Next(2) == 0,
            };
            var kept = RegisterSome(cluster, round, consistency);
            cluster.Network.Conditions = LinkConditions.Good;
            // One of three may hold it alone, and each asks one other a second: some rounds until it has been asked.
            cluster.RunFor(TimeSpan.FromSeconds(8));
            foreach (var node in cluster.LiveNodes)
            {
                foreach (var id in kept)
                {
                    if (node.Registry.Find(Service)?.Instances.Find(id) is null)
                        throw new InvariantException($"Seed {seed}: {id} was acknowledged, and {node.Name} lacks it.\n{cluster.Tail(80)}");
                }
            }

            cluster.StartAll();
            cluster.AwaitReady();
            cluster.RunFor(TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>Registers at one node, and crashes it, and another, as soon as it has answered.</summary>
    /// <returns>What was acknowledged by then.</returns>
    private static List<string> RegisterSome(SimulatedCluster cluster, int round, WriteConsistency consistency)
    {
        var random = cluster.Scheduler.Random;
        var asked = random.Next(5);
        var kept = new List<string>();
        var calls = new List<Task>();
        for (var i = 0; i < 8; i++)
            calls.Add(RegisterAsync($"{round}-{i}"));
        cluster.Scheduler.RunUntil(() => kept.Count >= random.Next(1, 8) || calls.TrueForAll(call => call.IsCompleted), TimeSpan.FromSeconds(10));
        cluster[asked].Crash();
        cluster[(asked + 1 + random.Next(4)) % 5].Crash();
        return kept;

        async Task RegisterAsync(string id)
        {
            var registration = new Registration { Service = Service, Id = id, Address = "10.3.0.1", Port = 80, Ttl = TimeSpan.FromMinutes(1) };
            var result = await cluster[asked].Registry.RegisterAsync(
                registration, new WriteOptions(consistency, TimeSpan.FromSeconds(5))).ConfigureAwait(false);
            if (result.ConsistencyReached)
                kept.Add(id);
        }
    }
}
