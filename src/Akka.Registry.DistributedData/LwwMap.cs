using System.Collections.Immutable;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>
/// The replicated map of one node as a value in memory: the winning record of each key, per origin in sequence order; what
/// it covers; what of it was collected. It knows nothing of peers.
/// </summary>
internal sealed class LwwMap
{
    private readonly MapRecordSet _records = new();
    private readonly SortedDictionary<Origin, Held> _origins = [];
    private readonly List<Origin> _emptied = [];

    /// <summary>Per origin up to which of its writes this map holds the record, or one that superseded it.</summary>
    public VersionVector Vector { get; private set; } = VersionVector.Empty;

    /// <summary>Per origin the highest write whose tombstone was collected.</summary>
    public VersionVector Collected { get; private set; } = VersionVector.Empty;

    /// <summary>The sum of the shares of all live records.</summary>
    public ulong StateHash { get; private set; }

    public int Count => _records.Count;

    /// <summary>How many records have ceased to stand: superseded, collected or dropped.</summary>
    public long Ended { get; private set; }

    public int Tombstones { get; private set; }

    public int LiveEntries => Count - Tombstones;

    /// <summary>The standing record; null when there is none.</summary>
    public MapRecord? Find(RecordKey key) => _records.Find(key);

    /// <summary>Says that records of these keys are about to be merged.</summary>
    public void Expect(IReadOnlyList<MapRecord> records)
    {
        for (var i = 0; i < records.Count; i++)
            _records.Fetch(records[i].Key);
    }

    /// <summary>Says that these are about to be written.</summary>
    public void Expect(ImmutableArray<MapWrite> writes)
    {
        foreach (var write in writes)
            _records.Fetch(write.Key);
    }

    /// <summary>All records, tombstones included, at this moment.</summary>
    public MapRecord[] ToArray() => _records.ToArray();

    /// <summary>
    /// Keeps the greater of the standing record and this one. Commutative, associative and idempotent over any set of
    /// records.
    /// </summary>
    /// <returns>Whether it won.</returns>
    public bool Merge(MapRecord record, out RecordChange change)
    {
        var before = _records.Find(record.Key);
        change = new RecordChange(before, before);
        if (before is not null && !record.Beats(before))
            return false;
        if (before is not null)
            Unlink(before);
        var held = _records.Put(record, before);
        Link(held);
        change = new RecordChange(before, held);
        return true;
    }

    /// <summary>Covers what the vector covers: every record of the interval that ends there was merged.</summary>
    public void Cover(VersionVector vector) => Vector = Vector.Merge(vector);

    /// <summary>Covers one origin up to the sequence.</summary>
    public void Cover(Origin origin, ulong sequence)
    {
        if (sequence > Vector[origin])
            Vector = Vector.With(origin, sequence);
    }

    /// <summary>Whether any record of the origin stands.</summary>
    public bool HasRecordsOf(Origin origin) => _origins.ContainsKey(origin);

    /// <summary>Whether any record of the node stands, of whichever of its lives.</summary>
    public bool HasRecordsOf(NodeUid node)
    {
        foreach (var origin in _origins.Keys)
        {
            if (origin.Node == node)
                return true;
        }

        return false;
    }

    /// <summary>Counts an origin no more of which no record stands.</summary>
    public void Retire(Origin origin) => (Vector, Collected) = (Vector.With(origin, 0), Collected.With(origin, 0));

    /// <summary>Takes a peer's collected marks over, with its whole state.</summary>
    public void MarkCollected(VersionVector marks) => Collected = Collected.Merge(marks);

    /// <summary>Appends all records whose dots the vector does not cover, those that lie beyond this map's own vector included.</summary>
    public void CopySince(VersionVector from, List<MapRecord> list)
    {
        foreach (var (uid, origin) in _origins)
            origin.Records.CopyTo(list, from[uid]);
    }

