using System.Diagnostics;

namespace Akka.Registry.Etcd.Tests.Harness;

/// <summary>Waits for what real processes do, with more patience than a busy machine needs.</summary>
internal static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public static async Task UntilAsync(string what, Func<Task<bool>> condition, Func<string>? more = null)
    {
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (!await condition())
        {
            if (clock.Elapsed > Patience)
                throw new TimeoutException($"In vain: {what}.\n{more?.Invoke()}");
            await timer.WaitForNextTickAsync();
        }
    }

    public static Task UntilAsync(string what, Func<bool> condition, Func<string>? more = null) =>
        UntilAsync(what, () => Task.FromResult(condition()), more);

    /// <summary>Holds all the time.</summary>
    public static async Task AlwaysAsync(string what, TimeSpan span, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (clock.Elapsed < span)
        {
            condition().ShouldBeTrue($"{what}, after {clock.Elapsed.TotalSeconds:0.00} s");
            await timer.WaitForNextTickAsync();
        }
    }

    public static async Task PassAsync(TimeSpan span)
    {
        using var timer = new PeriodicTimer(span);
        await timer.WaitForNextTickAsync();
    }
}
