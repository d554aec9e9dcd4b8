using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Akka.Registry.DistributedData;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Views;

/// <summary>
/// How far what is shown reflects the map: its vector, up to what is withheld from sight, and the records beyond it that are shown. Part
/// of the registry actor.
/// </summary>
internal sealed class ReadPosition
{
    /// <summary>Records that room is kept for: of a long interval that came in parts, not of all that a node is given when it joins.</summary>
    private const int RoomMax = 128 * 1024;

    private readonly SortedSet<Dot> _withheld = [];
    private readonly SortedSet<Dot> _dots = [];     // Those of _beyond: a cursor names the first of them, at each batch.
    private readonly List<RecordKey> _covered = [];
    private Dictionary<RecordKey, Dot> _beyond = [];

    /// <summary>What a reader of the views has been told.</summary>
    public ReadCursor Cursor { get; private set; } = ReadCursor.Empty;

    /// <summary>Records changed, or the vector moved.</summary>
    public void Advance(IReadOnlyList<TouchedKey> touched, VersionVector vector)
    {
        vector = Shown(vector);
        var advanced = !vector.Equals(Cursor.Vector);
        var moved = advanced || touched.Count > 0;
        foreach (var key in touched)
        {
            if (_beyond.Remove(key.Key, out var before))
                _dots.Remove(before);
            if (vector.Covers(key.Dot))
                continue;
            _beyond.Add(key.Key, key.Dot);
            _dots.Add(key.Dot);
        }

        if (advanced)
            DropCovered(vector);
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
        _dots.Clear();
        _dots.UnionWith(beyond.Values);
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

    private void DropCovered(VersionVector vector)
    {
        foreach (var (key, dot) in _beyond)
        {
            if (vector.Covers(dot))
                _covered.Add(key);
        }

        if (_covered.Count == _beyond.Count)
        {
            // An interval is whole now, as most are as soon as they have begun.
            _beyond.Clear();
            if (_beyond.Capacity > RoomMax)
                _beyond.TrimExcess();
            _dots.Clear();
        }
        else
        {
            foreach (var key in _covered)
            {
                _beyond.Remove(key, out var dot);
                _dots.Remove(dot);
            }
        }

        _covered.Clear();
    }

    private ImmutableArray<Dot> Beyond()
    {
        if (_dots.Count == 0)
            return [];
        var dots = new Dot[Math.Min(_dots.Count, ReadCursor.BeyondMax)];
        _dots.CopyTo(dots, 0, dots.Length);
        return ImmutableCollectionsMarshal.AsImmutableArray(dots);
    }
}
