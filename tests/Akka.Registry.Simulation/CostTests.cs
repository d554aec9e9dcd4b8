using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>
/// What a second of one node's life costs to simulate. Counted, not timed: events exactly, bytes as the runtime counts them. Whoever
/// makes it dearer sees it here, and either finds the reason or raises the bound knowingly.
/// </summary>
public class CostTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A second of a node: a probe and a digest with their answers, sent and taken; the sweeps of leases and orphans; and four beats,
    /// each an ask and its answer. Measured 40.03.
    /// </summary>
    [Fact]
    public void A_quiet_node_second_takes_few_events() =>
        Measure().Events.ShouldBeLessThan(44);

    /// <summary>Frames, beats and figures published after each turn. Measured 12.5 KiB.</summary>
    [Fact]
    public void A_quiet_node_second_allocates_little()
    {
        Measure();
        Measure().KiB.ShouldBeLessThan(14);
    }

    private (double Events, double KiB) Measure()
    {
        using var recording = SimulationRecording.Start();
        var world = new QuietWorld(seed: 1);
        world.Cluster.RunFor(Span);
        var (events, bytes, seconds) = (recording.Events, GC.GetAllocatedBytesForCurrentThread(), recording.NodeSeconds);
        world.Cluster.RunFor(Span);
        seconds = recording.NodeSeconds - seconds;
        var cost = ((recording.Events - events) / seconds, (GC.GetAllocatedBytesForCurrentThread() - bytes) / seconds / 1024);
        output.WriteLine($"{cost.Item1:0.00} events and {cost.Item2:0.00} KiB a node-second");
        return cost;
    }
}
