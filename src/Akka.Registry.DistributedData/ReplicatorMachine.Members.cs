using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>Members, time, and collection.</summary>
internal sealed partial class ReplicatorMachine
{
    private const double Jitter = 0.1;
    private const int GreetingsMax = 8;

    /// <summary>A tombstone that stands further in the future than this is not waited for: some clock is out of its mind.</summary>
    private static readonly TimeSpan FutureMax = TimeSpan.FromHours(1);

    private const int OriginsNotable = VersionVector.OriginsMax / 2;

    /// <summary>With more tombstones than this none is kept for <see cref="ReplicationOptions.EndedRetention"/>.</summary>
    private const int TombstonesKeptMax = 100_000;

    /// <summary>How often in a retention the vector is noted: what ended is kept longer than asked for by that part of it at most.</summary>
    private const int NotesKept = 16;

    /// <summary>Nodes that were declared dead lately, with what they covered: tombstones wait for them for a while.</summary>
    private readonly SortedDictionary<NodeUid, Away> _away = [];

    private readonly List<NodeUid> _gone = [];
    private readonly List<RecordChange> _collected = [];
    private bool _reportedOrigins;

    /// <summary>What this node covered within the last <see cref="ReplicationOptions.EndedRetention"/>, and when; oldest first.</summary>
    private readonly Queue<(Instant At, VersionVector Vector)> _coveredSince = new(NotesKept + 1);

    /// <summary>What this node has covered for at least that long.</summary>
    private VersionVector _coveredLong = VersionVector.Empty;

    private Instant _coveredNotedAt = new(long.MinValue / 2);

    /// <summary>Keys whose ended epochs others have forgotten.</summary>
    private readonly HashSet<RecordKey> _endAgain = [];

    private readonly record struct Away(VersionVector Vector, HybridTimestamp Clock, Instant Until);

    private void OnMembers(MembershipView view)
    {
        _hasJoined = view.HasJoined;
        foreach (var peer in _peers.Values)
        {
            if (view.Find(peer.Uid) is not { IsCurrent: true })
                _gone.Add(peer.Uid);
        }

        foreach (var uid in _gone)
            Forget(uid, view.Find(uid));
        _gone.Clear();
        foreach (var member in view.Members)
        {
            if (member.State == MemberState.Left)
                _away.Remove(member.Node.Uid);
            if (!member.IsCurrent || member.Node.Uid == _self.Uid)
                continue;
            if (_peers.TryGetValue(member.Node.Uid, out var known))
            {
                known.Node = member.Node;
                continue;
            }

            _away.Remove(member.Node.Uid);
            Reinstate(member.Node.Uid);
            var peer = new Peer(member.Node);
            _peers.Add(peer.Uid, peer);
            if (IsSynchronized && !_hasServed)
                peer.AwaitAnswer(hasGivenAll: false);
            Greet(peer, replyWanted: true);
        }

        if (_gossipAt.Ticks == long.MinValue)
            ScheduleGossip();
        Settle();
        PeersCoverMore();
        TakeOfTheGone();
    }

    private void Forget(NodeUid uid, Member? member)
    {
        var peer = _peers[uid];
        _peers.Remove(uid);
        Miss(peer);
        ForgetConfirmed();
        if (member is { State: MemberState.Down } && _options.AwayGrace > TimeSpan.Zero)
            _away[uid] = new Away(peer.Vector, peer.Told?.Clock ?? default, _world.Now + _options.AwayGrace);
    }

    private void OnWake()
    {
        if (_waiting.NextDeadline <= _world.Now)
            _waiting.Expire(_world.Now, Holders(), _effects);
        if (_world.Now >= _gossipAt)
            OnGossip();
        if (_fill is { } fill && fill.Deadline <= _world.Now)
            BreakFill("no answer in time");
        RelayWhenDue();
        foreach (var peer in _peers.Values)
        {
            if (peer.Outgoing is { IsSent: true } overdue && overdue.Deadline <= _world.Now)
                GiveUp(peer);
            Pump(peer, urgent: false);
        }
    }

    private void OnGossip()
    {
        ScheduleGossip();
        if (_peers.Count > 0)
        {
            var chosen = RandomPeer();
            Greet(chosen, replyWanted: true);
            if (_peers.TryGetValue(_unattested, out var writer) && writer != chosen)
                Greet(writer, replyWanted: true);
            _unattested = default;
            var greetings = GreetingsMax;
            foreach (var peer in _peers.Values)
            {
                if ((peer.Told is null || !peer.HasAnswered) && peer != chosen && greetings-- > 0)
                    Greet(peer, replyWanted: true);
            }
        }

        foreach (var (uid, away) in _away)
        {
            if (away.Until <= _world.Now)
                _gone.Add(uid);
        }

        foreach (var uid in _gone)
            _away.Remove(uid);
        _gone.Clear();
        Settle();
        MindOwners();
        Collect();
        if (IsSynchronized)
            RetireOrigins();
        if (_map.Vector.Count > OriginsNotable && !_reportedOrigins)
            Report(new ReplicatorReport.ManyOrigins(_map.Vector.Count));
        _reportedOrigins = _map.Vector.Count > OriginsNotable;
    }