    /// <summary>
    /// Appends the standing records of one origin with sequences above <paramref name="above"/>, up to <paramref
    /// name="upTo"/>.
    /// </summary>
    public void CopyOf(Origin origin, ulong above, ulong upTo, List<MapRecord> list)
    {
        if (_origins.TryGetValue(origin, out var held))
            held.Records.CopyTo(list, above, upTo);
    }

    /// <summary>Whether this map covers, or holds, anything that the vector does not cover.</summary>
    public bool HasBeyond(VersionVector vector)
    {
        if (!vector.Covers(Vector))
            return true;
        foreach (var (uid, origin) in _origins)
        {
            if (origin.Records.Last > vector[uid])
                return true;
        }

        return false;
    }

    /// <summary>Whether the record of that dot stands.</summary>
    public bool Holds(Dot dot) => _origins.TryGetValue(dot.Writer, out var held) && held.Records.Find(dot.Sequence) is not null;

    /// <summary>Records held beyond this map's own vector: parts of intervals that did not come whole.</summary>
    public int CountUncovered()
    {
        var count = 0;
        foreach (var (uid, origin) in _origins)
            count += origin.Records.CountAbove(Vector[uid]);
        return count;
    }

    /// <summary>Drops tombstones that every current member covers, in the order of their sequences.</summary>
    /// <param name="stable">Per origin up to which of its writes all others cover.</param>
    /// <param name="mayGo">
    /// Whether whoever writes the key next surely writes above that tombstone, though nothing tells of it any more. One that does not
    /// satisfy it stays, and those of its origin that follow it.
    /// </param>
    /// <param name="budget">The most to drop in this call.</param>
    /// <param name="changes">Takes one change for each.</param>
    public void Collect(Func<Origin, ulong> stable, Func<MapRecord, bool> mayGo, int budget, List<RecordChange> changes)
    {
        foreach (var (uid, origin) in _origins)
        {
            if (origin.Tombstones.Count == 0)
                continue;
            var upTo = Math.Min(Vector[uid], stable(uid));
            ulong mark = 0;
            while (budget > 0 && origin.Tombstones.FirstRecord is { } first && first.Dot.Sequence <= upTo && mayGo(first))
            {
                mark = first.Dot.Sequence;
                TakeOut(origin, first);
                _records.Remove(first);
                changes.Add(new RecordChange(first, null));
                budget--;
            }

            if (mark > Collected[uid])
                Collected = Collected.With(uid, mark);
            if (origin.Records.Count == 0)
                _emptied.Add(uid);
        }

        foreach (var uid in _emptied)
            _origins.Remove(uid);
        _emptied.Clear();
    }

    /// <summary>Takes a record out without a trace. Only collection may do that.</summary>
    public void Drop(MapRecord record)
    {
        Unlink(record);
        _records.Remove(record);
    }

    private void Link(MapRecord record)
    {
        if (!_origins.TryGetValue(record.Dot.Writer, out var origin))
            _origins.Add(record.Dot.Writer, origin = new Held());
        origin.Records.Add(record);
        if (record.IsLive)
        {
            StateHash += DistributedData.StateHash.Of(record);
        }
        else
        {
            origin.Tombstones.Add(record);
            Tombstones++;
        }
    }

    private void Unlink(MapRecord record)
    {
        var origin = _origins[record.Dot.Writer];
        TakeOut(origin, record);
        if (origin.Records.Count == 0)
            _origins.Remove(record.Dot.Writer);
    }

    private void TakeOut(Held origin, MapRecord record)
    {
        Ended++;
        origin.Records.Remove(record.Dot.Sequence);
        if (record.IsLive)
        {
            StateHash -= DistributedData.StateHash.Of(record);
        }
        else
        {
            origin.Tombstones.Remove(record.Dot.Sequence);
            Tombstones--;
        }
    }

    private sealed class Held
    {
        public OriginLog Records { get; } = new();

        public OriginLog Tombstones { get; } = new();
    }
}
