using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>
/// Entries that need no beats and carry checks: their owner crashes, leaves, or is cut off; they stay, passing, and their checks go on.
/// </summary>
internal static class ChecksTests
{
    private const int Entries = 12;
    private const string Service = "kept";

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    public static void Run(int seed)
    {
        var world = new QuietWorld(seed, nodes: 4, instances: Entries);
        var (cluster, targets) = (world.Cluster, world.Workload.Instances);
        for (var i = 0; i < Entries; i++)
            Register(world, node: i % 4, i);
        Await(world, "all pass", () => Views(cluster).All(view => view.Count(Passes) == Entries));

        switch (world.Random.Next(3))
        {
            case 0: Crash(world); break;
            case 1: Leave(world); break;
            default: CutOff(world); break;
        }

        // Whoever owns them now looks at them: one that dies is seen to.
        var victim = world.Random.Next(1, Entries - 1);
        targets[victim].Die();
        Await(world, "the dead one is critical", () => Views(cluster).All(view =>
            view.Find(Id(victim)) is not { } entry || entry.Status == InstanceStatus.Critical));
        Steady(world, TimeSpan.FromSeconds(10), except: Id(victim)); // Its own lease has run out by then, too.
        world.CheckEnd();
    }

    private static void Crash(QuietWorld world)
    {
        var lost = world.Cluster[1].Node.Self.Uid;
        world.Cluster[1].Crash();
        Steady(world, TimeSpan.FromSeconds(25));
        foreach (var entry in Views(world.Cluster).SelectMany(view => view))
        {
            if (entry.Owner == lost || entry.Unverified)
                world.Fail($"{entry.Id} has nobody to vouch for it after its owner's crash");
        }
    }

    private static void Leave(QuietWorld world)
    {
        var left = world.Cluster.Complete(world.Cluster[1].Registry.LeaveAsync(TimeSpan.FromSeconds(10)));
        if (left.Left > 0)
            world.Fail($"node-2 left {left.Left} entries behind");
        world.Cluster[1].Crash();
        Steady(world, TimeSpan.FromSeconds(20));
    }

    /// <summary>
    /// Both sides adopt what is the other's. What is deregistered on one side meanwhile is gone for good, and what is registered anew at its
    /// old owner wins over the adoption.
    /// </summary>
    private static void CutOff(QuietWorld world)
    {
        var cluster = world.Cluster;
        cluster.Isolate(0);
        Steady(world, TimeSpan.FromSeconds(world.Random.Next(1, 25)));
        Register(world, node: 0, 0, "renewed");
        Steady(world, TimeSpan.FromSeconds(world.Random.Next(10, 25)));
        cluster.Complete(cluster[2].Registry.DeregisterAsync(new RecordKey(Service, Id(Entries - 1)), null, WriteOptions.Default));
        cluster.RunFor(TimeSpan.FromSeconds(world.Random.Next(1, 10)));
        cluster.Heal();
        Await(world, "the sides agree", () => Views(cluster).All(view =>
            view.Find(Id(Entries - 1)) is null && view.Find(Id(0)) is { Tags: ["renewed"] }));
        Steady(world, TimeSpan.FromSeconds(20), except: Id(Entries - 1));
        if (Views(cluster).Any(view => view.Count != Entries - 1))
            world.Fail("what was deregistered is back");
    }

    private static void Register(QuietWorld world, int node, int number, params string[] tags)
    {
        var target = world.Workload.Instances[number];
        world.Cluster.Complete(world.Cluster[node].Registry.RegisterAsync(
            new Registration
            {
                Service = Service,
                Id = Id(number),
                Address = target.Address,
                Port = 80,
                Tags = tags,
                Lease = LeaseKind.None,
                Checks =
                [
                    new CheckDefinition.Tcp
                    {
                        Id = "listens", Host = target.Address, Port = 80, Interval = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(1),
                    },
                ],
            },
            WriteOptions.Default));
    }

    private static string Id(int number) => $"kept-{number}";

    private static bool Passes(ServiceEntry entry) => entry.Status == InstanceStatus.Passing;

    private static IEnumerable<Queries.InstanceList> Views(SimulatedCluster cluster) =>
        cluster.LiveNodes.Where(node => node.IsServing).Select(node => node.Registry.Find(Service)!.Instances);

    private static void Await(QuietWorld world, string what, Func<bool> condition) =>
        world.Cluster.Await(what, condition, TimeSpan.FromSeconds(15));

    /// <summary>All are there, and pass, at every node and at every moment.</summary>
    private static void Steady(QuietWorld world, TimeSpan span, string except = "")
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += Step)
        {
            world.Cluster.RunFor(Step);
            foreach (var node in world.Cluster.LiveNodes.Where(node => node.IsServing))
                Steady(world, node, except);
        }
    }

    private static void Steady(QuietWorld world, SimulatedNode node, string except)
    {
        var view = node.Registry.Find(Service)!.Instances;
        var gone = Enumerable.Range(0, Entries - 1).Select(Id).FirstOrDefault(id => id != except && view.Find(id) is null);
        if (gone is not null)
            world.Fail($"{gone} is missing at {node.Name}");
        if (view.FirstOrDefault(entry => entry.Id != except && !Passes(entry)) is { } ill)
            world.Fail($"{ill.Id} is {ill.Status} at {node.Name}");
    }
}
