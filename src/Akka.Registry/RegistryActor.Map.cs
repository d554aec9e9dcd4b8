using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;
using Akka.Registry.Queries;
using Akka.Registry.Subscriptions;
using Akka.Registry.Views;

namespace Akka.Registry;

/// <summary>From records to views, leases and subscribers.</summary>
internal sealed partial class RegistryActor
{
    /// <summary>
    /// Live records that this build cannot read: not shown, yet owned, orphaned and evicted as any other.
    /// </summary>
    private readonly Dictionary<RecordKey, MapRecord> _unreadable = [];
    private readonly ReadPosition _position = new();
    private readonly List<TouchedKey> _touched = [];        // Of one turn, as is what follows: there is room for it in the next.
    private readonly List<ServiceEntry?> _shown = [];
    private StateLoad? _load;
    private VersionVector _told = VersionVector.Empty;

    private void OnMapTold(RegistryMessage.MapTold told)
    {
        if (told.Life != _life)
            return;
        if (_load is not null)
        {
            _deferred.Enqueue(told); // In order: first the state.
            return;
        }

        switch (told.Event)
        {
            case MapEvent.Changed changed: OnChanged(changed); break;
            case MapEvent.State state: OnState(state); break;
            case MapEvent.Contested contested: OnContested(contested); break;
            case MapEvent.Since since: _hub.OnSince(since); break;
            default: throw new UnreachableException($"No handler for {told.Event.GetType().Name}.");
        }
    }

    private void OnChanged(MapEvent.Changed changed)
    {
        if (!_surroundings.IsWhole)
            return; // Part of a state that comes as a whole.
        var now = Now;
        var contested = _ledger.ContestedCount;
        foreach (var change in changed.Changes)
            _shown.Add(Show(change, _touched, now));
        _writer.Commit();
        _told = changed.Vector;
        _position.Advance(_touched, changed.Vector);
        _views.MoveTo(_position.Cursor);
        for (var i = 0; i < _shown.Count; i++)
        {
            var (before, after) = changed.Changes[i];
            Own(before, after, _shown[i], now);
            ObserveHeld((after ?? before)!.Key, _shown[i]);
            ObserveSuspect((after ?? before)!.Key, _shown[i]);
            if (_shown[i] is { } entry)
                _orphans.Watch(entry.Record.Key, entry.Owner, OrphanTerms.Of(entry), now);
        }

        _shown.Clear();
        if (_ledger.ContestedCount > contested)
            Log.LeasesContested(_logger, _ledger.ContestedCount - contested);
        _hub.OnChanged(_touched);
        _touched.Clear();
        OnVectorMoved(changed.Vector);
    }

    /// <summary>Brings one change into the views.</summary>
    /// <returns>The entry as its record has it, without this node's opinion of its owner; null for none.</returns>
    private ServiceEntry? Show(RecordChange change, List<TouchedKey> touched, Instant now)
    {
        if (change.After is not { } after)
            return null; // A tombstone was collected: nothing that anybody sees.
        var doubt = _doubt.End(after.Key);
        if (doubt?.Verdict is { } withheld)
            _position.Release(withheld.Dot);
        var judged = doubt?.Judged ?? change.Before;
        var entry = after.IsLive && _codec.TryDecode(after, out var read) ? read : null;
        if (_doubt.Applies(judged, after, entry) && KeptUntil(judged!, after, now) is { } until && until > now)
        {
            _doubt.Begin(after.Key, new Doubt(judged!, after, until));
            _position.Withhold(after.Dot);
            return entry;
        }

        if (_doubt.Moves(change.Before, after) && IsWrittenBefore(after, WallClock - LateBy))
            _doubt.Begin(after.Key, new Doubt(change.Before!, null, now + _surroundings.Options.Ownership.EvictionGrace));
        if (change.Before is { IsLive: true } && !after.IsLive)
            CountRemoval(after);
        _unreadable.Remove(after.Key);
        if (after.IsLive && entry is null)
            KeepUnreadable(after);
        Show(after, entry, touched);
        return entry;
    }

