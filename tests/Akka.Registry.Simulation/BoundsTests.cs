using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>The judge of bounds judges: what is past a bound is seen.</summary>
public class BoundsTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public void A_quiet_cluster_is_within_its_bounds_and_near_them()
    {
        var world = new QuietWorld(seed: 3);
        var bounds = new Bounds(world.Cluster, keys: 20);
        world.Cluster.RunFor(TimeSpan.FromSeconds(30));
        bounds.CheckQuiet(world.Workload.Instances);
        var (bytes, span) = (world.Cluster.Network.BytesSent, TimeSpan.FromSeconds(120));
        bounds.CheckIdle(span);

        // A bound that is far above what happens would hold whatever went wrong.
        var perNode = (world.Cluster.Network.BytesSent - bytes) / span.TotalSeconds / 5;
        var allowed = Bounds.IdleReplicationBytesPerSecond(world.Cluster[0].Options, origins: 5) +
            Bounds.IdleMembershipBytesPerSecond(world.Cluster[0].Options, members: 5);
        output.WriteLine($"{perNode:0} bytes a second and node, {allowed:0} are allowed");
        perNode.ShouldBeGreaterThan(allowed / 4);
    }

    [Fact]
    public void Records_past_the_number_of_keys_are_seen()
    {
        var world = new QuietWorld(seed: 3);
        Should.Throw<InvariantException>(() => new Bounds(world.Cluster, keys: 19).Check()).Message.ShouldContain("20 records, at most 19");
    }

    [Fact]
    public void Tombstones_that_stay_are_seen()
    {
        var world = new QuietWorld(seed: 3);
        world.Cluster[4].Crash();
        world.Cluster.RunFor(TimeSpan.FromSeconds(40));
        world.Cluster.Complete(world.Workload.Instances[0].DeregisterAsync()).ShouldBeTrue();
        world.Cluster.RunFor(TimeSpan.FromSeconds(20));
        // The grace for the node that is away is five minutes by default, and it is not over.
        Should.Throw<InvariantException>(() => new Bounds(world.Cluster, keys: 20).CheckQuiet(world.Workload.Instances))
            .Message.ShouldContain("1 tombstones, at most 0");
    }

    [Fact]
    public void A_chatty_node_is_seen()
    {
        var world = new QuietWorld(seed: 3);
        var registration = new Registration { Service = "service-0", Id = "instance-0", Address = "10.1.0.1", Port = 80 };
        for (var change = 0; change < 1_000; change++)
        {
            var moment = TimeSpan.FromMilliseconds(10 * change);
            world.Cluster.Scheduler.Schedule(moment, () => _ = world.Cluster[0].Registry.RegisterAsync(registration, WriteOptions.Default));
        }

        Should.Throw<InvariantException>(() => new Bounds(world.Cluster, keys: 20).CheckIdle(TimeSpan.FromSeconds(10)))
            .Message.ShouldContain("bytes a second for the map");
    }

    [Fact]
    public void A_narrow_link_holds_the_newest_state_and_not_the_history()
    {
        var world = new QuietWorld(seed: 3, options: QuietWorld.Ungoverned with
        {
            Replication = QuietWorld.Ungoverned.Replication with { ChunkBytes = 4_096, WindowBytes = 8_192 },
        });
        var bounds = new Bounds(world.Cluster, keys: 20);
        FaultSchedule.Begin(world.Cluster, [new Fault.SlowLink(TimeSpan.Zero, TimeSpan.FromMinutes(5), 0, 1, 500, TimeSpan.Zero)]);
        var (most, network) = (0L, world.Cluster[0].Transport);
        foreach (var minute in new[] { 1, 2, 3 })
        {
            for (var change = 0; change < 600; change++)
            {
                world.Workload.Disturb();
                world.Cluster.RunFor(TimeSpan.FromMilliseconds(100));
            }

            bounds.Check();
            most = minute == 1 ? network.Traffic(Cluster.Transport.Lane.Replication).QueuedBytesMost : most;
        }

        most.ShouldBeGreaterThan(0);
        output.WriteLine($"{most} bytes waited at most in the first minute, " +
            $"{network.Traffic(Cluster.Transport.Lane.Replication).QueuedBytesMost} in all");
    }
}
