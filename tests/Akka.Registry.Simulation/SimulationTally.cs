using System.Diagnostics;
using System.Globalization;

namespace Akka.Registry.Simulation;

/// <summary>What was simulated by one process: seeds, and seconds that nodes lived in virtual time. Any thread.</summary>
internal sealed class SimulationTally : IDisposable
{
    private readonly Lock _gate = new();
    private long _seeds;
    private double _nodeSeconds;
    private long _startedAt = long.MaxValue;
    private long _endedAt;

    /// <summary>That of the ordinary run.</summary>
    public static SimulationTally Shared { get; } = new();

    /// <summary>Seeds run.</summary>
    public long Seeds
    {
        get
        {
            lock (_gate)
                return _seeds;
        }
    }

    /// <summary>Virtual seconds, summed over the nodes that ran.</summary>
    public double NodeSeconds
    {
        get
        {
            lock (_gate)
                return _nodeSeconds;
        }
    }

    /// <summary>One seed was run.</summary>
    public void Add(SeedRun run)
    {
        lock (_gate)
        {
            _seeds++;
            _nodeSeconds += run.Recording.NodeSeconds;
        }
    }

    /// <summary>Some ran between these two timestamps of the machine.</summary>
    public void AddTime(long startedAt, long endedAt)
    {
        lock (_gate)
            (_startedAt, _endedAt) = (Math.Min(_startedAt, startedAt), Math.Max(_endedAt, endedAt));
    }

    /// <summary>The sum, as one line.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            var seconds = _endedAt > _startedAt ? Stopwatch.GetElapsedTime(_startedAt, _endedAt).TotalSeconds : 0;
            var pace = seconds > 0 ? _nodeSeconds / seconds : 0;
            return string.Create(CultureInfo.InvariantCulture,
                $"simulation: {_seeds} seeds, {_nodeSeconds:0} node-seconds, {pace:0} node-seconds/s");
        }
    }

    /// <summary>Writes the sum where the environment says; a test runner does not show what tests print.</summary>
    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("AKREG_SIMULATION_SUMMARY") is { Length: > 0 } path)
            File.WriteAllText(path, $"{this}\n");
    }
}
