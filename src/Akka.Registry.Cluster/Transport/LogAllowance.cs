using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Transport;

/// <summary>A token bucket for log lines: strangers must not be able to fill the disk. Not thread-safe.</summary>
/// <param name="linesPerMinute">The steady rate; a minute's worth may come at once.</param>
internal sealed class LogAllowance(int linesPerMinute)
{
    private readonly TimeSpan _perLine = TimeSpan.FromMinutes(1) / linesPerMinute;
    private Instant? _fullAt;
    private long _withheld;

    /// <summary>Asks for one line.</summary>
    /// <param name="now">The time.</param>
    /// <param name="withheld">When granted: lines that were not, since the last one that was.</param>
    public bool TryTake(Instant now, out long withheld)
    {
        withheld = 0;
        var fullAt = _fullAt is { } at && at > now ? at : now;
        if (fullAt + _perLine - now > TimeSpan.FromMinutes(1))
        {
            _withheld++;
            return false;
        }

        _fullAt = fullAt + _perLine;
        (withheld, _withheld) = (_withheld, 0);
        return true;
    }
}
