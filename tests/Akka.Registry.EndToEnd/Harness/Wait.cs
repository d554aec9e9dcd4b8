using System.Diagnostics;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>Waits for what other processes do.</summary>
internal static class Wait
{
    public static async Task<TimeSpan> UntilAsync(string what, TimeSpan limit, Func<Task<bool>> condition, Func<string>? more = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (await condition())
                return clock.Elapsed;
            if (clock.Elapsed > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.0} s: {what}.\n{more?.Invoke()}");
            await Task.Delay(10);
        }
    }

    /// <summary>Asks again and again for a while; the condition must hold each time.</summary>
    public static async Task AlwaysAsync(string what, TimeSpan span, Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < span)
        {
            if (!await condition())
                throw new InvalidOperationException($"Broken after {clock.Elapsed.TotalSeconds:0.00} s: {what}.");
            await Task.Delay(20);
        }
    }
}
