using Akka.Registry.Actors;
using Akka.Registry.Cluster.Transport;

namespace Akka.Registry.TestKit;

/// <summary>
/// Judges what nodes hold and send: never more than the settings and the workload allow, whatever happened and for how long.
/// </summary>
/// <param name="cluster">Whose nodes.</param>
/// <param name="keys">How many instances, alive or not, were ever named.</param>
public sealed class Bounds(SimulatedCluster cluster, int keys)
{
    /// <summary>One origin in a digest: uid, life, sequence, and what frames them.</summary>
    private const int OriginBytes = 24;

    /// <summary>What a digest holds beside its origins: header, hash, counts, clock, and who speaks.</summary>
    private const int DigestBytes = 48;

    /// <summary>What a probe or its answer holds when nothing is rumoured.</summary>
    private const int ProbeBytes = 40;

    /// <summary>One member in a table: uid, name, address, zone, version, state.</summary>
    private const int MemberBytes = 64;

    /// <summary>What a node that is quiet may send for the map, in bytes a second.</summary>
    /// <remarks>
    /// <c>2 * (digest + origins * entry) / interval * 1.5</c>: it opens one exchange an interval (which jitter makes a tenth shorter)
    /// and answers those that others open, one on average, and by chance some more.
    /// </remarks>
    public static double IdleReplicationBytesPerSecond(RegistryNodeOptions options, int origins) =>
        2 * (DigestBytes + (origins * OriginBytes)) / options.Replication.GossipInterval.TotalSeconds * 1.5;

    /// <summary>What a node that is quiet may send for membership, in bytes a second.</summary>
    /// <remarks>
    /// <c>2 * probe / probe interval + 2 * members * entry / sync interval</c>, with half again for chance: a probe and an answer each
    /// interval, a table and an answer each 30 s, or the interval that is set.
    /// </remarks>
    public static double IdleMembershipBytesPerSecond(RegistryNodeOptions options, int members)
    {
        var probe = options.Cluster.FailureDetector.ProbeInterval ?? TimeSpan.FromSeconds(1);
        var sync = options.Cluster.FailureDetector.SyncInterval ?? TimeSpan.FromSeconds(30);
        return ((2 * ProbeBytes / probe.TotalSeconds) + (2.0 * members * MemberBytes / sync.TotalSeconds)) * 1.5;
    }

    /// <summary>What holds at each moment: queues, mailboxes, records and vectors are within their limits.</summary>
    public void Check()
    {
        foreach (var node in cluster.LiveNodes)
        {
            var (options, map) = (node.Options, node.Node.Map.Status);
            for (var lane = Lane.Membership; lane <= Lane.Actors; lane++)
            {
                var traffic = node.Transport.Traffic(lane);
                Expect(node, $"bytes waiting on {lane}", traffic.QueuedBytesMost, options.Transport.QueueBytesMax);
                Expect(node, $"frames waiting on {lane}", traffic.QueuedFramesMost, options.Transport.QueueFramesMax);
            }

            // What is sent is made when the link can take it: a window, the part that fills it, and what is not an interval.
            var window = options.Replication.WindowBytes + (2L * options.Replication.ChunkBytes) + (64 * 1024);
            Expect(node, "bytes waiting for a slow peer", node.Transport.Traffic(Lane.Replication).QueuedBytesMost, window);
            Expect(node, "messages lost to a full mailbox", node.Node.System.OverflowCount, 0);
            Expect(node, "records", map.LiveEntries + map.Tombstones, keys);
            Expect(node, "origins", map.Vector.Count, cluster.StatesBegun);
        }
    }

    /// <summary>What holds when nothing has happened for long: nothing waits, and no tombstone is left.</summary>
    /// <param name="instances">Whose calls have all come back.</param>
    public void CheckQuiet(IEnumerable<SimulatedInstance> instances)
    {
        Check();
        foreach (var node in cluster.LiveNodes)
        {
            Expect(node, "tombstones", node.Node.Map.Status.Tombstones, 0);
            Expect(node, "messages waiting for the map", ActorSystem.InspectMailbox(node.Node.Map.Commands).Waiting, 0);
            foreach (var peer in cluster.Nodes)
            {
                for (var lane = Lane.Membership; lane <= Lane.Actors; lane++)
                    Expect(node, $"bytes waiting for {peer.Name} on {lane}", node.Transport.QueuedBytes(peer.Address, lane), 0);
            }
        }

        foreach (var instance in instances)
        {
            // One beat may be under way.
            if (instance.PendingCalls > 1)
                throw Failure($"{instance.Key} waits for {instance.PendingCalls} calls");
        }
    }

    /// <summary>Lets time pass in which nothing changes: what each node sends meanwhile stays within its formulas.</summary>
    public void CheckIdle(TimeSpan span)
    {
        var before = cluster.LiveNodes.Select(node => (Node: node, Sent: Sent(node))).ToList();
        cluster.RunFor(span);
        foreach (var (node, (membership, replication)) in before)
        {
            var (origins, members) = (node.Node.Map.Status.Vector.Count, cluster.Nodes.Count);
            var sent = Sent(node);
            Expect(node, "bytes a second for membership", (sent.Membership - membership) / span.TotalSeconds,
                IdleMembershipBytesPerSecond(node.Options, members));
            Expect(node, "bytes a second for the map", (sent.Replication - replication) / span.TotalSeconds,
                IdleReplicationBytesPerSecond(node.Options, origins));
        }
    }

    private static (long Membership, long Replication) Sent(SimulatedNode node) =>
        (node.Transport.Traffic(Lane.Membership).Bytes, node.Transport.Traffic(Lane.Replication).Bytes);

    private void Expect(SimulatedNode node, string what, double found, double most)
    {
        if (found > most)
            throw Failure($"{node.Name} has {found:0.#} {what}, at most {most:0.#} are allowed");
    }

    private InvariantException Failure(string what) => new(
        $"Seed {cluster.Scheduler.Seed}, {cluster.Scheduler.Elapsed.TotalSeconds:0.000} s: {what}.\n{cluster.Tail(80)}");
}
