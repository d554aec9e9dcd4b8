using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Values;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Map;

/// <summary>From what etcd holds to records.</summary>
internal sealed partial class EtcdMapMachine
{
    /// <summary>How long a key that is gone without a note waits for it: its event comes on the other watch.</summary>
    private static readonly TimeSpan NotePatience = TimeSpan.FromMilliseconds(200);

    /// <summary>What a value is that cannot be read: no entry in any build, so that it is counted and not shown.</summary>
    private static readonly byte[] Unreadable = [0xFF];

    private readonly Queue<(StoreChange Change, Instant Arrived)> _waiting = new();

    private void OnListed(StoreListing listing)
    {
        var isFirst = _store is null;
        var isReplaced = _store is not null && _store.Generation != listing.Identity.Generation;
        _waiting.Clear();
        if (isFirst || isReplaced)
        {
            _store = listing.Identity;
            (_shown, _verified) = (0, 0);
            Generations++;
        }

        Heard();
        var before = isFirst ? null : new HashSet<RecordKey>(_records.All.Where(held => held.EntryAt > 0).Select(held => held.Record.Key));
        // The comparisons are with revisions of this store alone.
        if (isReplaced)
            ForgetRevisions();
        foreach (var entry in listing.Entries.OrderBy(entry => entry.Revision))
        {
            before?.Remove(entry.Key);
            if (_records.Find(entry.Key)?.EntryAt != entry.Revision)
                PutEntry(entry.Key, entry.Revision, entry.Json);
        }

        ListNotes(listing.Notes);
        var missing = before ?? [];
        var restored = isReplaced ? Carry(missing) : 0;
        if (!isReplaced)
            TakeAway(missing, (ulong)listing.Revision);
        // Of what came and went meanwhile nothing is known: who has read less than this begins anew.
        (_collected, _listedAt) = ((ulong)listing.Revision, (ulong)listing.Revision);
        Follow((ulong)listing.Revision);
        MakeVector();
        Announce(isFirst, isReplaced, restored, missing.Count - restored, listing.Revision);
    }

    private void Announce(bool isFirst, bool isReplaced, int restored, int awaited, long revision)
    {
        if (isFirst)
        {
            _ = _changes.Take();
            _published = Vector;
            _effects.Add(new EtcdEffect.Publish(ReadState()));
            _effects.Add(new EtcdEffect.AnnounceUp());
            _effects.Add(new EtcdEffect.Report(new EtcdReport.Listed(_records.LiveEntries, revision)));
        }
        else
        {
            _effects.Add(new EtcdEffect.Report(isReplaced
                ? new EtcdReport.StoreReplaced(restored, awaited)
                : new EtcdReport.ListedAgain(_changes.Count, revision)));
        }

        RetryAll();
    }

    private void ForgetRevisions()
    {
        foreach (var held in _records.All)
        {
            (held.EntryAt, held.NoteAt, held.Note) = (0, 0, null);
            if (!held.Record.IsLive)
                _records.Remind(held, _world.Now + _options.EndedRetention);
        }
    }

    private void ListNotes(IReadOnlyList<StoredKey> notes)
    {
        var gone = _records.All.Where(held => held.NoteAt > 0).Select(held => held.Record.Key).ToHashSet();
        foreach (var stored in notes.OrderBy(stored => stored.Revision))
        {
            gone.Remove(stored.Key);
            if (_records.Find(stored.Key)?.NoteAt != stored.Revision)
                PutNote(stored.Key, stored.Revision, stored.Json);
        }

        foreach (var key in gone)
            DropNote(key);
    }

    /// <summary>The store was replaced: what it lacks stays in sight, and is written again by its owner.</summary>
    /// <returns>How many of them are this node's.</returns>
    private int Carry(HashSet<RecordKey> missing)
    {
        var mine = 0;
        foreach (var key in missing)
        {
            var held = _records.Find(key)!;
            if (held.Record.Dot.Origin == _self.Uid)
            {
                mine++;
                Restore(held.Record);
            }
            else
            {
                _records.Remind(held, _world.Now + _options.RestoreGrace);
            }
        }

        return mine;
    }

    private void TakeAway(HashSet<RecordKey> missing, ulong revision)
    {
        foreach (var key in missing)
        {
            var held = _records.Find(key)!;
            held.EntryAt = 0;
            // The note of its removal may be there, and names the revision.
            if (held is { Note: { } note } && held.NoteAt > (long)held.Record.Dot.Sequence)
                Remove(held, (ulong)held.NoteAt, note.Deregistered, note.By, isNoted: true);
            else
                Remove(held, revision, deregistered: false, NodeUid.Outside, isNoted: false);
        }
    }