    private void ScheduleGossip() =>
        _gossipAt = _world.Now + (_options.GossipInterval * (1 - Jitter + (2 * Jitter * _random.NextDouble())));

    private Peer RandomPeer()
    {
        var index = _random.Next(_peers.Count);
        foreach (var peer in _peers.Values)
        {
            if (index-- == 0)
                return peer;
        }

        throw new InvalidOperationException("There is no peer.");
    }

    private void Collect()
    {
        if (!IsSynchronized || _map.Tombstones == 0 || _world.Now < _collectFrom)
            return;
        foreach (var peer in _peers.Values)
        {
            if (peer.Told is null && _rules.CollectWhenStable)
                return;                             // Who has told nothing may lack anything.
        }

        NoteCovered();
        var passed = PassedByAll();
        var future = HybridTimestamp.At(passed.UnixMilliseconds + (long)FutureMax.TotalMilliseconds);
        _map.Collect(CoveredByOthers, MayGo, _options.CollectMax, _collected);
        foreach (var change in _collected)
            Changed(change);
        _collected.Clear();

        bool MayGo(MapRecord tombstone)
        {
            var time = tombstone.Order.Stamp.Time.Value;
            return (!_rules.CollectWhenPast || time <= passed.Value || time > future.Value) && !IsGuarded(tombstone.Key) && !IsKept(tombstone);
        }
    }

    /// <summary>Whether the tombstone is still to refuse what comes late under the epoch that it ended.</summary>
    private bool IsKept(MapRecord tombstone) =>
        tombstone.Order.Deregistered && _options.EndedRetention > TimeSpan.Zero && _map.Tombstones <= TombstonesKeptMax
        && !_coveredLong.Covers(tombstone.Dot);

    /// <summary>
    /// Who had forgotten the end of an epoch took a registration under it: who remembers ends it again, or it would stand there and not here.
    /// Not where records are signed: there nobody signs another's word.
    /// </summary>
    /// <param name="lost">What has lost.</param>
    /// <param name="standing">What stands.</param>
    private void MindForgotten(MapRecord lost, MapRecord standing)
    {
        if (!lost.IsLive || !standing.Order.Deregistered || lost.Order.Epoch != standing.Order.Epoch || IsOwn(lost))
            return;
        if (_signing is not null || _map.Vector.Covers(lost.Dot))
            return;
        // Whose writer did not know of the end is told of it as of any other write.
        if (!_peers.TryGetValue(lost.Dot.Origin, out var writer) || writer.Vector.Covers(standing.Dot))
            _endAgain.Add(lost.Key);
    }

    private void EndAgain()
    {
        if (_endAgain.Count == 0 || !IsServing)
            return;
        foreach (var key in _endAgain)
        {
            if (_map.Find(key) is { Order: { Deregistered: true } order })
                WriteOwn(key, order with { Stamp = StampAbove(order.Stamp) }, default);
        }

        _endAgain.Clear();
        _map.Cover(Me, _sequence);
        PushAll(urgent: false);
    }

    private void NoteCovered()
    {
        while (_coveredSince.TryPeek(out var note) && note.At + _options.EndedRetention <= _world.Now)
            _coveredLong = _coveredSince.Dequeue().Vector;
        if (_world.Now - _coveredNotedAt < _options.EndedRetention / NotesKept)
            return;
        _coveredNotedAt = _world.Now;
        _coveredSince.Enqueue((_world.Now, _map.Vector));
    }

    /// <summary>Up to which of the origin's writes every other current member, and who is away for a short while, covers.</summary>
    private ulong CoveredByOthers(Origin origin)
    {
        var covered = ulong.MaxValue;
        if (!_rules.CollectWhenStable)
            return covered;
        foreach (var peer in _peers.Values)
            covered = Math.Min(covered, peer.Vector[origin]);
        foreach (var away in _away.Values)
            covered = Math.Min(covered, away.Vector[origin]);
        return covered;
    }

    /// <summary>
    /// What every clock that counts for <see cref="CoveredByOthers"/> has passed. Who holds a tombstone writes above it; who has none writes
    /// by its clock. So a tombstone whose time has not come is kept: a clock that was ahead may have made it, and a write over nothing would
    /// win where it was collected, and lose where it stands.
    /// </summary>
    private HybridTimestamp PassedByAll()
    {
        var passed = _clock.Tick(_world.UnixMilliseconds).Value;
        foreach (var peer in _peers.Values)
            passed = Math.Min(passed, peer.Told?.Clock.Value ?? 0);
        foreach (var away in _away.Values)
            passed = Math.Min(passed, away.Clock.Value);
        return new HybridTimestamp(passed);
    }
}
