using Akka.Registry.Ownership;

namespace Akka.Registry.Simulation;

/// <summary>A process sleeps for longer than it takes to be declared dead, then wakes: what ended meanwhile stays ended.</summary>
internal static class PauseTests
{
    public static void Run(int seed, OwnershipRules? rules = null)
    {
        var world = new QuietWorld(seed, options: QuietWorld.Ungoverned with
        {
            Ownership = new OwnershipOptions { Rules = rules ?? OwnershipRules.All },
        });
        var cluster = world.Cluster;
        var sleeper = world.Random.Next(5);
        var reader = world.ReadAt((sleeper + 1) % 5);
        cluster[sleeper].Pause();
        var instances = world.InstancesAt(sleeper).ToList();
        foreach (var instance in instances)
            instance.MoveTo((sleeper + 1 + world.Random.Next(4)) % 5);
        instances[0].Die();
        world.Lives.RunFor(TimeSpan.FromSeconds(12));
        var goodbye = instances[1].DeregisterAsync();
        // Until nobody but the sleeper holds what fell silent: an orphan's grace, once more where nobody was named.
        world.Lives.RunFor(TimeSpan.FromSeconds(20 + world.Random.Next(20)));
        if (!cluster.Complete(goodbye))
            world.Fail("no node took the goodbye");
        var wokeAt = cluster.Scheduler.Elapsed;
        cluster[sleeper].Resume();
        var others = new TestKit.Continuity(cluster, world.Workload.Instances) { Where = node => node != cluster[sleeper] };
        others.RunFor(TimeSpan.FromSeconds(10));
        world.Lives.RunFor(TimeSpan.FromSeconds(5));
        foreach (var (key, at) in reader.Arrivals)
        {
            if (at >= wokeAt)
                world.Fail($"{key} came at {at}, after its node woke at {wokeAt}");
        }

        reader.Check();
        world.CheckEnd();
    }
}
