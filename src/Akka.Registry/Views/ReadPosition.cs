using System.Collections.Immutable;
using Akka.Registry.DistributedData;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Views;

/// <summary>
/// How far what is shown reflects the map: its vector, and the records that are shown although the vector does not cover them yet. Part
/// of the registry actor.
/// </summary>
internal sealed class ReadPosition
{
    private Dictionary<RecordKey, Dot> _beyond = [];

    /// <summary>What a reader of the views has been told.</summary>
    public ReadCursor Cursor { get; private set; } = ReadCursor.Empty;

    /// <summary>Records changed, or the vector moved.</summary>
    public void Advance(IReadOnlyList<TouchedKey> touched, VersionVector vector)
    {
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

    /// <summary>Everything was replaced.</summary>
    public void Replace(VersionVector vector, Dictionary<RecordKey, Dot> beyond)
    {
        _beyond = beyond;
        Cursor = new ReadCursor(vector, Beyond());
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
