using System.Diagnostics;

namespace Akka.Registry.TestKit;

/// <summary>Faults that begin and end by themselves while time passes; each is noted in the trace.</summary>
/// <remarks>
/// Faults may overlap, on one node and on one link too: a link is as the latest of those that touch it makes it, and a node runs when
/// no fault keeps it down. A fault that finds its node down or frozen already does nothing to it.
/// </remarks>
/// <example>
/// <code>
/// FaultSchedule.Begin(cluster,
/// [
///     new Fault.Partition(At: TimeSpan.FromSeconds(2), Span: TimeSpan.FromSeconds(20), Nodes: [0]),
///     new Fault.Crash(At: TimeSpan.FromSeconds(5), Span: TimeSpan.FromSeconds(3), Node: 1),
/// ]);
/// cluster.RunFor(TimeSpan.FromSeconds(40));
/// </code>
/// </example>
public sealed class FaultSchedule
{
    private readonly SimulatedCluster _cluster;
    private readonly LinkConditions _calm;
    private readonly List<Fault> _active = [];

    private FaultSchedule(SimulatedCluster cluster, IEnumerable<Fault> faults)
    {
        _cluster = cluster;
        _calm = cluster.Network.Conditions;
        Faults = [.. faults];
        EndsAt = cluster.Scheduler.Elapsed + (Faults.Count == 0 ? TimeSpan.Zero : Faults.Max(fault => fault.At + fault.Span));
    }

    /// <summary>The faults, as they were given.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    /// <summary>When the last of them is over, in virtual time.</summary>
    public TimeSpan EndsAt { get; }

    /// <summary>Lets the faults happen from now on, as time passes. Links have no conditions of their own but theirs meanwhile.</summary>
    public static FaultSchedule Begin(SimulatedCluster cluster, IEnumerable<Fault> faults)
    {
        var schedule = new FaultSchedule(cluster, faults);
        foreach (var fault in schedule.Faults)
            cluster.Scheduler.Schedule(fault.At, () => schedule.OnBegin(fault));
        return schedule;
    }

    /// <summary>Draws faults of every kind.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="nodes">Nodes of the cluster, at least 2.</param>
    /// <param name="count">How many faults.</param>
    /// <param name="span">Within which they begin and end.</param>
    public static IReadOnlyList<Fault> Draw(Random random, int nodes, int count, TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 2);
        var faults = new List<Fault>();
        for (var i = 0; i < count; i++)
        {
            var at = span * (random.NextDouble() * 0.8);
            faults.Add(DrawOne(random, nodes, at, (span - at) * random.NextDouble()));
        }

