using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>
/// Where records are signed: a record that would take a living owner's entry away is held, passed on and covered as any other, and not
/// shown before the owner has let go.
/// </summary>
/// <remarks>
/// <para>The map holds the greatest record of each key, as ever: vectors, intervals, hashes and collection know nothing of this. Beside it
/// stands, for some keys, the owner's record that is shown instead: a guard. It ends when the owner says so, writes again itself, or is
/// gone: neither a member nor heard of for <see cref="ReplicationOptions.OwnerGrace"/>, so that a rumour of its end does not do.</para>
/// <para>The owner is the judge of its own entries. Its registry is told what contests them, and lets go of those whose leases it does not
/// keep any more. It answers who asks, and tells everybody who has not asked: a node may have had the contesting record first.</para>
/// <para>What is written here is not judged here: a client that moved to this node has nobody to wait for.</para>
/// </remarks>
internal sealed partial class ReplicatorMachine
{
    private readonly Dictionary<RecordKey, Guard> _guards = [];
    private readonly SortedDictionary<NodeUid, Missing> _missing = [];
    private readonly List<RecordKey> _letGo = [];
    private readonly List<RecordKey> _released = [];
    private readonly List<MapRecord> _endedViews = [];
    private readonly ChangeBatch? _views;
    private bool _viewsDiffer;
    private bool _asks;
    private bool _tellsKept;
    private bool _isContested;

    /// <summary>A live record of a reachable owner that is shown though a greater one of another origin is held, or nothing.</summary>
    private sealed class Guard(MapRecord record)
    {
        public MapRecord Record { get; set; } = record;

        public NodeUid Owner => Record.Dot.Origin;

        public Instant AskAt { get; set; } = new(long.MinValue / 2);

        /// <summary>Whether what contests it was never shown here: then no reader's cursor covers that.</summary>
        public bool Withholds { get; init; }

        /// <summary>With an own record: whether the registry stands by it.</summary>
        public bool Stands { get; set; }

        /// <summary>With an own record: since when the registry knows.</summary>
        public Instant? ToldAt { get; set; }
    }

    /// <summary>A node that is no longer a current member, and when it last gave a sign of life.</summary>
    private readonly record struct Missing(NodeIdentity Node, Instant HeardAt);

    /// <summary>Entries that are shown though a greater record would take them away.</summary>
    public int Contested => _guards.Count;

    /// <summary>The record that is shown; null for none.</summary>
    public MapRecord? Shown(RecordKey key) =>
        _guards.Count > 0 && _guards.TryGetValue(key, out var guard) ? guard.Record : _map.Find(key);

    /// <summary>All records that are shown.</summary>
    public MapRecord[] ShownRecords()
    {
        var held = _map.ToArray();
        return _guards.Count == 0 ? held
            : [.. held.Where(record => !_guards.ContainsKey(record.Key)), .. _guards.Values.Select(guard => guard.Record)];
    }

    /// <summary>The vector without what is held and not shown: who reads on elsewhere is told of it there.</summary>
    private VersionVector ShownVector()
    {
        var vector = _map.Vector;
        foreach (var (key, guard) in _guards)
        {
            if (guard.Withholds && _map.Find(key) is { } held && vector.Covers(held.Dot))
                vector = vector.With(held.Dot.Writer, held.Dot.Sequence - 1);
        }

        return vector;
    }

    private bool IsGuarded(RecordKey key) => _guards.Count > 0 && _guards.ContainsKey(key);

    private bool IsOwn(MapRecord record) => record.Dot.Origin == _self.Uid;

    /// <summary>Whether the owner may still stand by what it wrote.</summary>
    private bool IsReachable(NodeUid owner) => owner == _self.Uid || _peers.ContainsKey(owner)
        || (_rules.RumoursDoubted && _missing.TryGetValue(owner, out var missing) && _world.Now < missing.HeardAt + _options.OwnerGrace);

    /// <summary>The map holds another record of a key; whether it is shown is decided here.</summary>
    private void Changed(RecordChange change)
    {
        _changes.Add(change);
        if (_views is null)
            return;
        var (before, after) = change;
        if (after is not null && _guards.TryGetValue(after.Key, out var guard))
        {
            if (after.Dot.Origin != guard.Owner && !IsOwn(after))
                return;                             // Yet another that its owner has not let go for.
            _guards.Remove(after.Key);
            _viewsDiffer = true;
            _views.Add(new RecordChange(guard.Record, after));
        }
        else if (before is { IsLive: true } && after is not null && after.Dot.Origin != before.Dot.Origin && !IsOwn(after)
            && IsReachable(before.Dot.Origin))
        {
            Protect(before);
        }
        else
        {
            _views.Add(change);
        }
    }

