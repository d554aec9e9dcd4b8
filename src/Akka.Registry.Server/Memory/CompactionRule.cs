namespace Akka.Registry.Server.Memory;

/// <summary>
/// When a heap is worth compacting: when entries have come or gone in number since it was, and the process has nothing better to do. One
/// thread.
/// </summary>
internal sealed class CompactionRule
{
    /// <summary>How often it is asked.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Of processor time from one look to the next: who takes more is not quiet.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(0.25);

    /// <summary>Looks in a row at which it is quiet.</summary>
    private const int QuietLooks = 2;

    /// <summary>Entries that have to come or go at least, and the share of them all.</summary>
    private const long MovedMin = 10_000;
    private const int MovedShare = 4;

    private TimeSpan _spent;
    private long _entries;
    private int _quiet;

    /// <summary>Whether to compact it now.</summary>
    /// <param name="spent">Processor time that the process has taken since its start.</param>
    /// <param name="entries">Entries that it holds.</param>
    public bool Look(TimeSpan spent, long entries)
    {
        _quiet = spent - _spent < QuietTime ? _quiet + 1 : 0;
        _spent = spent;
        if (_quiet < QuietLooks || Math.Abs(entries - _entries) < Math.Max(MovedMin, _entries / MovedShare))
            return false;
        _entries = entries;
        return true;
    }
}