    private void Show(MapRecord record, ServiceEntry? entry, List<TouchedKey> touched)
    {
        if (entry is not null)
            _writer.Put(Trusted(entry), record.Order.Stamp.Time);
        else if (!_writer.Remove(record.Key, record.Order.Stamp.Time))
            return;
        touched.Add(new TouchedKey(record.Key, record.Dot, record.Order.Epoch));
    }

    /// <summary>Counts one change for its owners, and brings it to this node's leases.</summary>
    private void Own(MapRecord? before, MapRecord? after, ServiceEntry? entry, Instant now)
    {
        _owners.Replace(before, after);
        if (_adopted.Count > 0 && after?.Dot.Origin != Self)
            _adopted.Remove((after ?? before)!.Key);
        Instant? runsUntil = null;
        if (after is { IsLive: true } && after.Dot.Origin == Self)
            runsUntil = _ledger.IsRegistering(after.Key) ? null : _surroundings.Leases.ExpiresAt(after.Key, after.Order.Epoch);
        else if (before is { IsLive: true } && before.Dot.Origin == Self)
            runsUntil = _surroundings.Leases.ExpiresAt(before.Key, before.Order.Epoch);
        var needsBeats = true;
        if (before is { IsLive: true } && before.Dot.Origin == Self && after is not { IsLive: true } && _codec.TryDecode(before, out var mine))
        {
            needsBeats = mine.NeedsBeats;
            if (VouchesFor(mine))
                runsUntil = now + TimeSpan.FromTicks(1);
        }

        _ledger.Replaced(before, after, entry, runsUntil, now, needsBeats, HasBeatenSince(before, after, runsUntil, now));
        _checks.Replaced(before, after, entry);
    }

    /// <summary>Brings what was written to the views in sight, and tells those who follow.</summary>
    private void Publish(List<TouchedKey> touched, VersionVector vector)
    {
        _writer.Commit();
        _position.Advance(touched, vector);
        _views.MoveTo(_position.Cursor);
        _hub.OnChanged(touched);
    }

    /// <summary>Whether the key's entry is this node's, readable or not.</summary>
    private bool IsMine(RecordKey key) =>
        _views.Find(key)?.Owner == Self || (_unreadable.TryGetValue(key, out var record) && record.Dot.Origin == Self);

    /// <summary>The entries of some owners as they are shown, of a service or (null) of all: a walk through them.</summary>
    private IEnumerable<ServiceEntry> ShownOf(Func<NodeUid, bool> isMeant, string? service = null) =>
        from name in service is null ? _views.ServiceNames : [service]
        from entry in _views.Find(name)?.Instances ?? InstanceList.Empty
        where isMeant(entry.Owner)
        select entry;

    private ServiceEntry Trusted(ServiceEntry entry) =>
        !entry.Unverified && _orphans.IsLost(entry.Owner) ? entry with { Unverified = true } : entry;

    private void CountRemoval(MapRecord after)
    {
        if (after.Order.Deregistered)
            _surroundings.Metrics.Deregistered();
        else
            _surroundings.Metrics.Evicted();
    }

    private void KeepUnreadable(MapRecord record)
    {
        _unreadable[record.Key] = record;
        _surroundings.Metrics.Unreadable();
        if (_unreadableGate.Opens(Now, out var count))
            Log.RecordsUnreadable(_logger, count, record.Key, record.Dot.Origin);
    }

    private void OnState(MapEvent.State state)
    {
        if (!state.Synchronized)
        {
            if (_surroundings.IsWhole)
                Log.StateLost(_logger);
            _surroundings.IsWhole = false; // What it showed stays in sight: older is better than partial.
            return;
        }

        _load = new StateLoad(state, _codec, key => IsMine(key) || _ledger.ContestOf(key) is not null);
        LoadOn();
    }

    private void LoadOn()
    {
        if (_load is not { } load)
            return;
        if (!load.Step(_surroundings.Options.Ownership.EntriesPerTurn))
        {
            ContinueLater();
            return;
        }

        Install(load);
        _load = null;
        while (_load is null && _deferred.TryDequeue(out var told))
            OnMapTold(told);
    }

