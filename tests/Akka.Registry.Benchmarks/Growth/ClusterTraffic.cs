using Akka.Registry.TestKit;

namespace Akka.Registry.Benchmarks.Growth;

/// <summary>What the nodes of a cluster send each other: exact counts of a simulated network, the same on every machine.</summary>
/// <param name="Nodes">Nodes.</param>
/// <param name="BytesChange">Bytes that all nodes send for one change, beyond what they send anyway.</param>
/// <param name="FramesChange">Messages likewise.</param>
/// <param name="BytesIdle">Bytes that one node sends a second while nothing changes.</param>
/// <param name="FramesIdle">Messages likewise.</param>
internal sealed record ClusterTraffic(int Nodes, double BytesChange, double FramesChange, double BytesIdle, double FramesIdle)
{
    private const int Changes = 200;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static ClusterTraffic Measure(int nodes)
    {
        var cluster = new SimulatedCluster(seed: 1, nodes);
        cluster.StartAll();
        cluster.Await(
            "every node serves and sees the others up",
            () => cluster.Nodes.All(node => node.IsServing && node.Node.Membership.View.Members.Length == nodes), Limit);
        Register(cluster, 0);
        cluster.RunFor(TimeSpan.FromSeconds(20));
        var span = Between * Changes;
        var idle = Over(cluster, () => cluster.RunFor(span));
        var changing = Over(cluster, () =>
        {
            for (var i = 1; i <= Changes; i++)
            {
                Register(cluster, i);
                cluster.RunFor(Between);
            }
        });
        var seconds = nodes * span.TotalSeconds;
        return new ClusterTraffic(
            nodes, (double)(changing.Bytes - idle.Bytes) / Changes, (double)(changing.Frames - idle.Frames) / Changes, idle.Bytes / seconds,
            idle.Frames / seconds);
    }

    private static void Register(SimulatedCluster cluster, int change)
    {
        var registration = new Registration
        {
            Service = "orders", Id = "orders-1", Address = "10.0.0.1", Port = 8080, Zone = "eu-west-1a", Version = "2.14.0",
            Ttl = TimeSpan.FromHours(1), Tags = ["production", "http2"], Weight = 1 + change, Epoch = 1,
            Metadata = new Dictionary<string, string>
            {
                ["commit"] = "3f786850e387550fdab836ed7e6dc881de23001b", ["build"] = "2026-11-01T12:00:00Z",
            },
        };
        // Not awaited in between: what the answer takes in virtual time is a part of the pause.
        _ = cluster[0].Registry.RegisterAsync(registration, WriteOptions.Default);
    }

    private static (long Bytes, long Frames) Over(SimulatedCluster cluster, Action act)
    {
        var (bytes, frames) = (cluster.Network.BytesSent, cluster.Network.FramesSent);
        act();
        return (cluster.Network.BytesSent - bytes, cluster.Network.FramesSent - frames);
    }
}
