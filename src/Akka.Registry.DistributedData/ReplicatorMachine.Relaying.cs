using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>Large clusters: what a node writes goes to a few peers, who pass on what was new to them, once.</summary>
/// <remarks>
/// A frame that asks for no answer names intervals of single origins, each with all that stands for its writes; as with a push, each
/// origin's entry then moves alone. Who passes an interval on passes all of its records on, as they stand by then: so it says the same
/// for the next receiver, and exchanges have to bring only what chance left out. An interval is named only while its own origin's
/// records stand for its writes: of a record that another origin wrote no receiver could tell which interval it stands for, and might
/// name the interval further without it. Other records go along without an interval, and move no vector. What is new within a flush
/// interval goes out together.
/// </remarks>
internal sealed partial class ReplicatorMachine
{
    private const int IntervalsAheadMax = 4_096;

    private readonly List<MapRecord> _relay = [];
    private readonly SortedDictionary<Origin, OriginInterval> _relayIntervals = [];
    private readonly IntervalsAhead _ahead = new(IntervalsAheadMax);
    private readonly List<OriginInterval> _news = [];
    private readonly List<MapRecord> _passOn = [];
    private readonly HashSet<Origin> _mixed = [];
    private readonly List<VectorEntry> _entries = [];
    private readonly List<Peer> _chosen = [];
    private Instant _lastRelay = new(long.MinValue / 2);
    private NodeUid _relayGiver;
    private bool _relayHasGiver;
    private int _relayBytes;

    private bool HasRelay => _relay.Count > 0 || _relayIntervals.Count > 0;

    /// <summary>Own writes since the last turn, with their interval.</summary>
    private void RelayOwn()
    {
        var from = _relayed;
        _relayed = _sequence;
        if (from == _sequence)
            return;
        _map.CopyOf(Me, from, _sequence, _passOn);
        _superseded.CopyTo(_keys, from, _sequence);
        if (from >= _superseded.Floor && (_keys.Count == 0 || !_rules.PushSuperseders))
            _news.Add(new OriginInterval(Me, from, _sequence));
        _keys.Clear();
        PassOn(_self.Uid);
    }

    /// <summary>Records, and intervals of single origins, that a peer passes on.</summary>
    private void OnPassedOn(Peer peer, PeerFrame.Delta delta)
    {
        if (!AreSigned(peer, delta.Records, delta.Passports, _map))
            return;
        foreach (var entry in delta.To)
        {
            var interval = new OriginInterval(entry.Origin, delta.From[entry.Origin], entry.Sequence);
            if (entry.Origin.Node != _self.Uid && _map.Vector[entry.Origin] < entry.Sequence && !_ahead.Holds(interval))
                _news.Add(interval);
        }

        var (whole, ahead) = (true, 0);
        foreach (var record in delta.Records)
        {
            if (record.Dot.Origin == _self.Uid && IsUnknown(record.Dot))
            {
                whole = false;                      // A write of ours that we do not know: its vector will tell, and we begin anew.
                continue;
            }

            ahead += _clock.Observe(record.Order.Stamp.Time, _world.UnixMilliseconds) == ClockObservation.TooFarAhead ? 1 : 0;
            if ((!IsReplay(peer, record, everything: false) && Merge(record)) || BelongsToNews(delta, record.Dot))
                _passOn.Add(record);
            NoteMixed(record);
        }

        ReportAhead(peer, ahead);
        if (!whole)
            _news.Clear();
        foreach (var interval in _news)
            _ahead.Add(interval);
        FollowAhead();
        PublishChanges();
        _news.RemoveAll(interval => _mixed.Contains(interval.Origin));
        _mixed.Clear();
        PassOn(peer.Uid);
    }

    /// <summary>Another origin's record stands for that write: its origin's interval is named no further.</summary>
    private void NoteMixed(MapRecord record)
    {
        if (_rules.PushSuperseders && _map.Find(record.Key) is { } standing && standing.Dot.Writer != record.Dot.Writer)
            _mixed.Add(record.Dot.Writer);
    }

    /// <summary>Whether the record may stand for a write of an interval that is new: it is one of them, or of none that is named.</summary>
    private bool BelongsToNews(PeerFrame.Delta delta, Dot dot)
    {
        if (_news.Count == 0)
            return false;
        var writer = dot.Writer;
        foreach (var interval in _news)
        {
            if (interval.Origin == writer && dot.Sequence > interval.From && dot.Sequence <= interval.To)
                return true;
        }

        return dot.Sequence > delta.To[writer] || dot.Sequence <= delta.From[writer];
    }

