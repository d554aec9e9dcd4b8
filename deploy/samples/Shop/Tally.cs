using System.Collections.Concurrent;
using System.Globalization;

namespace Shop;

/// <summary>How calls fared. Any thread.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<int, int> _served = new();
    private readonly ConcurrentDictionary<string, int> _failures = new();
    private int _begun;
    private int _failed;

    /// <summary>Calls that were begun.</summary>
    public int Begun => _begun;

    /// <summary>Calls that ended one way or the other.</summary>
    public int Calls => _served.Values.Sum() + _failed;

    /// <summary>Calls that failed.</summary>
    public int Failed => _failed;

    /// <summary>Begins a call.</summary>
    /// <returns>Its number, from 1 on.</returns>
    public int Begin() => Interlocked.Increment(ref _begun);

    /// <summary>A call was answered.</summary>
    public void Serve(int process) => _served.AddOrUpdate(process, 1, static (_, count) => count + 1);

    /// <summary>A call failed.</summary>
    public void Fail(string reason)
    {
        Interlocked.Increment(ref _failed);
        _failures.AddOrUpdate(reason, 1, static (_, count) => count + 1);
    }

    /// <summary>A line for each process that answered and each way to fail, and the sum.</summary>
    public void Print(TextWriter to)
    {
        foreach (var (process, count) in _served.OrderBy(served => served.Key))
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"served by {process}: {count}"));
        foreach (var (reason, count) in _failures.OrderByDescending(failure => failure.Value))
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"failed {count} times: {reason}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"shop: {Calls} calls, {Failed} failed"));
    }
}
