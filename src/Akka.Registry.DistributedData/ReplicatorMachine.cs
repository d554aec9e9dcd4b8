using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData.Signing;
using Akka.Registry.DistributedData.Values;

namespace Akka.Registry.DistributedData;

/// <summary>
/// The replicator as a machine: (state, input, surroundings) to effects. It reads no clock and opens no link; chance and the view of
/// the links' queues are handed in.
/// </summary>
/// <remarks>
/// Delta CRDT anti-entropy after Almeida, Shoker, Baquero, "Delta State Replicated Data Types" (2016), section 6, with two kinds of
/// interval. A push covers the sender's own writes (s0, s1] and carries, for each, the record that stands now, whoever wrote it: so
/// the receiver's entry for the sender moves alone, and what it covers is held or superseded. An exchange covers the whole vector and
/// carries every record that the receiver's vector does not cover. This part handles inputs and local writes.
/// </remarks>
internal sealed partial class ReplicatorMachine
{
    private readonly NodeIdentity _self;
    private readonly ReplicationOptions _options;
    private readonly ReplicationRules _rules;
    private readonly Random _random;
    private readonly Func<NodeIdentity, long> _queuedBytes;
    private readonly HybridClock _clock;
    private readonly OwnPushLog _superseded;
    private readonly WaitingWrites _waiting = new();
    private readonly ConfirmationDelays _delays = new();
    private readonly SortedDictionary<NodeUid, Peer> _peers = [];
    private readonly List<ReplicatorEffect> _effects = [];
    private readonly ChangeBatch _changes = new();
    private readonly Func<Stamp, Stamp> _stampAbove;

    private LwwMap _map = new();
    private Surroundings _world;
    private ulong _number;
    private Instant _gossipAt = new(long.MinValue);

    /// <param name="self">This node; its uid is the origin of its writes.</param>
    /// <param name="options">Settings.</param>
    /// <param name="random">Chance: which peer to gossip with, jitter.</param>
    /// <param name="queuedBytes">Bytes that wait in the link to a peer at this moment.</param>
    /// <param name="rules">All of them in production.</param>
    /// <param name="signing">Signs and verifies records; null where they are not signed.</param>
    public ReplicatorMachine(
        NodeIdentity self, ReplicationOptions options, Random random, Func<NodeIdentity, long> queuedBytes, ReplicationRules? rules = null,
        IRecordSigning? signing = null)
    {
        _self = self;
        _options = options;
        _random = random;
        _queuedBytes = queuedBytes;
        _rules = rules ?? ReplicationRules.All;
        _clock = new HybridClock(options.MaxClockOffset);
        _superseded = new OwnPushLog(options.SupersededKeysMax);
        _signing = signing;
        _views = signing is not null && _rules.OwnersAsked ? new ChangeBatch() : null;
        _stampAbove = StampAbove;
    }

    /// <summary>What this node holds.</summary>
    public LwwMap Map => _map;

    /// <summary>Whether this is the whole registry, and not being filled anew: peers may take from it.</summary>
    public bool IsSynchronized { get; private set; }

    /// <summary>How often the state has begun anew, from 1 on.</summary>
    public uint Generation { get; private set; } = 1;

    /// <summary>Frames that were dropped because a newer one, or one of a newer generation, had been seen.</summary>
    public long StaleFrames { get; private set; }

    /// <summary>Grows whenever something that <see cref="DescribePeers"/> tells has changed.</summary>
    public long PeerNews { get; private set; }

    /// <summary>How long own writes take to be confirmed.</summary>
    public ConfirmationDelays Delays => _delays;

    /// <summary>The highest hybrid time given out or followed.</summary>
    public HybridTimestamp Clock => _clock.Last;

    /// <summary>Whether there is anything to tell a new subscriber.</summary>
    public bool HasState => _hasServed;

    /// <summary>This node in its present life.</summary>
    private Origin Me => new(_self.Uid, _life);

    private bool IsSmall => _peers.Count <= _options.EagerPushPeers;

