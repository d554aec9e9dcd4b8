using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.Simulation;

/// <summary>Registrations that the network has held back reach a node that is cut off, and which calls silent what beats elsewhere.</summary>
internal static class LateRegistrationTests
{
    public static void Run(int seed, OwnershipRules? owners = null)
    {
        var world = new QuietWorld(seed, options: QuietWorld.Ungoverned with
        {
            Ownership = new OwnershipOptions { Rules = owners ?? OwnershipRules.All },
        });
        var reader = world.ReadAt(1 + world.Random.Next(4));
        var condemned = new List<(HistoryEvent.Told By, HistoryChange Change)>();
        reader.Witness = happened =>
        {
            if (happened is HistoryEvent.Told told)
                condemned.AddRange(from change in told.Changes where change.Entry is { IsCritical: true } select (told, change));
        };
        world.Cluster.RunFor(TimeSpan.FromSeconds(1));
        var cutOff = world.Cluster[0];
        world.Cluster.Isolate(0);
        foreach (var instance in world.Workload.Instances)
            instance.Reaches = node => node != cutOff;
        var elsewhere = world.Workload.Instances.Except(world.InstancesAt(0)).ToDictionary(instance => instance.Key);
        var others = new TestKit.Continuity(world.Cluster, elsewhere.Values) { Where = node => node != cutOff };
        others.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(2_000)));
        var late = elsewhere.Values.Where(_ => world.Random.Next(2) == 0).Select(instance => instance.RegisterLateAsync(cutOff)).ToList();
        // From when the node calls them silent, to beyond when it evicts them; shorter than an orphan's grace.
        others.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(4_100, 9_000)));
        if (!late.TrueForAll(call => call.IsCompletedSuccessfully))
            world.Fail("the node that was cut off refused a registration");
        world.Cluster.Heal();
        others.RunFor(TimeSpan.FromSeconds(15));
        world.Lives.RunFor(TimeSpan.FromSeconds(5));
        reader.Check();
        foreach (var (by, change) in condemned)
        {
            if (elsewhere.ContainsKey(new RecordKey(change.Key.Service, change.Key.Id)))
                world.Fail($"{by.Node} told a reader at {by.At.TotalSeconds:0.000} s that {change.Key} is critical, owned by {change.Entry!.Owner}");
        }

        foreach (var (key, _) in reader.Removals)
        {
            if (elsewhere.ContainsKey(key))
                world.Fail($"{key} was taken away from a reader");
        }

        world.CheckEnd();
    }
}
