using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>Taking everything anew: a joiner, or a node that was away too long (R2); and giving it.</summary>
/// <remarks>
/// A new map is filled beside the old one and takes its place when it is complete: readers go from old to new at once, and should no
/// peer be able to give (all of them taking anew from one another), one of them falls back on what it has.
/// </remarks>
internal sealed partial class ReplicatorMachine
{
    private Fill? _fill;
    private bool _hasServed;
    private bool _hasJoined;
    private ulong _sequence;
    private ulong _relayed;
    private uint _life = 1;

    /// <summary>Divergences found, each with equal vectors: defects.</summary>
    public long Divergences { get; private set; }

    /// <summary>Remote stamps that were too far ahead to be followed.</summary>
    public long StampsAhead { get; private set; }

    /// <summary>The node that this one takes everything anew from; null when it does not.</summary>
    public NodeUid? FilledFrom => _fill?.Source;

    private sealed record Fill(NodeUid Source, ulong Request)
    {
        public LwwMap Map { get; } = new();

        public IncomingInterval Incoming { get; } = new();

        public Instant Deadline { get; set; }
    }

    /// <summary>Begins anew when the peer has collected what this node does not cover, unless both are so and this node prevails.</summary>
    private bool BeginAnewIfBehind(Peer peer)
    {
        var lostOwn = HasUnknown(peer.Vector);
        if (_map.Vector.Covers(peer.Told!.Collected) && !lostOwn)
            return false;
        if (!_rules.TakeAnew || (!lostOwn && !peer.Vector.Covers(_map.Collected) && Prevails(peer.Told, peer.Uid)))
            return false;
        Report(new ReplicatorReport.TakingAnew(peer.Node));
        IsSynchronized = false;
        Generation++;
        _waiting.GiveUp(Holders(), _effects);
        foreach (var other in _peers.Values)
        {
            other.Outgoing = null;
            other.WholeOwed = other.EverythingOwed = false;
            if (other != peer)
                Greet(other, replyWanted: false);   // Nobody may collect what this node no longer covers.
        }

        BeginFill(peer);
        return true;
    }

    /// <summary>Which of two nodes that cannot take from each other keeps its state: more live entries, then the lower uid.</summary>
    private bool Prevails(PeerFrame.Digest told, NodeUid peer) =>
        (_hasServed, (long)_map.LiveEntries).CompareTo((told.Retains, told.LiveEntries)) is var order
        && (order != 0 ? order > 0 : _self.Uid.CompareTo(peer) < 0);

    /// <summary>
    /// While not synchronized: chooses whom to be filled from, or finds that this node is the one that others are
    /// filled from.
    /// </summary>
    private void Settle()
    {
        if (IsSynchronized || BeginsFromPicture())
            return;
        if (_fill is { } fill)
        {
            if (_peers.TryGetValue(fill.Source, out var source) && source.Told is not { Synchronized: false })
                return;
            BreakFill("it is gone, or takes everything anew itself");
            return;
        }

        if (ChooseSource() is { } chosen)
            BeginFill(chosen);
        else if (_hasJoined && MustPrevail())
            Become(source: null);
    }

    private bool MustPrevail()
    {
        foreach (var peer in _peers.Values)
        {
            if (peer.Told is null or { Synchronized: true } || !Prevails(peer.Told, peer.Uid))
                return false;
        }

        return true;
    }

    /// <summary>
    /// A random peer that is synchronized and lacks nothing that another has collected; any synchronized one if there
    /// is no such.
    /// </summary>
    private Peer? ChooseSource()
    {
        var marks = VersionVector.Empty;
        foreach (var peer in _peers.Values)
            marks = peer.IsSynchronized ? marks.Merge(peer.Told!.Collected) : marks;
        Peer? chosen = null;
        var (best, count) = (false, 0);
        foreach (var peer in _peers.Values)
        {
            if (peer.Told is not { Synchronized: true, Retains: true })
                continue;                           // It compares a picture from before with its peers; when it has, it is shown.
            var complete = peer.Vector.Covers(marks);
            if (best && !complete)
                continue;
            count = complete && !best ? 1 : count + 1;
            best = complete;
            if (_random.Next(count) == 0)
                chosen = peer;
        }

        return chosen;
    }