    /// <summary>Advances the machine.</summary>
    /// <returns>What to do, in this order. Valid until the next call.</returns>
    public IReadOnlyList<ReplicatorEffect> Handle(ReplicatorInput input, Surroundings world)
    {
        _effects.Clear();
        _world = world;
        switch (input)
        {
            case ReplicatorInput.Write write: OnWrite(write.Command); break;
            case ReplicatorInput.WriteMany many: OnWriteMany(many); break;
            case ReplicatorInput.Received received: OnReceived(received); break;
            case ReplicatorInput.Yield yield: OnYield(yield.Keys); break;
            case ReplicatorInput.StandBy stand: OnStandBy(stand.Keys); break;
            case ReplicatorInput.Members members: OnMembers(members.View); break;
            case ReplicatorInput.LinkFull full: OnLinkFull(full.Peer); break;
            case ReplicatorInput.Wake: OnWake(); break;
            default: throw new UnreachableException($"No handler for {input.GetType().Name}.");
        }

        EndAgain();
        ShowWhenCaughtUp();
        PublishChanges();
        SpeakOfOwners();
        return _effects;
    }

    /// <summary>When <see cref="ReplicatorInput.Wake"/> is next needed.</summary>
    public Instant NextDeadline()
    {
        var next = _gossipAt;
        if (_waiting.NextDeadline is { } answer && answer < next)
            next = answer;
        if (_fill is { } fill && fill.Deadline < next)
            next = fill.Deadline;
        if (IsSynchronized && _showAt is { } latest && latest < next)
            next = latest;
        if (HasRelay && _lastRelay + _options.FlushInterval < next)
            next = _lastRelay + _options.FlushInterval;
        foreach (var peer in _peers.Values)
        {
            if (NextAttempt(peer) is { } attempt && attempt < next)
                next = attempt;
        }

        return next;
    }

    /// <summary>Each current peer as last heard from.</summary>
    public ImmutableArray<PeerStatus> DescribePeers()
    {
        var peers = ImmutableArray.CreateBuilder<PeerStatus>(_peers.Count);
        foreach (var peer in _peers.Values)
            peers.Add(new PeerStatus(peer.Uid, peer.Told is null ? null : peer.Vector, peer.Told?.StateHash, peer.ClockOffset));
        return peers.MoveToImmutable();
    }

    private void OnWrite(MapCommand.Write command)
    {
        if (!IsServing)
        {
            Answer(command, MapWriteOutcome.NotReady, Shown(command.Operation.Key));
            return;
        }

        var before = Shown(command.Operation.Key);
        var outcome = Apply(command.Operation, out var record);
        if (outcome != MapWriteOutcome.Accepted)
        {
            Answer(command, outcome, before);
            return;
        }

        _map.Cover(Me, _sequence);
        PublishChanges();
        if (command.Consistency == WriteConsistency.Local)
        {
            _effects.Add(new ReplicatorEffect.Reply(command.ReplyTo, WrittenHere(record, before)));
        }
        else
        {
            Wait(command, record, before);
        }

        PushAll(urgent: command.Consistency != WriteConsistency.Local);
    }

    private void OnWriteMany(ReplicatorInput.WriteMany many)
    {
        if (!IsServing && many.ReplyTo is null)
            return;                                 // Decided on a state that is being replaced; the decider will see the new one.
        var answers = many.ReplyTo is null ? null : ImmutableArray.CreateBuilder<MapWriteResult>(many.Operations.Length);
        _map.Expect(many.Operations);
        foreach (var operation in many.Operations)
        {
            var before = Shown(operation.Key);
            MapRecord? record = null;
            var outcome = IsServing ? Apply(operation, out record) : MapWriteOutcome.NotReady;
            answers?.Add(outcome == MapWriteOutcome.Accepted ? WrittenHere(record!, before) : Refused(outcome, before));
        }

        if (_changes.Count > 0 || _viewsDiffer)
            _map.Cover(Me, _sequence);
        PublishChanges();
        if (answers is not null)
            _effects.Add(new ReplicatorEffect.ReplyMany(many.ReplyTo!, answers.MoveToImmutable()));
        if (IsServing)
            PushAll(urgent: false);
    }

    private void Answer(MapCommand.Write command, MapWriteOutcome refusal, MapRecord? standing) =>
        _effects.Add(new ReplicatorEffect.Reply(command.ReplyTo, Refused(refusal, standing)));

