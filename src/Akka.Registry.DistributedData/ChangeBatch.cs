using System.Collections.Immutable;

namespace Akka.Registry.DistributedData;

/// <summary>The changes of one turn, a key at most once: a later change of a key extends the earlier one.</summary>
internal sealed class ChangeBatch
{
    /// <summary>A batch larger than this gives its memory back.</summary>
    private const int KeptMax = 4_096;

    private readonly List<RecordChange> _changes = [];
    private readonly Dictionary<MapRecord, int> _standing = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether the standing records are indexed; that begins with the first change that may extend another.</summary>
    private bool _indexed;

    public int Count => _changes.Count;

    public void Add(RecordChange change)
    {
        if (_changes.Count > 0 && change.Before is not null && Index().Remove(change.Before, out var earlier))
        {
            _changes[earlier] = new RecordChange(_changes[earlier].Before, change.After);
            if (change.After is not null)
                _standing.Add(change.After, earlier);
            return;
        }

        if (_indexed && change.After is not null)
            _standing.Add(change.After, _changes.Count);
        _changes.Add(change);
    }

    public ImmutableArray<RecordChange> Take()
    {
        var taken = _changes.ToImmutableArray();
        _changes.Clear();
        _standing.Clear();
        _indexed = false;
        if (taken.Length > KeptMax)
        {
            _changes.TrimExcess();
            _standing.TrimExcess();
        }

        return taken;
    }

    private Dictionary<MapRecord, int> Index()
    {
        for (var i = 0; i < _changes.Count && !_indexed; i++)
        {
            if (_changes[i].After is { } after)
                _standing.Add(after, i);
        }

        _indexed = true;
        return _standing;
    }
}