    private void BeginFill(Peer source)
    {
        _fill = new Fill(source.Uid, NextNumber()) { Deadline = _world.Now + _options.AckTimeout };
        Send(source, new PeerFrame.SnapshotRequest(NextNumber(), Generation, _fill.Request));
    }

    private void BreakFill(string reason)
    {
        if (_peers.TryGetValue(_fill!.Source, out var source))
            Report(new ReplicatorReport.FillBroken(source.Node, reason));
        _fill = null;
        Settle();
    }

    private void OnSnapshotRequest(Peer peer, PeerFrame.SnapshotRequest request)
    {
        if (!IsSynchronized)
        {
            Greet(peer, replyWanted: true);         // It sees that this node has nothing to give.
            return;
        }

        var items = _map.ToArray();
        peer.Outgoing = new OutgoingInterval(request.Request, VersionVector.Empty, _map.Vector, items, peer.Generation, _map.Collected)
        {
            TakenFrom = _map,
        };
        peer.WholeOwed = peer.EverythingOwed = false;
        Pump(peer, urgent: true);
    }

    private void OnFillPart(Peer peer, PeerFrame.Delta part)
    {
        if (_fill is not { } fill || fill.Source != peer.Uid || part.Interval != fill.Request || part.ReceiverGeneration != Generation)
            return;                                 // Of a request that was given up.
        if (!fill.Incoming.Advance(part.Interval, part.Part))
        {
            BreakFill("a part was lost");
            return;
        }

        if (!AreSigned(peer, part.Records, part.Passports, fill.Map))
        {
            BreakFill("it sent what is not signed by whom it names");
            return;
        }

        fill.Deadline = _world.Now + _options.AckTimeout;
        var ahead = 0;
        fill.Map.Expect(part.Records);
        foreach (var record in part.Records)
        {
            ahead += _clock.Observe(record.Order.Stamp.Time, _world.UnixMilliseconds) == ClockObservation.TooFarAhead ? 1 : 0;
            fill.Map.Merge(record, out _);
        }

        ReportAhead(peer, ahead);
        if (part.Last)
            EndFill(peer, fill, part);
    }

    private void EndFill(Peer source, Fill fill, PeerFrame.Delta last)
    {
        foreach (var other in _peers.Values)
        {
            if (other == source || !other.IsSynchronized || last.To.Covers(other.Told!.Collected) || !other.Vector.Covers(last.Collected))
                continue;
            Report(new ReplicatorReport.FillBroken(source.Node, "another node has collected what it lacks"));
            BeginFill(other);
            return;
        }

        var former = _map;
        _fill = null;
        _map = fill.Map;
        _map.Cover(last.To);
        _map.MarkCollected(last.Collected);
        BeginLife();
        GuardOwnAnew(former);
        Become(source);
    }

    /// <summary>Writes that the peer has not seen are given up. Others may hold them; so the next ones are counted apart.</summary>
    private void BeginLife()
    {
        var sequence = _sequence;
        var life = sequence > 0 ? _life + 1 : _life;
        foreach (var entry in _map.Vector)
        {
            if (entry.Origin.Node == _self.Uid)
                life = Math.Max(life, entry.Origin.Life + 1);
        }

        if (_rules.NewLife)
            (_life, _sequence) = (life, 0);
        else
            _map.Cover(Me, sequence);
        _relayed = _sequence;
        DropRelay();
        _ahead.Clear();
        _superseded.Reset(_sequence);
        _delays.Reset();
    }

    /// <summary>Whether the vector covers writes in this node's name that it did not make.</summary>
    private bool HasUnknown(VersionVector vector)
    {
        foreach (var entry in vector)
        {
            if (entry.Origin.Node == _self.Uid && IsUnknown(new Dot(_self.Uid, entry.Sequence, entry.Origin.Life)))
                return true;
        }

        return false;
    }

    private void Become(Peer? source)
    {
        var first = !_hasServed;
        IsSynchronized = true;
        if (first || source is not null)
            _showAt = first && !_isRestored ? _world.Now : _world.Now + (2 * _options.AckTimeout);
        Report(new ReplicatorReport.Synchronized(source?.Node, _map.LiveEntries, _map.Tombstones));
        if (first && !_isRestored)
            ShowWhenCaughtUp();
        foreach (var peer in _peers.Values)
        {
            peer.AwaitAnswer(hasGivenAll: peer == source);
            Greet(peer, replyWanted: true);
        }
    }
}