    private MapWriteResult WrittenHere(MapRecord record, MapRecord? before) =>
        new(MapWriteOutcome.Accepted, record, before, 1, _peers.Count + 1, ConsistencyReached: true);

    private MapWriteResult Refused(MapWriteOutcome refusal, MapRecord? standing) =>
        new(refusal, standing, null, 0, _peers.Count + 1, ConsistencyReached: false);

    private void Wait(MapCommand.Write command, MapRecord record, MapRecord? before)
    {
        var holders = Holders();
        _waiting.Add(record.Dot.Sequence, command, record, before, _world.Now + command.Timeout);
        if (_waiting.Count > _options.WaitingWritesMax)
            _waiting.Expire(new Instant(_waiting.NextDeadline!.Value.Ticks), holders, _effects);
        _waiting.Acknowledged(holders, _effects);
    }

    private static MapWrite WithoutEpoch(MapWrite operation) => operation switch
    {
        MapWrite.Register register => register with { Epoch = null },
        MapWrite.Deregister deregister => deregister with { Epoch = null },
        _ => operation,
    };

    private MapWriteOutcome Apply(MapWrite operation, out MapRecord record)
    {
        var verdict = Decide(operation);
        record = null!;
        if (verdict.Outcome != MapWriteOutcome.Accepted)
            return verdict.Outcome;
        var order = verdict.Order;
        if (order.IsRemoval && !_rules.RemovalJustAbove)
            order = order with { Stamp = StampAbove(order.Stamp) };
        record = WriteOwn(operation.Key, order, verdict.Value);
        return MapWriteOutcome.Accepted;
    }

    private MapRecord WriteOwn(RecordKey key, RecordOrder order, RecordValue value)
    {
        var record = Signed(MapRecord.Of(key, order, new Dot(_self.Uid, ++_sequence, _life), value));
        if (!Merge(record))
            WriteBeneath(record);
        return record;
    }

    private Stamp StampAbove(Stamp replaced) => new(_clock.TickAbove(replaced.Time, _world.UnixMilliseconds), _self.Uid);

    /// <summary>Merges a record into the map, and remembers what it means for pushes and subscribers.</summary>
    private bool Merge(MapRecord record)
    {
        if (!_map.Merge(record, out var change))
        {
            MindForgotten(record, change.Before!);
            return false;
        }

        if (change.Before is { } before && before.Dot.Writer == Me && record.Dot.Writer != Me)
            _superseded.Superseded(before);
        Changed(change);
        return true;
    }

    private Holders Holders()
    {
        var covered = new ulong[_peers.Count];
        var i = 0;
        foreach (var peer in _peers.Values)
            covered[i++] = peer.IsSynchronized ? peer.Vector[Me] : 0;
        return new Holders(covered);
    }

    /// <summary>
    /// A peer has told what it covers: writes may be held widely enough now, and keys of superseded ones no longer
    /// needed.
    /// </summary>
    private void PeersCoverMore()
    {
        PeerNews++;
        if (_waiting.Count == 0 && _superseded.Count == 0)
            return;
        var holders = Holders();
        _waiting.Acknowledged(holders, _effects);
        _superseded.Acknowledged(holders.HeldByAll);
    }

    /// <summary>A peer has told what it covers, and covered less of this node's writes before.</summary>
    private void NoteConfirmed(Peer peer, ulong before)
    {
        if (!peer.IsSynchronized || _delays.Waiting is null)
            return;
        _delays.Confirmed(before, peer.Vector[Me], _world.Now);
        ForgetConfirmed();
    }

    /// <summary>What all peers that count cover waits for nobody.</summary>
    private void ForgetConfirmed()
    {
        var least = _sequence;
        foreach (var each in _peers.Values)
        {
            if (each.IsSynchronized)
                least = Math.Min(least, each.Vector[Me]);
        }

        _delays.HeldByAll(least);
    }

    private ulong NextNumber() => _number = Math.Max(_number + 1, HybridTimestamp.At(_world.UnixMilliseconds).Value);

    private void Send(Peer peer, PeerFrame frame) => _effects.Add(new ReplicatorEffect.Send(peer.Node, frame));

    private void Report(ReplicatorReport what) => _effects.Add(new ReplicatorEffect.Report(what));
}
