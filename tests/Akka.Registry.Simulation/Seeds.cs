using System.Collections.Concurrent;
using System.Diagnostics;

namespace Akka.Registry.Simulation;

/// <summary>Runs a scenario for many seeds on all cores; a failure names its seed and the command that replays it.</summary>
internal static class Seeds
{
    private const int FailuresMax = 5;

    /// <summary>Only this seed, with its trace, when the environment names one.</summary>
    public static int? Replayed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SEED"), out var seed) ? seed : null;

    /// <summary>Only this scenario, when the environment names one.</summary>
    public static string? Chosen { get; } =
        Environment.GetEnvironmentVariable("SCENARIO") is { Length: > 0 } name ? Scenarios.Find(name).Name : null;

    /// <summary>Runs the scenario once a seed.</summary>
    /// <param name="scenario">Which one, and how many seeds.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="tally">Adds up what was run.</param>
    public static void Run(Scenario scenario, int first, SimulationTally tally)
    {
        var failed = new ConcurrentBag<SeedRun>();
        var started = Stopwatch.GetTimestamp();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(first, first + scenario.Seeds, options, (seed, loop) =>
        {
            var run = scenario.Play(seed);
            tally.Add(run);
            if (run.Failure is null)
                return;
            failed.Add(run);
            if (failed.Count >= FailuresMax)
                loop.Stop();
        });
        tally.AddTime(started, Stopwatch.GetTimestamp());
        if (failed.MinBy(run => run.Seed) is { } worst)
        {
            Assert.Fail($"{scenario}: {failed.Count} of {scenario.Seeds} seeds failed " +
                $"({string.Join(", ", failed.Select(run => run.Seed).Order())}). Replay: {worst.ReplayCommand}\n{worst.Failure}");
        }
    }
}
