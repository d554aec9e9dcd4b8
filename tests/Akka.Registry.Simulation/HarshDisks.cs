using Akka.Registry.DistributedData.Durability;
using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>Disks of all nodes, and what happens to disks: full, slow, broken, lost, put back from a backup, and all without power at once.</summary>
internal sealed class HarshDisks(SimulatedCluster cluster)
{
    /// <summary>The nodes serve on from memory; a human is told all the same.</summary>
    private static readonly string[] OfDisks = [" 3012 ", " 3014 ", " 3015 "];

    private (SimulatedNode Node, SimulatedDisk Disk)? _backup;

    /// <summary>Every node that has none gets a disk of its own.</summary>
    public void Fit()
    {
        foreach (var node in cluster.Nodes)
            node.Disk ??= new SimulatedDisk(cluster.Scheduler) { SyncsEachSave = cluster.Scheduler.Random.Next(2) == 0 };
    }

    /// <summary>Something happens to a disk, or to all machines.</summary>
    /// <returns>False when nothing does.</returns>
    public bool Strike(Random random)
    {
        var node = cluster[random.Next(cluster.Nodes.Count)];
        switch (random.Next(9))
        {
            case 0: EndAll(random); break;
            case 1 when node.IsRunning: node.LosePower(); break;
            case 2: node.Disk!.Refuses = random.Next(2) == 0 ? MapStoreProblem.Full : MapStoreProblem.ReadOnly; break;
            case 3: node.Disk!.SaveTime = TimeSpan.FromMilliseconds(random.Next(1, 3_000)); break;
            case 4: node.Disk!.IsCorrupt = true; break;
            case 5 when !node.IsRunning: node.Disk!.Wipe(); break;
            case 6: PutBack(node); break;
            default: return false;
        }

        cluster.Trace.Note("disks", $"strike {node.Name}");
        return true;
    }

    /// <summary>All disks are well.</summary>
    public void Mend()
    {
        foreach (var node in cluster.Nodes)
            (node.Disk!.Refuses, node.Disk.SaveTime) = (null, TimeSpan.FromMilliseconds(2));
    }

    /// <summary>Nobody needs a human, but for the disks.</summary>
    public void CheckErrors()
    {
        foreach (var error in cluster.Trace.Errors)
        {
            if (!OfDisks.Any(id => error.Contains(id, StringComparison.Ordinal)))
                throw new InvariantException($"Seed {cluster.Scheduler.Seed}: {cluster.Trace.Errors.Count} errors, one of them: {error}");
        }
    }

    /// <summary>Power fails everywhere, within a few milliseconds; it is back in seconds, or in a minute.</summary>
    private void EndAll(Random random)
    {
        foreach (var node in cluster.Nodes)
        {
            if (node.IsPaused)
                node.Resume();
            if (node.IsRunning)
                node.LosePower();
            cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(20)));
        }

        cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(2) == 0 ? 60_000 : random.Next(2_000)));
        foreach (var node in cluster.Nodes)
        {
            if (random.Next(4) > 0)
                node.Start();
        }
    }

    /// <summary>An older state of a node's disk takes the place of the newer one.</summary>
    private void PutBack(SimulatedNode node)
    {
        if (_backup is not { } backup)
        {
            _backup = (node, node.Disk!.Copy());
            return;
        }

        if (backup.Node.IsRunning)
            backup.Node.Crash();
        backup.Node.Disk = backup.Disk;
        _backup = null;
    }
}
