using Akka.Registry.Actors;

namespace Akka.Registry;

/// <summary>Lets one line through in an interval, with the number of those that it stands for. One thread.</summary>
/// <param name="interval">The interval.</param>
public sealed class LogGate(TimeSpan interval)
{
    private Instant? _next;
    private long _count;

    /// <summary>One more of the kind.</summary>
    /// <param name="now">Now, monotonic.</param>
    /// <param name="count">How many it stands for, this one included.</param>
    /// <returns>Whether to log.</returns>
    public bool Opens(Instant now, out long count)
    {
        count = ++_count;
        if (_next is { } next && now < next)
            return false;
        _next = now + interval;
        _count = 0;
        return true;
    }
}
