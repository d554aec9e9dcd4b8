using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>
/// A killed process leaves the routees of every node within about a second; whoever only changes its connection, its node, or
/// loses its node, is never missing and never condemned.
/// </summary>
public class DisconnectTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(9);

    /// <summary>The grace of 1 s, a sweep each 250 ms, the way to the other nodes.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1.5);

    [Fact]
    public void With_verdicts_at_the_time_of_saying_a_cut_off_node_condemns_the_living() =>
        Should.Throw<InvariantException>(() =>
        {
            for (var seed = 1; seed <= 6; seed++)
                CutOff(seed, OwnershipRules.All with { VerdictsJustAbove = false, VerdictsDoubted = false });
        });

    internal static void Run(int seed)
    {
        var world = new World(seed, QuietWorld.Ungoverned);
        var (cluster, random) = (world.Cluster, world.Cluster.Scheduler.Random);
        for (var round = 0; round < 6; round++)
        {
            var client = world.Clients[random.Next(world.Clients.Count)];
            switch (random.Next(4))
            {
                case 0 when client.IsAlive: client.Kill(); break;
                case 1 when client.IsAlive: client.Reconnect(random.Next(5), TimeSpan.FromMilliseconds(random.Next(800))); break;
                case 2 when client.At is { } node && cluster.LiveNodes.Count() > 3: node.Crash(); break;
                default: client.Start(); break;
            }

            world.RunFor(TimeSpan.FromMilliseconds(random.Next(200, 4_000)));
        }

        cluster.StartAll();
        cluster.AwaitReady();
        world.RunFor(Ttl);
        world.CheckOwners();
        // An orphan's grace, silence beyond TTL and its removal.
        world.RunFor(TimeSpan.FromSeconds(15) + (2 * Ttl));
        world.CheckEnd();
    }

    internal static void CutOff(int seed, OwnershipRules? rules = null)
    {
        var world = new World(seed, QuietWorld.Ungoverned with { Ownership = new OwnershipOptions { Rules = rules ?? OwnershipRules.All } })
        {
            Blind = 0,
        };
        var (cluster, random) = (world.Cluster, world.Cluster.Scheduler.Random);
        cluster.Isolate(0);
        foreach (var client in world.Clients)
        {
            if (client.At == cluster[0])
                client.Reconnect(1 + random.Next(4), TimeSpan.FromMilliseconds(random.Next(900)));
        }

        world.RunFor(TimeSpan.FromMilliseconds(random.Next(1_500, 8_000)));
        cluster.Heal();
        cluster.AwaitReady();
        // A few exchanges of digests: until then the node shows what it judged in the dark.
        world.RunFor(TimeSpan.FromSeconds(5));
        world.Blind = null;
        world.RunFor(Ttl);
        world.CheckOwners();
        world.CheckEnd();
    }

    /// <summary>Five nodes, and fifteen clients of three instances each.</summary>
    private sealed class World
    {
        public World(int seed, RegistryNodeOptions options)
        {
            Cluster = new SimulatedCluster(seed, nodes: 5, options);
            Cluster.StartAll();
            Cluster.AwaitReady();
            for (var i = 0; i < 15; i++)
                Clients.Add(new SimulatedClient(Cluster, $"client-{i}", $"service-{i % 3}", instances: 3, Ttl, home: i));
            Clients.ForEach(client => client.Start());
            RunFor(TimeSpan.FromSeconds(2));
        }

        public SimulatedCluster Cluster { get; }

        public List<SimulatedClient> Clients { get; } = [];

        /// <summary>The node that is cut off and may show what it likes; null for none.</summary>
        public int? Blind { get; set; }

        public void RunFor(TimeSpan span)
        {
            var end = Cluster.Scheduler.Elapsed + span;
            while (Cluster.Scheduler.Elapsed < end)
            {
                Cluster.RunFor(TimeSpan.FromMilliseconds(100));
                Check();
            }
        }

        /// <summary>Every lease is where its client's session is.</summary>
        public void CheckOwners()
        {
            foreach (var client in Clients.Where(client => client.IsAlive))
            {
                foreach (var key in client.Keys)
                {
                    var owner = Find(Cluster.LiveNodes.First(), key)?.Owner;
                    if (owner != client.At!.Node.Self.Uid)
                        Fail($"{key} is not owned by {client.At.Name}, where its session is");
                }
            }
        }

        public void CheckEnd()
        {
            Checkers.AllEqual(Cluster);
            Checkers.NoErrors(Cluster);
            foreach (var client in Clients.Where(client => !client.IsAlive))
            {
                foreach (var key in client.Keys)
                {
                    if (Find(Cluster.LiveNodes.First(), key) is not null)
                        Fail($"{key} ended at {client.EndedAt} and is still there");
                }
            }
        }

        private static ServiceEntry? Find(SimulatedNode node, RecordKey key) =>
            node.Registry.Find(key.Service)?.Instances.Find(key.Instance);

        private void Check()
        {
            foreach (var node in Cluster.LiveNodes.Where(node => node.IsServing && (Blind is null || node != Cluster[Blind.Value])))
            {
                foreach (var client in Clients)
                {
                    foreach (var key in client.Keys)
                        Check(node, client, key);
                }
            }
        }

        private void Check(SimulatedNode node, SimulatedClient client, RecordKey key)
        {
            var entry = Find(node, key);
            if (client.IsAlive && client.IsAcknowledged(key) && entry is not { Status: InstanceStatus.Passing })
                Fail($"{node.Name} shows {key}, which lives, as {entry?.Status.ToString() ?? "gone"}");
            var isOwnerUp = entry is not null && Cluster.LiveNodes.Any(other => other.Node.Self.Uid == entry.Owner);
            if (!client.IsAlive && entry is { Status: InstanceStatus.Passing, Unverified: false } && isOwnerUp
                && Cluster.Scheduler.Elapsed > client.EndedAt + Bound)
                Fail($"{node.Name} shows {key}, killed at {client.EndedAt}, as passing");
        }

        private void Fail(string what) => throw new InvariantException(
            $"Seed {Cluster.Scheduler.Seed}, {Cluster.Scheduler.Elapsed.TotalSeconds:0.000} s: {what}.\n{Cluster.Tail(80)}");
    }
}
