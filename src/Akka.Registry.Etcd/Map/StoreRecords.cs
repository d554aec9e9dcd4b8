using System.Runtime.InteropServices;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Values;

namespace Akka.Registry.Etcd.Map;

/// <summary>One instance as this node holds it.</summary>
internal sealed class Held
{
    /// <summary>The record that stands: live, or why it is gone.</summary>
    public required MapRecord Record { get; set; }

    /// <summary>The revision of the entry's key; 0 when etcd has none.</summary>
    public long EntryAt { get; set; }

    /// <summary>The revision of the note's key; 0 when etcd has none.</summary>
    public long NoteAt { get; set; }

    /// <summary>The note at that revision.</summary>
    public EndedNote? Note { get; set; }

    /// <summary>When this is to be looked at again; null for never.</summary>
    public Instant? Until { get; set; }

    /// <summary>Whether the store was replaced, and what it held of this instance has not been written again.</summary>
    public bool IsCarried => Record.IsLive && EntryAt == 0;
}

/// <summary>All records of one node, and their order by revision. It knows nothing of etcd's ways.</summary>
internal sealed class StoreRecords
{
    private readonly Dictionary<RecordKey, Held> _held = [];
    private readonly PriorityQueue<RecordKey, long> _due = new();

    /// <summary>Records in the order of their revisions; one that stands no longer is skipped, and at times swept out.</summary>
    private List<MapRecord> _log = [];

    public int Count => _held.Count;

    public int LiveEntries { get; private set; }

    public int Tombstones => Count - LiveEntries;

    public ulong StateHash { get; private set; }

    public Held? Find(RecordKey key) => _held.GetValueOrDefault(key);

    public IEnumerable<Held> All => _held.Values;

    /// <summary>Puts a record in the place of the one of its key.</summary>
    public RecordChange Put(MapRecord record)
    {
        ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_held, record.Key, out _);
        var before = held?.Record;
        if (held is null)
            held = new Held { Record = record };
        else
            held.Record = record;
        Tally(before, -1);
        Tally(record, 1);
        Log(record);
        return new RecordChange(before, record);
    }

    /// <summary>Takes a tombstone out.</summary>
    public RecordChange Drop(Held held)
    {
        _held.Remove(held.Record.Key);
        Tally(held.Record, -1);
        return new RecordChange(held.Record, null);
    }

    public MapRecord[] ToArray()
    {
        var all = new MapRecord[_held.Count];
        var i = 0;
        foreach (var held in _held.Values)
            all[i++] = held.Record;
        return all;
    }

    /// <summary>Standing records of later revisions of a generation, in their order.</summary>
    public IEnumerable<MapRecord> Since(ulong revision, uint generation)
    {
        for (var i = FirstAfter(revision, generation); i < _log.Count; i++)
        {
            if (Stands(_log[i]))
                yield return _log[i];
        }
    }

    /// <summary>Has a record looked at again.</summary>
    public void Remind(Held held, Instant at)
    {
        held.Until = at;
        _due.Enqueue(held.Record.Key, at.Ticks);
    }

    /// <summary>The next one whose time has come; null for none.</summary>
    public Held? TakeDue(Instant now)
    {
        while (_due.TryPeek(out var key, out var at) && at <= now.Ticks)
        {
            _due.Dequeue();
            if (Find(key) is { } held && held.Until?.Ticks == at)
            {
                held.Until = null;
                return held;
            }
        }

        return null;
    }

    private bool Stands(MapRecord record) => Find(record.Key) is { } held && ReferenceEquals(held.Record, record);

    private void Log(MapRecord record)
    {
        if (_log.Count > 1_024 && _log.Count > 2 * (_held.Count + 1))
            _log = [.. _log.Where(Stands)];
        var at = _log.Count;
        // Nearly always the last; a whole listing comes in the order of keys, and a note may follow its entry.
        if (at > 0 && Order(_log[at - 1], record) > 0)
            at = FirstAfter(record.Dot.Sequence, record.Dot.Life);
        _log.Insert(at, record);
    }

    private static int Order(MapRecord left, MapRecord right)
    {
        var byLife = left.Dot.Life.CompareTo(right.Dot.Life);
        return byLife != 0 ? byLife : left.Dot.Sequence.CompareTo(right.Dot.Sequence);
    }

    private int FirstAfter(ulong revision, uint generation)
    {
        var (low, high) = (0, _log.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var dot = _log[middle].Dot;
            if (dot.Life < generation || (dot.Life == generation && dot.Sequence <= revision))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void Tally(MapRecord? record, int sign)
    {
        if (record is not { IsLive: true })
            return;
        LiveEntries += sign;
        StateHash = sign > 0 ? StateHash + DistributedData.StateHash.Of(record) : StateHash - DistributedData.StateHash.Of(record);
    }
}
