namespace Akka.Registry.DistributedData;

/// <summary>
/// Keys of own writes that a record of another origin superseded before every peer covered them: an own interval is pushed with
/// the records that stand for its writes, whoever wrote them, and the origin's own log no longer names those keys.
/// </summary>
/// <remarks>Bounded: past the limit the lowest sequences are forgotten, and the floor says below which no own interval may begin.</remarks>
internal sealed class OwnPushLog(int entriesMax)
{
    private readonly SortedSet<(ulong Sequence, RecordKey Key)> _superseded = new(BySequence.Instance);

    /// <summary>An own interval may begin here or above; below it only a whole-vector delta will do.</summary>
    public ulong Floor { get; private set; }

    public int Count => _superseded.Count;

    /// <summary>An own write was superseded by a record of another origin.</summary>
    public void Superseded(MapRecord own)
    {
        if (own.Dot.Sequence <= Floor)
            return;
        _superseded.Add((own.Dot.Sequence, own.Key));
        if (_superseded.Count <= entriesMax)
            return;
        Floor = _superseded.Min.Sequence;
        _superseded.Remove(_superseded.Min);
    }

    /// <summary>Appends the keys of superseded own writes in (above, upTo].</summary>
    public void CopyTo(List<RecordKey> keys, ulong above, ulong upTo)
    {
        if (_superseded.Count == 0 || above >= upTo)
            return;
        foreach (var (_, key) in _superseded.GetViewBetween((above + 1, null!), (upTo, null!)))
            keys.Add(key);
    }

    /// <summary>All current peers cover the own writes up to here: their keys are needed no more.</summary>
    public void Acknowledged(ulong upTo)
    {
        while (_superseded.Count > 0 && _superseded.Min.Sequence <= upTo)
        {
            Floor = Math.Max(Floor, _superseded.Min.Sequence);
            _superseded.Remove(_superseded.Min);
        }
    }

    /// <summary>The state was taken anew; the keys of writes up to here are not known.</summary>
    public void Reset(ulong floor)
    {
        _superseded.Clear();
        Floor = floor;
    }

    private sealed class BySequence : IComparer<(ulong Sequence, RecordKey Key)>
    {
        public static BySequence Instance { get; } = new();

        public int Compare((ulong Sequence, RecordKey Key) x, (ulong Sequence, RecordKey Key) y) => x.Sequence.CompareTo(y.Sequence);
    }
}
