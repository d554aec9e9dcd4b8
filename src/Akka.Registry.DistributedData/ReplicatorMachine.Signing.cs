using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData.Signing;

namespace Akka.Registry.DistributedData;

/// <summary>Signed records, where they are asked for: whose a record is, and that a frame comes from whom it names.</summary>
/// <remarks>
/// A frame with one record that its origin has not signed is not applied at all, so a vector never moves over it. Honest nodes verify what
/// they take, so none of their frames has such a record; what it may lack is a passport that its receiver has forgotten. Then the frame is
/// refused as one that does not fit, and comes again with all passports.
/// </remarks>
internal sealed partial class ReplicatorMachine
{
    private static readonly TimeSpan TellPause = TimeSpan.FromSeconds(10);

    private readonly IRecordSigning? _signing;

    /// <summary>Who others say has written more than it has told here itself: it is asked with the next gossip. None for nobody.</summary>
    private NodeUid _unattested;

    private Instant _bearerToldAt = new(long.MinValue / 2);

    /// <summary>Frames that were dropped since a record in them was not signed by its origin, or they came under another's uid.</summary>
    public long UnsignedFrames { get; private set; }

    private MapRecord Signed(MapRecord own) => _signing is null ? own : own.WithSignature(_signing.Sign(own).Span);

    /// <summary>Whether each record is signed by its origin. What this node holds already is not looked at again.</summary>
    private bool AreSigned(Peer peer, IReadOnlyList<MapRecord> records, IReadOnlyList<ReadOnlyMemory<byte>> passports, LwwMap map)
    {
        if (_signing is null)
            return true;
        foreach (var passport in passports)
            _signing.Admit(passport);
        if (!_rules.SignaturesChecked)
            return true;
        foreach (var record in records)
        {
            if (map.Find(record.Key) is { } held && IsSame(held, record))
                continue;
            var verdict = _signing.Verify(record);
            if (verdict == SignatureVerdict.Valid)
                continue;
            UnsignedFrames++;
            ReplicationMetrics.Unsigned(verdict);
            peer.UnsignedFrames++;
            if (_world.Now - peer.UnsignedToldAt >= TellPause)
                Report(new ReplicatorReport.RecordRefused(peer.Node, verdict, record, peer.UnsignedFrames));
            peer.UnsignedToldAt = _world.Now - peer.UnsignedToldAt >= TellPause ? _world.Now : peer.UnsignedToldAt;
            return false;
        }

        return true;
    }

    /// <summary>
    /// Whether the record was superseded here by what has been collected since, and would win now: it is covered, so it has lost already.
    /// An exchange of everything, as it repairs what must not be, goes beyond that where it is its writer's own, or of a writer that is gone.
    /// </summary>
    private bool IsReplay(Peer from, MapRecord record, bool everything) =>
        _signing is not null && _rules.ReplaysDropped && _map.Vector.Covers(record.Dot)
        && (_map.Find(record.Key) is not { } held || record.Beats(held))
        && !(everything && (record.Dot.Origin == from.Uid || !IsReachable(record.Dot.Origin)));

    /// <summary>
    /// The end of an interval, with no more of a member's writes than that member has told of itself: who passes them on cannot claim that
    /// there were others. A lower end is as true as the one that was claimed.
    /// </summary>
    private VersionVector Attested(Peer from, VersionVector to, VersionVector start)
    {
        if (_signing is null || !_rules.ReplaysDropped)
            return to;
        var attested = to;
        foreach (var entry in to)
        {
            if (entry.Origin.Node == from.Uid || !_peers.TryGetValue(entry.Origin.Node, out var writer) || writer.Told is null)
                continue;
            var told = writer.Attested[entry.Origin];
            if (told >= entry.Sequence)
                continue;
            attested = attested.With(entry.Origin, told > start[entry.Origin] ? told : 0);
            _unattested = writer.Uid;
        }

        return attested;
    }

