using Akka.Registry.Actors;

namespace Akka.Registry.Limits;

/// <summary>Whether memory is at its high-water mark. One thread.</summary>
/// <remarks>
/// Once above, it is so until a little less than the mark is in use: else each entry that goes would let one in, and the next be refused.
/// </remarks>
/// <param name="mark">The share of memory above which it is high; 0: it never is.</param>
/// <param name="gauge">The memory; null: nobody looks.</param>
internal sealed class MemoryWatch(double mark, IMemoryGauge? gauge)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    /// <summary>Of the mark.</summary>
    private const double Relief = 0.95;

    private Instant? _nextLook;
    private Instant? _nextRefresh;

    /// <summary>Whether nothing new is to be let in.</summary>
    public bool IsHigh { get; private set; }

    /// <summary>The share in use at the last look.</summary>
    public double UsedShare { get; private set; }

    /// <summary>Looks, where it is time to.</summary>
    /// <returns>Whether <see cref="IsHigh"/> has changed.</returns>
    public bool Tick(Instant now)
    {
        if (gauge is null || mark <= 0 || now < _nextLook)
            return false;
        _nextLook = now + LookInterval;
        var before = IsHigh;
        UsedShare = gauge.UsedShare;
        IsHigh = UsedShare >= (IsHigh ? mark * Relief : mark);
        if (IsHigh && (_nextRefresh is null || now >= _nextRefresh))
        {
            // What went away since is still counted until the collector has looked.
            _nextRefresh = now + RefreshInterval;
            gauge.Refresh();
        }

        return IsHigh != before;
    }
}
