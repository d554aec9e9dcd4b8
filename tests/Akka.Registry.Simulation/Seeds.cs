using System.Collections.Concurrent;

namespace Akka.Registry.Simulation;

/// <summary>Runs a scenario for many seeds; a failure names its seed and the command that replays it.</summary>
internal static class Seeds
{
    /// <summary>Only this seed, with its trace, when the environment names one.</summary>
    public static int? Replayed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SEED"), out var seed) ? seed : null;

    /// <summary>Runs the scenario once a seed.</summary>
    /// <param name="scenario">Its name, for the message.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="run">Throws when an invariant does not hold.</param>
    public static void Run(string scenario, int first, int count, Action<int> run)
    {
        if (Replayed is { } only)
        {
            run(only);
            return;
        }

        var failures = new ConcurrentDictionary<int, Exception>();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            try
            {
                run(seed);
            }
            catch (Exception e)
            {
                failures[seed] = e;
                if (failures.Count >= 5)
                    loop.Stop();
            }
        });
        if (failures.IsEmpty)
            return;
        var (worst, why) = failures.MinBy(pair => pair.Key);
        Assert.Fail($"{scenario}: {failures.Count} of {count} seeds failed ({string.Join(", ", failures.Keys.Order())}). " +
            $"Replay: SEED={worst} tests/run.sh Simulation\n{why}");
    }
}