    private void OnChanged(IReadOnlyList<StoreChange> changes)
    {
        Heard();
        foreach (var change in changes)
        {
            if (!change.IsNote)
                _waiting.Enqueue((change, _world.Now));
            else if (change.Json is { } json)
                PutNote(change.Key, change.Revision, json);
            else
                DropNote(change.Key);
        }

        Drain();
    }

    /// <summary>Applies events in order; one that waits for its note holds up those behind it.</summary>
    private void Drain()
    {
        while (_waiting.TryPeek(out var next))
        {
            var (key, revision) = (next.Change.Key, next.Change.Revision);
            if (next.Change.Json is { } json)
                PutEntry(key, revision, json);
            else if (!TryTakeEntry(key, revision, mayWait: _world.Now - next.Arrived < NotePatience))
                return;
            _waiting.Dequeue();
            // A revision is followed when all of it is there.
            if (!_waiting.TryPeek(out var behind) || behind.Change.Revision != revision)
                Follow((ulong)revision);
        }
    }

    private void PutEntry(RecordKey key, long revision, ReadOnlyMemory<byte> json)
    {
        if (_records.Find(key) is { } standing && standing.EntryAt >= revision)
            return; // Read already.
        if (!StoredEntry.TryRead(json, out var entry, out var problem))
        {
            UnreadableCount++;
            _effects.Add(new EtcdEffect.Report(new EtcdReport.Unreadable(UnreadableCount, key, problem)));
        }

        var owner = entry?.Owner ?? NodeUid.Outside;
        var order = new RecordOrder(entry?.Epoch ?? StoredEntry.OutsideEpoch, false, StampOf((ulong)revision, owner), false);
        ReadOnlyMemory<byte> value = entry is null ? Unreadable : entry.Value.ToByteArray();
        Note(_records.Put(MapRecord.Of(key, order, DotOf((ulong)revision, owner), value)));
        var held = _records.Find(key)!;
        (held.EntryAt, held.Until) = (revision, null);
        Moved(key);
    }

    private bool TryTakeEntry(RecordKey key, long revision, bool mayWait)
    {
        if (_records.Find(key) is not { EntryAt: > 0 } held || held.EntryAt > revision)
            return true; // Gone already.
        if (held.NoteAt == revision && held.Note is { } note)
            Remove(held, (ulong)revision, note.Deregistered, note.By, isNoted: true);
        else if (PlannedNote(key) is { } own && mayWait)
            Remove(held, (ulong)revision, own.Deregistered, own.By, isNoted: true);
        else if (mayWait)
            return false;
        else
            Remove(held, (ulong)revision, deregistered: false, NodeUid.Outside, isNoted: false);
        return true;
    }

    private void Remove(Held held, ulong revision, bool deregistered, NodeUid by, bool isNoted)
    {
        held.EntryAt = 0;
        Note(_records.Put(Removed(held.Record, revision, deregistered, by)));
        if (!isNoted)
            _records.Remind(held, _world.Now + _options.EndedRetention);
        Moved(held.Record.Key);
    }

    private void PutNote(RecordKey key, long revision, ReadOnlyMemory<byte> json)
    {
        if (!EndedNote.TryRead(json, out var note))
            return;
        var held = _records.Find(key);
        if (held is null)
        {
            // Removed before this node read everything.
            var order = new RecordOrder(note.Epoch, note.Deregistered, StampOf((ulong)revision, note.By), !note.Deregistered);
            Note(_records.Put(MapRecord.Of(key, order, DotOf((ulong)revision, note.By), default)));
            held = _records.Find(key)!;
        }
        else if (!held.Record.IsLive && note.Epoch >= held.Record.Order.Epoch)
        {
            var known = held.Record.Dot.Life == _store!.Generation ? held.Record.Dot.Sequence : 0;
            var removed = held.Record with { Order = held.Record.Order with { Epoch = note.Epoch } };
            var tombstone = Removed(removed, Math.Max(known, (ulong)revision), note.Deregistered, note.By);
            if (tombstone.Order != held.Record.Order)
                Note(_records.Put(tombstone));
            held.Until = null;
        }

        (held.NoteAt, held.Note) = (revision, note);
        Moved(key);
        Drain();
    }

    /// <summary>The note is gone: its time is over, or its instance was registered again and its entry is on its way.</summary>
    private void DropNote(RecordKey key)
    {
        if (_records.Find(key) is not { } held)
            return;
        (held.NoteAt, held.Note) = (0, null);
        if (!held.Record.IsLive)
            _records.Remind(held, _world.Now + TimeSpan.FromSeconds(1));
        Moved(key);
    }
}
