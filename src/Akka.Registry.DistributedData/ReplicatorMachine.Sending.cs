using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>What goes to peers. At most one interval is under way to a peer; the next is computed when that one is answered.</summary>
internal sealed partial class ReplicatorMachine
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private readonly List<RecordKey> _keys = [];
    private (ulong From, ulong To, uint ReceiverGeneration, PeerFrame.Delta Frame, OutgoingInterval Interval)? _lastPush;

    /// <summary>Pushes own writes to every peer that can take them now; or, in a large cluster, the records to a few.</summary>
    private void PushAll(bool urgent)
    {
        if (_peers.Count > 0)
            _delays.Wrote(_sequence, _world.Now);
        if (PushesToAll)
        {
            foreach (var peer in _peers.Values)
                Pump(peer, urgent);
            _relayed = _sequence;
            return;
        }

        RelayOwn();
    }

    /// <summary>Goes on with the interval to the peer, or begins the next when one is due.</summary>
    private void Pump(Peer peer, bool urgent)
    {
        if (peer.Outgoing is null && !TryBegin(peer, urgent))
            return;
        var outgoing = peer.Outgoing;
        if (outgoing is null || outgoing.IsSent)
            return;
        var room = _options.WindowBytes - _queuedBytes(peer.Node);
        while (room > 0 && !outgoing.IsSent && outgoing.MayGoOn(_world.Now))
        {
            var part = outgoing.Cut(_map, _rules.StandingAtSend, _options.ChunkBytes, NextNumber(), Generation, out var bytes);
            Send(peer, WithPassports(part, outgoing, outgoing.IsAnew ? null : peer));
            room -= bytes;
            if (!outgoing.IsPush)
                outgoing.Wait(bytes, _options.FillBytesPerSecond, _world.Now);
        }

        if (!outgoing.IsSent)
            return;
        outgoing.Deadline = _world.Now + _options.AckTimeout;
        if (outgoing.IsAnew)
            peer.Outgoing = null;                   // Its digest will answer.
    }

    private bool TryBegin(Peer peer, bool urgent)
    {
        if (!IsSynchronized || !IsVerified(peer) || _world.Now < peer.HoldUntil)
            return false;
        var covered = peer.Vector[Me];
        if (!peer.EverythingOwed && !peer.WholeOwed)
        {
            if (!OwesPush(peer) || (!urgent && IsOneOfMany(covered) && _world.Now < peer.LastPush + _options.FlushInterval))
                return false;
            if (covered >= _superseded.Floor)
            {
                peer.LastPush = _world.Now;
                BeginPush(peer, covered);
                return peer.Outgoing is not null;
            }
        }

        peer.LastPush = _world.Now;
        return _rules.WholeIntervals ? BeginWhole(peer) : BeginByOrigin(peer);
    }

    /// <summary>A small cluster always; a large one while a write waits until so many hold it that a few who pass it on will not do.</summary>
    private bool PushesToAll => IsSmall || _waiting.Count > 0;

    /// <summary>A lone write goes at once, as soon as the one before it is acknowledged; more than one make a batch.</summary>
    private bool IsOneOfMany(ulong covered) => _sequence - covered > 1;

    private bool OwesPush(Peer peer) => PushesToAll && _sequence > peer.Vector[Me];

    /// <summary>An own interval: for each own write that the peer does not cover, the record that stands now, whoever wrote it.</summary>
    private void BeginPush(Peer peer, ulong covered)
    {
        if (_lastPush is { } last && last.From == covered && last.To == _sequence && last.ReceiverGeneration == peer.Generation
            && _rules.StandingAtSend && last.Frame.Number == _number && Vouches(last.Interval, last.Frame, peer))
        {
            // The frame that the peer before got in this turn, to be encoded once.
            peer.Outgoing = OutgoingInterval.Sent(last.Interval, _world.Now + _options.AckTimeout);
            Send(peer, last.Frame);
            return;
        }

        var items = new List<MapRecord>();
        _map.CopyOf(Me, covered, _sequence, items);
        if (_rules.PushSuperseders)
        {
            _superseded.CopyTo(_keys, covered, _sequence);
            foreach (var key in _keys)
            {
                if (_map.Find(key) is { } standing)
                    items.Add(standing);            // None: collected, and the peer covers what it was collected for.
            }

            _keys.Clear();
        }

        peer.Outgoing = new OutgoingInterval(
            NextNumber(), VersionVector.Of(Me, covered), VersionVector.Of(Me, _sequence), items, peer.Generation)
        {
            IsPush = true,
            TakenFrom = _map,
            Traces = _waiting.Traces(covered),
        };
        if (_queuedBytes(peer.Node) >= _options.WindowBytes)
            return;
        var frame = WithPassports(
            peer.Outgoing.Cut(_map, _rules.StandingAtSend, _options.ChunkBytes, NextNumber(), Generation, out _), peer.Outgoing, peer);
        Send(peer, frame);
        if (frame is { Part: 0, Last: true })
            _lastPush = (covered, _sequence, peer.Generation, frame, peer.Outgoing);
        if (frame.Last)
            peer.Outgoing.Deadline = _world.Now + _options.AckTimeout;
    }

    /// <summary>A whole interval: all records that the peer's vector does not cover.</summary>
    private bool BeginWhole(Peer peer)
    {
        var everything = peer.EverythingOwed;
        var from = everything ? VersionVector.Empty : peer.Vector;
        peer.WholeOwed = peer.EverythingOwed = false;
        var items = new List<MapRecord>();
        _map.CopySince(from, items);
        if (items.Count == 0 && from.Covers(_map.Vector))
            return false;
        peer.Outgoing = new OutgoingInterval(NextNumber(), from, _map.Vector, items, peer.Generation)
        {
            IsEverything = everything && _signing is not null,
            TakenFrom = _map,
        };
        return true;
    }

    /// <summary>What R3 forbids, for the test that shows why: one interval for each origin, with that origin's records alone.</summary>
    private bool BeginByOrigin(Peer peer)
    {
        peer.WholeOwed = peer.EverythingOwed = false;
        foreach (var entry in _map.Vector)
        {
            var covered = peer.Vector[entry.Origin];
            if (entry.Sequence <= covered)
                continue;
            var items = new List<MapRecord>();
            _map.CopyOf(entry.Origin, covered, entry.Sequence, items);
            peer.WholeOwed = true;                  // The next origin follows when this one is acknowledged.
            peer.Outgoing = new OutgoingInterval(
                NextNumber(), VersionVector.Of(entry.Origin, covered), VersionVector.Of(entry.Origin, entry.Sequence), items, peer.Generation);
            return true;
        }

        return false;
    }

    private void OnLinkFull(NodeUid uid)
    {
        if (!_peers.TryGetValue(uid, out var peer))
            return;
        peer.HoldUntil = _world.Now + Pace;
        GiveUp(peer);                               // A part is missing: again, from what the peer covers, when the link has room.
    }

    /// <summary>The interval to the peer was lost, or a part of it: the next one begins at what the peer last told.</summary>
    private static void GiveUp(Peer peer)
    {
        peer.WholeOwed |= peer.Outgoing is { IsPush: false, IsAnew: false };
        peer.Outgoing = null;
    }

    /// <summary>When the peer next needs attention; null when it waits for nothing.</summary>
    private Instant? NextAttempt(Peer peer)
    {
        if (peer.Outgoing is { } outgoing)
            return outgoing.IsSent ? outgoing.Deadline : outgoing.MayGoOn(_world.Now) ? _world.Now + Pace : outgoing.NextPart;
        if (!IsSynchronized || !IsVerified(peer) || !(peer.WholeOwed || peer.EverythingOwed || OwesPush(peer)))
            return null;
        var flush = peer.WholeOwed || peer.EverythingOwed ? peer.HoldUntil : peer.LastPush + _options.FlushInterval;
        return flush > peer.HoldUntil ? flush : peer.HoldUntil;
    }
}
