using System.Globalization;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>Many nodes and many instances: all registered at once, everywhere, until every node holds all of them.</summary>
/// <param name="Nodes">Nodes of the cluster.</param>
/// <param name="Instances">Instances, spread over services of a hundred and over all nodes.</param>
/// <param name="Joining">Virtual time until every node served and saw all others up.</param>
/// <param name="Spreading">Virtual time from the first registration until every node held all.</param>
/// <param name="Elapsed">Time on cores, which neighbours do not stretch.</param>
/// <param name="Bytes">Bytes handed to the network.</param>
/// <param name="HeapBytes">Heap at the end, after a collection.</param>
internal sealed record Scale(int Nodes, int Instances, TimeSpan Joining, TimeSpan Spreading, TimeSpan Elapsed, long Bytes, long HeapBytes)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs one.</summary>
    /// <exception cref="TimeoutException">Not all nodes held all instances within three virtual minutes.</exception>
    public static Scale Run(int seed, int nodes, int instances)
    {
        var started = Environment.CpuUsage.TotalTime;
        var cluster = new SimulatedCluster(seed, nodes, new SharedReading().Options());
        cluster.StartAll();
        cluster.Await("every node serves and sees the others up", () => IsJoined(cluster), Limit);
        var joining = cluster.Scheduler.Elapsed;
        var calls = new List<Task>(instances);
        for (var i = 0; i < instances; i++)
            calls.Add(cluster[i % nodes].Registry.RegisterAsync(RegistrationOf(i), WriteOptions.Default));
        while (!cluster.Nodes.All(node => node.Node.Map.Status.LiveEntries == instances))
        {
            if (cluster.Scheduler.Elapsed - joining > Limit)
                throw new TimeoutException($"Seed {seed}: {nodes} nodes do not hold {instances} instances within {Limit}.\n{cluster.Tail(60)}");
            cluster.RunFor(Step);
        }

        var spreading = cluster.Scheduler.Elapsed - joining;
        calls.ForEach(call => cluster.Complete(call));
        Checkers.NoErrors(cluster);
        cluster.Await("all vectors are equal", () => HaveEqualVectors(cluster), Limit);
        Checkers.AllEqual(cluster);
        var elapsed = Environment.CpuUsage.TotalTime - started;
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(cluster);
        return new Scale(nodes, instances, joining, spreading, elapsed, cluster.Network.BytesSent, heap);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"scale: {Nodes} nodes, {Instances} instances, whole in {Joining.TotalSeconds:0.0} s, spread in {Spreading.TotalSeconds:0.0} s of " +
        $"virtual time, {Bytes / 1e6:0} MB sent, {HeapBytes / 1e6:0} MB heap, {Elapsed.TotalSeconds:0.0} s of one core");

    private static bool IsJoined(SimulatedCluster cluster) =>
        cluster.Nodes.All(node => node.IsServing && node.Node.Membership.View.Members.Length == cluster.Nodes.Count);

    private static bool HaveEqualVectors(SimulatedCluster cluster)
    {
        var first = cluster[0].Node.Map.Status.Vector;
        return cluster.Nodes.All(node => node.Node.Map.Status.Vector.Equals(first));
    }

    private static Registration RegistrationOf(int i) => new()
    {
        // One string for all of them, as the nodes have one for what they read.
        Service = string.Intern($"service-{i / 100}"),
        Id = $"instance-{i}",
        Address = $"10.{2 + (i / 62_500)}.{i / 250 % 250}.{1 + (i % 250)}",
        Port = 8_080,
        // Long enough that nobody needs to beat: beats do not spread.
        Ttl = TimeSpan.FromHours(1),
    };
}