    /// <summary>The vector has moved, or an interval has come: those that begin at or below it are covered as well.</summary>
    private void FollowAhead()
    {
        _ahead.Follow(_map.Vector, _entries);
        if (_entries.Count > 0 && VersionVector.TryFrom([.. _entries], out var covered))
            _map.Cover(covered);
        _entries.Clear();
    }

    /// <summary>Adds what is to be passed on to what waits; it goes at once when nothing went for a flush interval.</summary>
    private void PassOn(NodeUid giver)
    {
        if (_passOn.Count == 0 && _news.Count == 0)
            return;
        var bytes = 0;
        foreach (var record in _passOn)
            bytes += ReplicationCodec.SizeOf(record);
        if (HasRelay && (_relayBytes + bytes > _options.ChunkBytes || !FitsWaiting()))
            Relay();
        (_relayGiver, _relayHasGiver) = (giver, !HasRelay || (_relayHasGiver && _relayGiver == giver));
        _relayBytes += bytes;
        _relay.AddRange(_passOn);
        foreach (var interval in _news)
        {
            _relayIntervals[interval.Origin] = _relayIntervals.TryGetValue(interval.Origin, out var waiting)
                ? interval with { From = Math.Min(waiting.From, interval.From), To = Math.Max(waiting.To, interval.To) }
                : interval;
        }

        _passOn.Clear();
        _news.Clear();
        RelayWhenDue();
    }

    /// <summary>Whether the new intervals leave no gap to those of their origins that wait.</summary>
    private bool FitsWaiting()
    {
        foreach (var interval in _news)
        {
            if (_relayIntervals.TryGetValue(interval.Origin, out var waiting) && (interval.From > waiting.To || waiting.From > interval.To))
                return false;
        }

        return true;
    }

    private void RelayWhenDue()
    {
        if (HasRelay && (_relayBytes >= _options.ChunkBytes || _world.Now >= _lastRelay + _options.FlushInterval))
            Relay();
    }

    /// <summary>Sends what waits to a few.</summary>
    private void Relay()
    {
        _lastRelay = _world.Now;
        if (IsSynchronized)
            Choose();
        foreach (var record in _relay)
            NoteMixed(record);
        foreach (var origin in _mixed)
            _relayIntervals.Remove(origin);
        _mixed.Clear();
        var (from, to) = RelayVectors();
        while (_chosen.Count > 0)
        {
            var generation = _chosen[0].Generation;
            var interval = new OutgoingInterval(0, from, to, _relay, generation);
            while (!interval.IsSent)
            {
                var part = WithPassports(
                    interval.Cut(_map, _rules.StandingAtSend, _options.ChunkBytes, NextNumber(), Generation, out _), interval, peer: null);
                interval.Vouched.Clear();           // Each frame stands alone.
                // An interval is whole within one frame, or not named at all.
                var frame = part.Part == 0
                    ? part with { AckWanted = false, Last = true }
                    : part with { AckWanted = false, Last = true, Part = 0, From = VersionVector.Empty, To = VersionVector.Empty };
                foreach (var peer in _chosen)
                {
                    if (peer.Generation == generation)
                        Send(peer, frame);
                }
            }

            _chosen.RemoveAll(peer => peer.Generation == generation);
        }

        DropRelay();
    }

    private (VersionVector From, VersionVector To) RelayVectors()
    {
        foreach (var interval in _relayIntervals.Values)
            _entries.Add(new VectorEntry(interval.Origin, interval.To));
        VersionVector.TryFrom([.. _entries], out var to);
        _entries.Clear();
        foreach (var interval in _relayIntervals.Values)
        {
            if (interval.From > 0)
                _entries.Add(new VectorEntry(interval.Origin, interval.From));
        }

        VersionVector.TryFrom([.. _entries], out var from);
        _entries.Clear();
        return (from, to);
    }

    /// <summary>Random peers that can take something now, the one that gave all of it left out.</summary>
    private void Choose()
    {
        var candidates = new List<Peer>(_peers.Count);
        foreach (var peer in _peers.Values)
        {
            if (!(_relayHasGiver && peer.Uid == _relayGiver) && IsVerified(peer))
                candidates.Add(peer);
        }

        while (_chosen.Count < _options.PushFanOut && candidates.Count > 0)
        {
            var index = _random.Next(candidates.Count);
            var peer = candidates[index];
            candidates[index] = candidates[^1];
            candidates.RemoveAt(candidates.Count - 1);
            if (_queuedBytes(peer.Node) < _options.WindowBytes)
                _chosen.Add(peer);
        }
    }

    private void DropRelay()
    {
        _relay.Clear();
        _relayIntervals.Clear();
        _relayBytes = 0;
    }
}