    /// <summary>What a peer says of its own writes is so.</summary>
    private void Attest(Peer peer, VersionVector vector)
    {
        if (_signing is null)
            return;
        foreach (var entry in vector)
        {
            if (entry.Origin.Node == peer.Uid && entry.Sequence > peer.Attested[entry.Origin])
                peer.Attested = peer.Attested.With(entry.Origin, entry.Sequence);
        }
    }

    /// <summary>Whether the frame comes from the node that the uid was made for.</summary>
    private bool IsOfBearer(NodeUid from, ReplicatorInput.Received received)
    {
        if (_signing is null || !_rules.BearersChecked)
            return true;
        var digest = received.Frame as PeerFrame.Digest;
        if (digest is not null)
            _signing.Admit(digest.Passport);
        else if (received.Frame is PeerFrame.OwnerWord word && word.Passports.Count > 0)
            _signing.Admit(word.Passports[0]);
        var node = received.Sender ?? NodeOf(from);
        if (node is null || _signing.IsBearer(node))
            return true;
        if (!_signing.PassportOf(from).IsEmpty)
            RefuseBearer(new ReplicatorReport.WrongBearer(node, ++UnsignedFrames));
        else if (received.Frame is PeerFrame.Digest)
            RefuseBearer(new ReplicatorReport.WrongPassport(node, digest!.Passport.IsEmpty, ++UnsignedFrames));
        return false;                               // Before its first digest it has shown no passport: that is no news.
    }

    private void RefuseBearer(ReplicatorReport report)
    {
        ReplicationMetrics.WrongBearer();
        if (_world.Now - _bearerToldAt < TellPause)
            return;
        _bearerToldAt = _world.Now;
        Report(report);
    }

    /// <summary>Somebody who is no current member, by others' word perhaps, speaks: it is not gone.</summary>
    private void HearMissing(NodeUid from, PeerFrame frame)
    {
        if (!_missing.TryGetValue(from, out var missing))
            return;
        _missing[from] = missing with { HeardAt = _world.Now };
        if (frame is not PeerFrame.OwnerWord word)
            return;
        OnOwnerWord(missing.Node, word with { Kept = [] });
    }

    /// <summary>Adds the passports of origins of its records that the peer may lack; without a peer, of all of them.</summary>
    private PeerFrame.Delta WithPassports(PeerFrame.Delta part, OutgoingInterval interval, Peer? peer)
    {
        if (_signing is null)
            return part;
        List<ReadOnlyMemory<byte>>? passports = null;
        foreach (var record in part.Records)
        {
            var origin = record.Dot.Origin;
            if (peer?.Vouched.Contains(origin) == true || !interval.Vouched.Add(origin))
                continue;
            (passports ??= []).Add(_signing.PassportOf(origin));
        }

        return passports is null ? part : part with { Passports = passports };
    }

    /// <summary>Whether a frame that was made for another peer has all passports that this one needs.</summary>
    private bool Vouches(OutgoingInterval interval, PeerFrame.Delta frame, Peer peer)
    {
        if (_signing is null)
            return true;
        foreach (var record in frame.Records)
        {
            if (!interval.Vouched.Contains(record.Dot.Origin) && !peer.Vouched.Contains(record.Dot.Origin))
                return false;
        }

        return true;
    }

    private ReadOnlyMemory<byte> OwnPassport => _signing is null ? default : _signing.PassportOf(_self.Uid);

    private void ForgetPassports() => _signing?.Forget(IsOriginNeeded);

    private bool IsOriginNeeded(NodeUid origin) =>
        origin == _self.Uid || _peers.ContainsKey(origin) || _missing.ContainsKey(origin) || _map.HasRecordsOf(origin)
        || _fill?.Map.HasRecordsOf(origin) == true;

    private static bool IsSame(MapRecord held, MapRecord record) =>
        held.Dot == record.Dot && held.Order == record.Order && held.Value == record.Value;
}
