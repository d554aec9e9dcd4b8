using System.Globalization;

namespace Akka.Registry.Simulation;

/// <summary>What simulating costs: events, allocated bytes and time for each second that one node lives.</summary>
internal static class Measurement
{
    /// <summary>Runs seeds of one scenario, or of all, on this thread and prints a line each.</summary>
    public static void Run(string? name, int seeds)
    {
        foreach (var scenario in Scenarios.All)
        {
            if (name is null || scenario.Name == name)
                Console.WriteLine(Measure(scenario, seeds));
        }
    }

    private static string Measure(Scenario scenario, int seeds)
    {
        scenario.Play(1);
        var (nodeSeconds, events, failures) = (0.0, 0L, 0);
        var (started, bytes) = (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread());
        for (var seed = 1; seed <= seeds; seed++)
        {
            var run = scenario.Play(seed);
            nodeSeconds += run.Recording.NodeSeconds;
            events += run.Recording.Events;
            if (run.Failure is null)
                continue;
            failures++;
            Console.WriteLine($"{scenario}, seed {seed}: {run.FailureLine}");
        }

        // The process's time on cores, which neighbours do not stretch; compiler and collector included.
        var elapsed = (Environment.CpuUsage.TotalTime - started).TotalSeconds;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        return string.Create(CultureInfo.InvariantCulture,
            $"{scenario,-24} {seeds} seeds, {nodeSeconds / elapsed,8:0} node-seconds/s, {events / nodeSeconds,7:0.0} events and " +
            $"{bytes / nodeSeconds / 1024,7:0.0} KiB a node-second, {1e6 * elapsed / events,6:0.00} us an event, " +
            $"{1e3 * elapsed / seeds,6:0} ms a seed, {failures} failures");
    }
}
