using System.Text;

namespace Akka.Registry.TestKit;

/// <summary>
/// Takes note of every <see cref="SimulatedCluster"/> that this thread makes while it lasts: for who runs a scenario and wants its
/// trace and figures, those of a run that failed too. It changes nothing of what is simulated.
/// </summary>
public sealed class SimulationRecording : IDisposable
{
    [ThreadStatic]
    private static SimulationRecording? _current;

    private readonly List<SimulatedCluster> _clusters = [];

    private SimulationRecording() { }

    /// <summary>The clusters, in the order in which they were made.</summary>
    public IReadOnlyList<SimulatedCluster> Clusters => _clusters;

    /// <summary>Virtual seconds, summed over the nodes that ran.</summary>
    public double NodeSeconds => _clusters.Sum(cluster => cluster.NodeTime.TotalSeconds);

    /// <summary>Events that ran: turns of actors, ticks of timers, frames that arrived, steps of clients.</summary>
    public long Events => _clusters.Sum(cluster => cluster.Scheduler.EventsRun);

    /// <summary>Begins to take note, on this thread.</summary>
    /// <exception cref="InvalidOperationException">A recording lasts already.</exception>
    public static SimulationRecording Start()
    {
        if (_current is not null)
            throw new InvalidOperationException("This thread is recorded already.");
        return _current = new SimulationRecording();
    }

    /// <summary>
    /// The whole trace, and behind it the sums of events and frames and what each node holds: the same for the same seed, byte for byte.
    /// </summary>
    public string Transcript()
    {
        var text = new StringBuilder();
        foreach (var cluster in _clusters)
        {
            text.Append("seed ").Append(cluster.Scheduler.Seed).Append('\n');
            text.AppendJoin('\n', cluster.Trace.Lines).Append('\n');
            text.Append("end      ").Append(cluster.Scheduler.EventsRun).Append(" events, ").Append(cluster.Network.FramesSent)
                .Append(" frames, ").Append(cluster.Network.BytesSent).Append(" bytes, ").Append(cluster.Network.FramesLost).Append(" lost\n");
            foreach (var node in cluster.Nodes)
            {
                text.Append("end      ").Append(node.Name).Append(' ');
                text.Append(node.IsRunning ? $"{node.Node.Map.Status.StateHash:x16} {node.Node.Map.Status.Vector}" : "does not run").Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Ends it; what was noted stays.</summary>
    public void Dispose()
    {
        if (_current == this)
            _current = null;
    }

    internal static void Note(SimulatedCluster cluster) => _current?._clusters.Add(cluster);
}