    /// <summary>The state is read: it takes the place of all that was shown.</summary>
    private void Install(StateLoad load)
    {
        var now = Now;
        var before = RecordsOfMine();
        var owners = new OwnerCounts();
        var mine = new Dictionary<RecordKey, ServiceEntry>();
        foreach (var list in load.Services.Values)
        {
            for (var i = 0; i < list.Count; i++)
            {
                var entry = list[i];
                owners.Replace(null, entry.Record);
                _orphans.Watch(entry.Record.Key, entry.Owner, OrphanTerms.Of(entry), now);
                list[i] = Trusted(entry);
                if (entry.Owner == Self)
                    mine.Add(entry.Record.Key, entry);
            }
        }

        _unreadable.Clear();
        foreach (var record in load.Unreadable)
        {
            owners.Replace(null, record);
            KeepUnreadable(record);
        }

        _owners = owners;
        _writer.Replace(load.Services, LatestClock());
        _doubt.Clear();
        _told = load.State.Vector;
        _position.Replace(load.State.Vector, load.Beyond);
        _views.MoveTo(_position.Cursor);
        _surroundings.IsWhole = true;
        KeepLeasesInStep(before, mine, load, now);
        _hub.OnState();
        OnVectorMoved(load.State.Vector);
        Log.StateLoaded(_logger, _views.EntryCount, _views.ServiceCount);
    }

    /// <summary>
    /// What this node owned and contested is compared with what it owns now; nothing is written again before it beats.
    /// </summary>
    private void KeepLeasesInStep(
        Dictionary<RecordKey, MapRecord?> before, Dictionary<RecordKey, ServiceEntry> mine, StateLoad load, Instant now)
    {
        foreach (var (key, record) in before)
        {
            if (mine.ContainsKey(key))
                continue;
            ObserveHeld(key, null);
            ObserveSuspect(key, null);
            var after = load.Tombstones.GetValueOrDefault(key) ?? _views.Find(key)?.Record ?? _unreadable.GetValueOrDefault(key);
            if (record is not null || after is not null)
                ReplaceAnew(record, after, null, runsUntil: null, now);
            else
                _ledger.LostTombstone(key);
        }

        foreach (var (key, entry) in mine)
        {
            before.TryGetValue(key, out var record);
            ObserveHeld(key, entry);
            ObserveSuspect(key, entry);
            ReplaceAnew(record, entry.Record, entry, _surroundings.Leases.ExpiresAt(key, entry.Epoch), now);
        }
    }

    private void ReplaceAnew(MapRecord? before, MapRecord? after, ServiceEntry? entry, Instant? runsUntil, Instant now)
    {
        var needsBeats = before is not { IsLive: true } || !_codec.TryDecode(before, out var known) || known.NeedsBeats;
        _ledger.Replaced(before, after, entry, runsUntil, now, needsBeats);
        _checks.Replaced(before, after, entry);
    }

    /// <summary>The records of this node's entries; null for a contested lease, which has none.</summary>
    private Dictionary<RecordKey, MapRecord?> RecordsOfMine()
    {
        var records = new Dictionary<RecordKey, MapRecord?>();
        foreach (var entry in ShownOf(owner => owner == Self))
            records[entry.Record.Key] = entry.Record;
        foreach (var (key, record) in _unreadable)
        {
            if (record.Dot.Origin == Self)
                records[key] = record;
        }

        foreach (var key in _ledger.ContestedKeys())
            records[key] = null;
        return records;
    }

    /// <summary>Above every stamp that this node has seen; not above what the others have, where all count by one clock.</summary>
    private HybridTimestamp LatestClock()
    {
        var status = _surroundings.Map.Status;
        var wall = HybridTimestamp.At(WallClock.ToUnixTimeMilliseconds());
        return status.IsClockShared || status.Clock.CompareTo(wall) > 0 ? status.Clock : wall;
    }

    private DateTimeOffset WallClock => Context.Time.GetUtcNow();
}
