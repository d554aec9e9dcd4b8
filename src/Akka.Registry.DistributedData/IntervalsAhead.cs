namespace Akka.Registry.DistributedData;

/// <summary>One origin's writes above <paramref name="From"/>, up to <paramref name="To"/>.</summary>
internal readonly record struct OriginInterval(Origin Origin, ulong From, ulong To);

/// <summary>
/// Intervals of single origins that came whole, but ahead of those that lead up to them: the vector follows when the gap is filled.
/// </summary>
/// <remarks>Bounded: past the limit an interval is forgotten, and an exchange brings what it would have covered.</remarks>
internal sealed class IntervalsAhead(int intervalsMax)
{
    private readonly SortedDictionary<Origin, List<OriginInterval>> _intervals = [];
    private readonly List<Origin> _emptied = [];
    private int _count;

    /// <summary>Keeps an interval.</summary>
    public void Add(OriginInterval interval)
    {
        if (_count == intervalsMax)
            return;
        if (!_intervals.TryGetValue(interval.Origin, out var kept))
            _intervals.Add(interval.Origin, kept = []);
        kept.Add(interval);
        _count++;
    }

    /// <summary>Whether one of those that are kept holds all of it.</summary>
    public bool Holds(OriginInterval interval)
    {
        if (!_intervals.TryGetValue(interval.Origin, out var kept))
            return false;
        foreach (var one in kept)
        {
            if (one.From <= interval.From && one.To >= interval.To)
                return true;
        }

        return false;
    }

    /// <summary>Takes out what begins at or below the vector, and appends how far each origin is covered with it, ascending.</summary>
    public void Follow(VersionVector vector, List<VectorEntry> covered)
    {
        if (_count == 0)
            return;
        foreach (var (origin, kept) in _intervals)
        {
            var (before, upTo) = (vector[origin], vector[origin]);
            while (TakeNext(kept, upTo) is { } next)
                upTo = Math.Max(upTo, next.To);
            if (upTo > before)
                covered.Add(new VectorEntry(origin, upTo));
            if (kept.Count == 0)
                _emptied.Add(origin);
        }

        foreach (var origin in _emptied)
            _intervals.Remove(origin);
        _emptied.Clear();
    }

    /// <summary>The origin counts no more.</summary>
    public void Forget(Origin origin)
    {
        if (_intervals.Remove(origin, out var kept))
            _count -= kept.Count;
    }

    public void Clear()
    {
        _intervals.Clear();
        _count = 0;
    }

    private OriginInterval? TakeNext(List<OriginInterval> kept, ulong upTo)
    {
        for (var i = 0; i < kept.Count; i++)
        {
            var interval = kept[i];
            if (interval.From > upTo)
                continue;
            kept.RemoveAt(i);
            _count--;
            return interval;
        }

        return null;
    }
}
