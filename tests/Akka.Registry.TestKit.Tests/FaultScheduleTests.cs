namespace Akka.Registry.TestKit.Tests;

/// <summary>Faults begin and end when they should, and overlap without undoing each other.</summary>
public class FaultScheduleTests
{
    private readonly SimulatedCluster _cluster = new(seed: 5, nodes: 3);

    public FaultScheduleTests()
    {
        _cluster.StartAll();
        _cluster.AwaitReady();
    }

    [Fact]
    public void A_node_runs_when_no_fault_keeps_it_down()
    {
        FaultSchedule.Begin(_cluster,
        [
            new Fault.Crash(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), Node: 1),
            new Fault.CrashAll(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)),
        ]);
        Running().ShouldBe([true, true, true]);
        _cluster.RunFor(TimeSpan.FromSeconds(1.5));
        Running().ShouldBe([true, false, true]);
        _cluster.RunFor(TimeSpan.FromSeconds(1));
        Running().ShouldBe([false, false, false]);
        _cluster.RunFor(TimeSpan.FromSeconds(1));
        Running().ShouldBe([true, false, true]);
        _cluster.RunFor(TimeSpan.FromSeconds(2));
        Running().ShouldBe([true, true, true]);
        _cluster.AwaitReady();
    }

    [Fact]
    public void The_end_of_one_cut_leaves_the_other()
    {
        FaultSchedule.Begin(_cluster,
        [
            new Fault.Partition(TimeSpan.Zero, TimeSpan.FromSeconds(60), [0]),
            new Fault.OneWay(TimeSpan.Zero, TimeSpan.FromSeconds(1), From: 1, To: 2),
        ]);
        _cluster.RunFor(TimeSpan.FromSeconds(50));
        var view = _cluster[1].Node.Membership.View;
        view.Find(_cluster[0].Node.Self.Uid)?.State.ShouldBe(Cluster.MemberState.Down);
        view.Find(_cluster[2].Node.Self.Uid)!.State.ShouldBe(Cluster.MemberState.Up);
        _cluster.RunFor(TimeSpan.FromSeconds(12));
        _cluster.AwaitReady();
    }

    [Fact]
    public void Each_fault_is_in_the_trace_when_it_begins_and_when_it_ends()
    {
        FaultSchedule.Begin(_cluster, [new Fault.Pause(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), Node: 2)]);
        _cluster.RunFor(TimeSpan.FromSeconds(4));
        var lines = _cluster.Trace.Lines.Where(line => line.Contains(" fault ", StringComparison.Ordinal)).ToList();
        lines.Count.ShouldBe(2);
        lines[0].ShouldEndWith("begins: Pause of 2, 2.000 s");
        lines[1].ShouldEndWith("ends: Pause of 2, 2.000 s");
    }

    [Fact]
    public void What_is_drawn_is_a_function_of_the_seed_and_ends_within_its_span()
    {
        var span = TimeSpan.FromSeconds(40);
        var drawn = FaultSchedule.Draw(new Random(9), nodes: 5, count: 200, span);
        var again = FaultSchedule.Draw(new Random(9), nodes: 5, count: 200, span);
        drawn.Select(fault => (fault.At, fault.ToString())).ShouldBe(again.Select(fault => (fault.At, fault.ToString())));
        drawn.ShouldAllBe(fault => fault.At + fault.Span <= span);
        drawn.Select(fault => fault.GetType()).Distinct().Count().ShouldBe(11);
    }

    private IEnumerable<bool> Running() => _cluster.Nodes.Select(node => node.IsRunning);
}