    private void Protect(MapRecord record)
    {
        _guards[record.Key] = new Guard(record) { Withholds = true };
        _viewsDiffer = true;
        _asks = true;
        if (!IsOwn(record))
            return;
        _untold.Enqueue(record.Key);
        _isContested = true;
    }

    /// <summary>Shows what the map holds in the place of a guard's record.</summary>
    private void LetGo(RecordKey key)
    {
        if (!_guards.Remove(key, out var guard))
            return;
        _viewsDiffer = true;
        if (IsOwn(guard.Record))
            _released.Add(key);
        var held = _map.Find(key);
        if (held is null)
        {
            // What ended it was collected: subscribers see an end all the same.
            held = MapRecord.Of(key, guard.Record.Order with { Evicted = true }, guard.Record.Dot, default);
            _endedViews.Add(held);
        }

        _views!.Add(new RecordChange(guard.Record, held));
    }

    /// <summary>Decides a local write: on what is shown, or, where that cannot win, on what is held.</summary>
    private WriteRules.Verdict Decide(MapWrite operation)
    {
        var asked = _rules.EpochFences ? operation : WithoutEpoch(operation);
        var verdict = WriteRules.Decide(asked, Shown(operation.Key), _stampAbove, _world.UnixMilliseconds);
        if (_guards.Count == 0 || !_guards.TryGetValue(operation.Key, out var guard))
            return verdict;
        var held = _map.Find(operation.Key);
        var stands = verdict.Outcome == MapWriteOutcome.Accepted && (IsOwn(guard.Record) || held is null || verdict.Order.CompareTo(held.Order) > 0);
        return stands ? verdict : WriteRules.Decide(asked, held, _stampAbove, _world.UnixMilliseconds);
    }

    /// <summary>A local write that a contesting record beats: the owner's word on its entry, for its own view and for whom it tells.</summary>
    private void WriteBeneath(MapRecord own)
    {
        _superseded.Superseded(own);
        if (!_guards.TryGetValue(own.Key, out var guard))
            return;
        if (!own.IsLive)
        {
            LetGo(own.Key);
            return;
        }

        _viewsDiffer = true;
        _views!.Add(new RecordChange(guard.Record, own));
        guard.Record = own;
        _tellsKept |= guard.Stands;
    }

    private void OnYield(ImmutableArray<RecordKey> keys)
    {
        foreach (var key in keys)
        {
            if (_guards.TryGetValue(key, out var guard) && IsOwn(guard.Record))
                LetGo(key);
        }

        _isContested |= _untold.Count > 0;
    }

    private void OnStandBy(ImmutableArray<RecordKey> keys)
    {
        foreach (var key in keys)
        {
            if (!_guards.TryGetValue(key, out var guard) || !IsOwn(guard.Record) || guard.Stands)
                continue;
            guard.Stands = true;
            _tellsKept = true;
        }

        _isContested |= _untold.Count > 0;
    }

    /// <summary>At each gossip: asks again, has the registry judge again, and takes what nobody stands by any more.</summary>
    private void MindOwners()
    {
        if (_views is null)
            return;
        foreach (var (uid, missing) in _missing)
        {
            if (_world.Now >= missing.HeardAt + _options.OwnerGrace)
                _gone.Add(uid);
        }

        foreach (var uid in _gone)
            _missing.Remove(uid);
        _gone.Clear();
        TakeOfTheGone();
        PublishChanges();                           // An end that is shown and collected in one turn would be told as nothing.
        _asks = _isContested = _retells = _guards.Count > 0;
        ForgetPassports();
    }

    private void TakeOfTheGone()
    {
        foreach (var (key, guard) in _guards)
        {
            if (!IsReachable(guard.Owner))
                _letGo.Add(key);
        }

        foreach (var key in _letGo)
            LetGo(key);
        _letGo.Clear();
    }

    /// <summary>The peer is a current member no longer; it may be so by others' word alone.</summary>
    private void Miss(Peer peer)
    {
        if (_views is not null)
            _missing[peer.Uid] = new Missing(peer.Node, _world.Now);
    }

    /// <summary>The state was taken anew. What this node owned and others' records would take away is for its registry to judge.</summary>
    private void GuardOwnAnew(LwwMap former)
    {
        if (_views is null)
            return;
        var own = _guards.Values.Select(guard => guard.Record).Where(IsOwn).ToList();
        own.AddRange(former.ToArray().Where(record => record.IsLive && IsOwn(record) && !_guards.ContainsKey(record.Key)));
        _guards.Clear();
        foreach (var record in own)
        {
            if (_map.Find(record.Key) is { } held && held.Dot.Origin != _self.Uid && held.Beats(record))
                Protect(record);
        }
    }
}
