using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Akka.Registry.Simulation;

/// <summary>Fresh seeds over all scenarios on all cores, for so long.</summary>
internal static class Soak
{
    /// <summary>Runs, prints each failure as it comes, and ends with the sum alone on a line.</summary>
    /// <param name="span">How long seeds are begun; those that run at its end are run to theirs.</param>
    /// <param name="first">Where the seeds begin; null to draw it.</param>
    /// <returns>0 when every promise held, else 1.</returns>
    public static int Run(TimeSpan span, int? first)
    {
        // Fresh each time, above what ordinary runs try, and with room for all that one soak can run.
        var seedBase = first ?? RandomNumberGenerator.GetInt32(1_000_000, 2_000_000_000);
        Console.WriteLine($"soak: base {seedBase}, {span.TotalMinutes:0.#} min, {Environment.ProcessorCount} cores, {Scenarios.All.Count} scenarios");
        var tally = new SimulationTally();
        var started = Stopwatch.GetTimestamp();
        var (next, failures) = (-1, 0);
        Parallel.For(0, Environment.ProcessorCount, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < span)
            {
                // Scenarios in turn: each gets as many seeds as the next, whatever it takes.
                var turn = Interlocked.Increment(ref next);
                var run = Scenarios.All[turn % Scenarios.All.Count].Play(seedBase + (turn / Scenarios.All.Count));
                tally.Add(run);
                if (run.Failure is not null)
                    Report(run, Interlocked.Increment(ref failures));
            }
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"soak: {tally.Seeds} seeds, {tally.NodeSeconds / 3_600:0.0} node-hours, {failures} failures"));
        return failures == 0 ? 0 : 1;
    }

    private static void Report(SeedRun run, int number)
    {
        Console.WriteLine($"FAILED {number}: {run.Scenario}, seed {run.Seed}: {run.FailureLine}\n  replay: {run.ReplayCommand}");
    }
}