        return faults;
    }

    private static Fault DrawOne(Random random, int nodes, TimeSpan at, TimeSpan span)
    {
        var node = random.Next(nodes);
        var other = (node + 1 + random.Next(nodes - 1)) % nodes;
        return random.Next(12) switch
        {
            0 or 1 => new Fault.Crash(at, span, node),
            2 => new Fault.Pause(at, span, node),
            3 => new Fault.Partition(at, span, [node]),
            4 => new Fault.Partition(at, span, [node, other]),
            5 => new Fault.OneWay(at, span, node, other),
            6 => new Fault.HalfOpen(at, span, node, other),
            7 => new Fault.Reset(at, node, other),
            8 => new Fault.SlowLink(at, span, node, other, random.Next(500, 20_000), TimeSpan.FromMilliseconds(random.Next(300))),
            9 => new Fault.Weather(at, span, DrawWeather(random)),
            10 => new Fault.ClockStep(at, span, node, TimeSpan.FromSeconds(random.Next(-300, 301))),
            11 when random.Next(4) == 0 => new Fault.CrashAll(at, span / 4),
            11 => new Fault.ClockDrift(at, span, node, random.Next(-500, 501)),
            _ => throw new UnreachableException("No such fault."),
        };
    }

    private static LinkConditions DrawWeather(Random random) => new()
    {
        LatencyMax = TimeSpan.FromMilliseconds(random.Next(2, 60)),
        LatencyTail = random.Next(2) * 0.02,
        LatencyTailMax = TimeSpan.FromMilliseconds(random.Next(100, 3_000)),
        Loss = random.NextDouble() * 0.15,
        Duplication = random.NextDouble() * 0.1,
        Reordering = random.Next(2) == 0,
    };

    private void OnBegin(Fault fault)
    {
        _cluster.Trace.Note("fault", $"begins: {fault}");
        switch (fault)
        {
            case Fault.Crash crash: Crash(_cluster[crash.Node]); break;
            case Fault.CrashAll: Crash([.. _cluster.Nodes]); break;
            case Fault.Pause { Node: var node } when _cluster[node] is { IsRunning: true, IsPaused: false } running: running.Pause(); break;
            case Fault.Pause: break; // Down, or frozen by another fault.
            case Fault.Reset reset: _cluster.Network.Reset(_cluster[reset.Node].Address, _cluster[reset.Other].Address); return;
            case Fault.ClockStep step: _cluster[step.Node].WallClockOffset = step.Offset; break;
            case Fault.ClockDrift drift: _cluster[drift.Node].ClockDriftPpm = drift.Ppm; break;
            case Fault.Partition or Fault.OneWay or Fault.HalfOpen or Fault.SlowLink or Fault.Weather: break; // Links, below.
            default: throw new UnreachableException($"No rule for {fault}.");
        }

        _active.Add(fault);
        SetLinks();
        _cluster.Scheduler.Schedule(fault.Span, () => OnEnd(fault));
    }

    private void OnEnd(Fault fault)
    {
        _cluster.Trace.Note("fault", $"ends: {fault}");
        _active.Remove(fault);
        switch (fault)
        {
            case Fault.Crash crash: Restart(crash.Node); break;
            case Fault.CrashAll:
                for (var node = 0; node < _cluster.Nodes.Count; node++)
                    Restart(node);
                break;
            case Fault.Pause pause when _cluster[pause.Node].IsPaused && !_active.Exists(other => other is Fault.Pause p && p.Node == pause.Node):
                _cluster[pause.Node].Resume();
                break;
            case Fault.Pause: break; // Another fault keeps it frozen, or it has crashed meanwhile.
            case Fault.ClockStep step: _cluster[step.Node].WallClockOffset = TimeSpan.Zero; break;
            case Fault.ClockDrift drift: _cluster[drift.Node].ClockDriftPpm = 0; break;
            case Fault.Partition or Fault.OneWay or Fault.HalfOpen or Fault.SlowLink or Fault.Weather: break; // Links, below.
            default: throw new UnreachableException($"No rule for {fault}.");
        }

        SetLinks();
    }

    private static void Crash(params SimulatedNode[] nodes)
    {
        foreach (var node in nodes)
        {
            if (node.IsRunning)
                node.Crash();
        }
    }

    private void Restart(int index)
    {
        var keptDown = _active.Exists(fault => fault is Fault.CrashAll || (fault is Fault.Crash crash && crash.Node == index));
        if (!_cluster[index].IsRunning && !keptDown)
            _cluster[index].Start();
    }

    /// <summary>Makes every link what the active faults say, the latest last.</summary>
    private void SetLinks()
    {
        var network = _cluster.Network;
        network.Heal();
        network.Conditions = _active.FindLast(fault => fault is Fault.Weather) is Fault.Weather weather ? weather.Conditions : _calm;
        foreach (var fault in _active)
        {
            switch (fault)
            {
                case Fault.Partition partition: Cut(partition.Nodes); break;
                case Fault.OneWay cut: Set(cut.From, cut.To, network.Conditions with { Blocked = true }); break;
                case Fault.HalfOpen half: Set(half.From, half.To, network.Conditions with { HalfOpen = true }); break;
                case Fault.SlowLink slow: Set(slow.From, slow.To, Slow(slow)); break;
                default: break; // Not about single links.
            }
        }
    }

    private LinkConditions Slow(Fault.SlowLink slow) => _cluster.Network.Conditions with
    {
        BytesPerSecond = slow.BytesPerSecond,
        LatencyMin = _cluster.Network.Conditions.LatencyMin + slow.Latency,
        LatencyMax = _cluster.Network.Conditions.LatencyMax + slow.Latency,
    };

    private void Set(int from, int to, LinkConditions conditions) =>
        _cluster.Network.SetLink(_cluster[from].Address, _cluster[to].Address, conditions);

    private void Cut(IReadOnlyList<int> nodes)
    {
        var left = nodes.Select(index => _cluster[index]).ToList();
        _cluster.Network.Partition([.. left.Select(node => node.Address)], [.. _cluster.Nodes.Except(left).Select(node => node.Address)]);
    }
}
