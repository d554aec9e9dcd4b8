using Akka.Registry.DistributedData;

namespace Akka.Registry.TestKit;

/// <summary>What the cluster promised does not hold. The message names the seed, the node, what was expected and what was found.</summary>
public sealed class InvariantException(string message) : Exception(message);

/// <summary>Judges of a cluster, from outside.</summary>
public static class Checkers
{
    /// <summary>All live nodes hold equal maps: the hash, the number of live entries and the vectors.</summary>
    public static void AllEqual(SimulatedCluster cluster)
    {
        var first = default(SimulatedNode);
        foreach (var node in cluster.LiveNodes)
        {
            first ??= node;
            var (a, b) = (first.Node.Map.Status, node.Node.Map.Status);
            if (a.StateHash != b.StateHash || a.LiveEntries != b.LiveEntries || !Counted(a, b).Equals(Counted(b, a)))
            {
                throw new InvariantException($"Seed {cluster.Scheduler.Seed}: {first.Name} holds {a.LiveEntries} entries ({a.StateHash:x16}), " +
                    $"{node.Name} {b.LiveEntries} ({b.StateHash:x16}); vectors {a.Vector} and {b.Vector}.\n{cluster.Tail(80)}");
            }
        }
    }

    private static VersionVector Counted(ReplicationStatus one, ReplicationStatus other)
    {
        var vector = one.Vector;
        foreach (var entry in one.Retired.Merge(other.Retired))
            vector = vector.With(entry.Origin, 0);
        return vector;
    }

    /// <summary>Nobody logged an error, which would mean that a human must act.</summary>
    public static void NoErrors(SimulatedCluster cluster)
    {
        if (cluster.Trace.Errors.Count > 0)
            throw new InvariantException($"Seed {cluster.Scheduler.Seed}: {cluster.Trace.Errors.Count} errors, the first: {cluster.Trace.Errors[0]}");
    }
}
