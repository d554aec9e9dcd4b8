using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>
/// What one change costs a cluster of three, and what an entry costs in memory. Counted, not timed, and the same on every machine; whoever makes
/// it dearer either finds the reason or raises the bound knowingly.
/// </summary>
[Collection(Alone.Name)]
public class ReplicationCostTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Changes = 200;
    private const int Entries = 20_000;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    /// <summary>A delta to each of two peers, and an acknowledgement of each. Measured 4.0.</summary>
    [Fact]
    public void A_change_on_three_nodes_takes_few_messages() => Measure().Frames.ShouldBeLessThan(4.5);

    /// <summary>Twice the record of 190 bytes with its vectors, and two acknowledgements. Measured 666.</summary>
    [Fact]
    public void A_change_on_three_nodes_sends_few_bytes() => Measure().Bytes.ShouldBeLessThan(750);

    /// <summary>
    /// From the registration to the views of three nodes, frames and the simulation's own events included. Measured 18.7 KiB.
    /// </summary>
    [Fact]
    public void A_change_on_three_nodes_allocates_little()
    {
        Measure();
        Measure().Allocated.ShouldBeLessThan(21 * 1024);
    }

    /// <summary>
    /// All that a node holds of an entry of 190 bytes: record, view, lease and indexes; what the simulation keeps besides is counted too.
    /// Measured 415: what a value has in common with the others is held once.
    /// </summary>
    [Fact]
    public void An_entry_takes_little_memory()
    {
        var cluster = Start(nodes: 1);
        Register(cluster, "warm", 0);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Entries; i++)
        {
            Register(cluster, $"orders-{i}", 0);
            if (i % 1_000 == 0)
                cluster.RunFor(Between);
        }

        cluster.RunFor(TimeSpan.FromSeconds(10));
        cluster[0].Node.Map.Status.LiveEntries.ShouldBe(Entries + 1);
        var each = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Entries;
        GC.KeepAlive(cluster);
        output.WriteLine($"{each:0} bytes an entry");
        each.ShouldBeLessThan(460);
    }

    private (double Frames, double Bytes, double Allocated) Measure()
    {
        var cluster = Start(nodes: 3);
        Register(cluster, "orders-1", 0);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        var quiet = Over(cluster, () => cluster.RunFor(Between * Changes));
        var changing = Over(cluster, () =>
        {
            for (var i = 1; i <= Changes; i++)
            {
                Register(cluster, "orders-1", i);
                cluster.RunFor(Between);
            }
        });
        var cost = ((changing.Frames - quiet.Frames) / Changes, (changing.Bytes - quiet.Bytes) / Changes,
            (changing.Allocated - quiet.Allocated) / Changes);
        output.WriteLine($"{cost.Item1:0.00} messages, {cost.Item2:0} bytes sent and {cost.Item3:0} allocated a change");
        return cost;
    }

    private static SimulatedCluster Start(int nodes)
    {
        var cluster = new SimulatedCluster(seed: 1, nodes);
        cluster.StartAll();
        cluster.AwaitReady();
        return cluster;
    }

    private static void Register(SimulatedCluster cluster, string id, int change) => _ = cluster[0].Registry.RegisterAsync(
        new Registration
        {
            Service = "orders", Id = id, Address = "10.0.0.1", Port = 8080, Zone = "eu-west-1a", Version = "2.14.0", Weight = 1 + change,
            Ttl = TimeSpan.FromHours(1), Epoch = 1, Tags = ["production", "http2"],
            Metadata = new Dictionary<string, string>
            {
                ["commit"] = "3f786850e387550fdab836ed7e6dc881de23001b", ["build"] = "2026-11-01T12:00:00Z",
            },
        },
        WriteOptions.Default);

    private static (double Frames, double Bytes, double Allocated) Over(SimulatedCluster cluster, Action act)
    {
        var (frames, bytes, allocated) = (cluster.Network.FramesSent, cluster.Network.BytesSent, GC.GetAllocatedBytesForCurrentThread());
        act();
        return (cluster.Network.FramesSent - frames, cluster.Network.BytesSent - bytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}

/// <summary>Tests that look at the memory of the whole process: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
