using System.Collections.Immutable;

namespace Akka.Registry.DistributedData;

/// <summary>The changes of one turn, a key at most once: a later change of a key extends the earlier one.</summary>
internal sealed class ChangeBatch
{
    private readonly List<RecordChange> _changes = [];
    private readonly Dictionary<MapRecord, int> _standing = new(ReferenceEqualityComparer.Instance);

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

        if (_standing.Count > 0 && change.After is not null)
            _standing.Add(change.After, _changes.Count);
        _changes.Add(change);
    }

    public ImmutableArray<RecordChange> Take()
    {
        var taken = _changes.ToImmutableArray();
        _changes.Clear();
        _standing.Clear();
        return taken;
    }

    private Dictionary<MapRecord, int> Index()
    {
        if (_standing.Count == 0)
        {
            for (var i = 0; i < _changes.Count; i++)
            {
                if (_changes[i].After is { } after)
                    _standing.Add(after, i);
            }
        }

        return _standing;
    }
}
