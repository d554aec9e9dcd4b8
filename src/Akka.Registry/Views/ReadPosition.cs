using System.Collections.Immutable;
using Akka.Registry.DistributedData;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Views;

/// <summary>
/// How far what is shown reflects the map: its vector, up to what is withheld from sight, and the records beyond it that are shown. Part
/// of the registry actor.
/// </summary>
internal sealed class ReadPosition
{
    private readonly SortedSet<Dot> _withheld = [];
    private Dictionary<RecordKey, Dot> _beyond = [];

    /// <summary>What a reader of the views has been told.</summary>
    public ReadCursor Cursor { get; private set; } = ReadCursor.Empty;

    /// <summary>Records changed, or the vector moved.</summary>
    public void Advance(IReadOnlyList<TouchedKey> touched, VersionVector vector)
    {
        vector = Shown(vector);
        var moved = !vector.Equals(Cursor.Vector);
        var before = _beyond.Count;
        foreach (var key in touched)
        {
            moved = true;
            if (vector.Covers(key.Dot))
                _beyond.Remove(key.Key);
            else
                _beyond[key.Key] = key.Dot;
        }

        if (before > 0)
            moved |= DropCovered(vector);
        if (moved)
            Cursor = new ReadCursor(vector, Beyond());
    }

    /// <summary>A record that stands is not shown: no cursor covers it, so whoever goes on elsewhere is told of it there.</summary>
    public void Withhold(Dot dot) => _withheld.Add(dot);

    /// <summary>It is shown, or superseded.</summary>
    public void Release(Dot dot) => _withheld.Remove(dot);

    /// <summary>Everything was replaced.</summary>
    public void Replace(VersionVector vector, Dictionary<RecordKey, Dot> beyond)
    {
        _withheld.Clear();
        _beyond = beyond;
        Cursor = new ReadCursor(vector, Beyond());
    }

    private VersionVector Shown(VersionVector vector)
    {
        // In ascending order: the lowest of a writer comes first, and those above it change nothing.
        foreach (var dot in _withheld)
        {
            if (vector.Covers(dot))
                vector = vector.With(dot.Writer, dot.Sequence - 1);
        }

        return vector;
    }

    private bool DropCovered(VersionVector vector)
    {
        var before = _beyond.Count;
        foreach (var (key, dot) in _beyond)
        {
            if (vector.Covers(dot))
                _beyond.Remove(key);
        }

        return _beyond.Count < before;
    }

    private ImmutableArray<Dot> Beyond()
    {
        if (_beyond.Count == 0)
            return [];
        var dots = new Dot[_beyond.Count];
        _beyond.Values.CopyTo(dots, 0);
        Array.Sort(dots);
        return dots.Length <= ReadCursor.BeyondMax ? [.. dots] : [.. dots.AsSpan(0, ReadCursor.BeyondMax)];
    }
}
