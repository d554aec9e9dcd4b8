namespace Akka.Registry.DistributedData;

/// <summary>What comes from peers: digests, deltas, acknowledgements.</summary>
internal sealed partial class ReplicatorMachine
{
    private const int MismatchesMax = 3;
    private static readonly TimeSpan RefusalPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AskPause = TimeSpan.FromMilliseconds(50);

    private void OnReceived(ReplicatorInput.Received received)
    {
        var (from, frame) = (received.From, received.Frame);
        if (!IsOfBearer(from, received))
            return;
        if (!_peers.TryGetValue(from, out var peer))
        {
            HearMissing(from, frame);
            return;                                 // Not a current member (yet): it is greeted as soon as it is one.
        }

        var stale = (frame.Number <= peer.LastNumber && _rules.NumberedFrames) || (frame.Generation < peer.Generation && _rules.Generations);
        if (stale)
        {
            StaleFrames++;
            return;
        }

        peer.LastNumber = frame.Number;
        if (frame.Generation != peer.Generation && (frame.Generation > peer.Generation || !_rules.Generations))
            peer.BeginGeneration(frame.Generation);
        switch (frame)
        {
            case PeerFrame.Digest digest: OnDigest(peer, digest); break;
            case PeerFrame.Delta { Anew: true } delta: OnFillPart(peer, Believed(peer, delta)); break;
            case PeerFrame.Delta delta: OnDelta(peer, Believed(peer, delta)); break;
            case PeerFrame.DeltaAck ack: OnAck(peer, ack with { Vector = Covered(ack.Vector, peer) }); break;
            case PeerFrame.SnapshotRequest request: OnSnapshotRequest(peer, request); break;
            case PeerFrame.OwnerWord word when AreSigned(peer, word.Kept, word.Passports, _map): OnOwnerWord(peer.Node, word); break;
            case PeerFrame.OwnerWord: break;        // With a record that is not its own: told, and dropped.
            default: throw new System.Diagnostics.UnreachableException($"No handler for {frame.GetType().Name}.");
        }
    }

    /// <summary>Sends this node's digest: it opens an exchange, or answers one.</summary>
    private void Greet(Peer peer, bool replyWanted)
    {
        TellKept(peer);
        Send(peer, DigestNow(replyWanted));
    }

    private PeerFrame.Digest DigestNow(bool replyWanted) => new(NextNumber(), Generation)
    {
        // While it is being filled a node covers nothing: nobody may collect what it is about to be sent.
        Vector = IsSynchronized ? _map.Vector : VersionVector.Empty,
        Collected = IsSynchronized ? _map.Collected : VersionVector.Empty,
        StateHash = _map.StateHash,
        LiveEntries = _map.LiveEntries,
        ReplyWanted = replyWanted,
        Synchronized = IsSynchronized,
        Clock = _clock.Tick(_world.UnixMilliseconds),
        Uncovered = _map.CountUncovered(),
        Retains = _hasServed,
        Retired = _retired,
        Passport = OwnPassport,
    };

    private void OnDigest(Peer peer, PeerFrame.Digest digest)
    {
        var offset = TimeSpan.FromMilliseconds(digest.Clock.UnixMilliseconds - _world.UnixMilliseconds);
        peer.Retired = digest.Retired;
        FollowRetired(digest.Retired);
        Attest(peer, digest.Vector);
        var told = digest with { Vector = Covered(digest.Vector, peer), Collected = Unretired(digest.Collected) };
        var (wasSynchronized, before) = (peer.IsSynchronized, peer.Vector[Me]);
        peer.Tell(digest.Vector, told, offset);
        if (wasSynchronized)
            NoteConfirmed(peer, before);
        PeerNews++;
        Observe(peer, digest.Clock);
        if (digest.ReplyWanted)
            Greet(peer, replyWanted: false);
        if (!IsSynchronized)
        {
            Settle();
            return;
        }

        PeersCoverMore();
        if (!digest.Synchronized || BeginAnewIfBehind(peer))
            return;
        if (!IsVerified(peer))
        {
            if (!peer.ReportedBehind)
                Report(new ReplicatorReport.PeerAwayTooLong(peer.Node));
            peer.ReportedBehind = true;
            return;
        }

        peer.ReportedBehind = false;
        Compare(peer, told);
        Pump(peer, urgent: false);
    }

    /// <summary>
    /// Whether records may be taken from it and sent to it: it holds, or has superseded, all that was collected here
    /// (R4).
    /// </summary>
    private bool IsVerified(Peer peer) => !_rules.Guard ? peer.Told is not null : peer.IsSynchronized && peer.Holds(_map.Collected);

    private void Compare(Peer peer, PeerFrame.Digest digest)
    {
        var same = digest.Vector.Equals(_map.Vector);
        var unequal = same && digest.StateHash != _map.StateHash;
        peer.WholeOwed |= unequal || _map.HasBeyond(digest.Vector);
        if (!unequal || digest.Uncovered > 0 || peer.Outgoing is not null || _map.CountUncovered() > 0)
        {
            peer.Mismatch = default;
            return;
        }

        // Hashes may differ for a moment: it has to stay so.
        var mismatch = peer.Mismatch;
        if (mismatch.Hash != _map.StateHash || mismatch.PeerHash != digest.StateHash || !_map.Vector.Equals(mismatch.Vector))
            mismatch = new Mismatch(_map.Vector, _map.StateHash, digest.StateHash, 0, _world.Now);
        if (_world.Now >= mismatch.Next)
            mismatch = mismatch with { Count = mismatch.Count + 1, Next = _world.Now + _options.GossipInterval };
        peer.Mismatch = mismatch.Count < MismatchesMax ? mismatch : default;
        if (mismatch.Count < MismatchesMax)
            return;
        peer.EverythingOwed = true;
        Divergences++;
        Report(new ReplicatorReport.Diverged(peer.Node, _map.Vector, _map.StateHash, digest.StateHash));
    }

    private void OnDelta(Peer peer, PeerFrame.Delta delta)
    {
        var current = (delta.ReceiverGeneration == Generation && delta.Generation == peer.Generation) || !_rules.Generations;
        if (!IsSynchronized || !current || !IsVerified(peer))
        {
            peer.Incoming.Break();
            Refuse(peer, delta);
            return;
        }

        if (delta is { AckWanted: false, Last: true })
        {
            OnPassedOn(peer, delta);
            return;
        }

        if (!AreSigned(peer, delta.Records, delta.Passports, _map))
        {
            peer.Incoming.Break();
            Refuse(peer, delta);
            return;
        }

        var whole = peer.Incoming.Advance(delta.Interval, delta.Part);
        var ahead = 0;
        _map.Expect(delta.Records);
        foreach (var record in delta.Records)
        {
            if (record.Dot.Origin == _self.Uid && IsUnknown(record.Dot))
            {
                whole = false;                      // A write of ours that we do not know: its vector will tell, and we begin anew.
                continue;
            }

            ahead += _clock.Observe(record.Order.Stamp.Time, _world.UnixMilliseconds) == ClockObservation.TooFarAhead ? 1 : 0;
            if (!IsReplay(peer, record, delta.Everything))
                Merge(record);
        }

        ReportAhead(peer, ahead);
        if (delta.Last)
            EndInterval(peer, delta, whole || !_rules.CompleteIntervals);
        PublishChanges();
    }

    private void EndInterval(Peer peer, PeerFrame.Delta delta, bool whole)
    {
        peer.Incoming.Break();
        var applied = whole && (_map.Vector.Covers(delta.From) || !_rules.CompleteIntervals);
        if (applied)
        {
            _map.Cover(delta.To);
            FollowAhead();
            peer.HasGivenAll |= peer.Told is { } told && delta.To.Covers(told.Vector);
        }

        if (delta.AckWanted)
            Send(peer, new PeerFrame.DeltaAck(NextNumber(), Generation, delta.Interval, _map.Vector, applied, peer.Generation));
    }

    /// <summary>The frame could not be taken: its sender does not know this node's state, or the other way round. Vectors first.</summary>
    private void Refuse(Peer peer, PeerFrame.Delta delta)
    {
        if (delta.AckWanted && IsSynchronized && delta.ReceiverGeneration == Generation)
            Send(peer, new PeerFrame.DeltaAck(NextNumber(), Generation, delta.Interval, _map.Vector, Applied: false, peer.Generation));
        if (!delta.Last || _world.Now - peer.LastAsked < AskPause)
            return;
        peer.LastAsked = _world.Now;
        Greet(peer, replyWanted: true);
    }

    private void OnAck(Peer peer, PeerFrame.DeltaAck ack)
    {
        var current = peer.Told is not null && ack.ReceiverGeneration == Generation;
        if ((!current && _rules.Generations) || !IsSynchronized)
            return;
        var before = peer.Vector[Me];
        peer.Vector = peer.Vector.Merge(ack.Vector);
        NoteConfirmed(peer, before);
        if (peer.Outgoing is { } outgoing && outgoing.Id == ack.Interval)
        {
            peer.Refusals = ack.Applied ? 0 : Math.Min(peer.Refusals + 1, 10);
            peer.Vouch(outgoing.Vouched, ack.Applied);
            if (ack.Applied)
            {
                peer.Outgoing = null;
            }
            else
            {
                GiveUp(peer);                       // It lost a part: again, after a pause that doubles.
                peer.HoldUntil = _world.Now + Least(RefusalPause * (1 << peer.Refusals), _options.GossipInterval);
            }
        }

        PeersCoverMore();
        Pump(peer, urgent: _waiting.Count > 0);
    }

    /// <summary>A write in this node's name that it did not make: its process was started from an older picture of itself.</summary>
    private bool IsUnknown(Dot own) => own.Life > _life || (own.Life == _life && own.Sequence > _sequence);

    private void Observe(Peer peer, HybridTimestamp time)
    {
        if (_clock.Observe(time, _world.UnixMilliseconds) == ClockObservation.TooFarAhead)
            ReportAhead(peer, 1);
    }

    private void ReportAhead(Peer peer, int stamps)
    {
        if (stamps == 0)
            return;
        var first = peer.StampsAhead == 0;
        peer.StampsAhead += stamps;
        StampsAhead += stamps;
        if (first)
            Report(new ReplicatorReport.ClockAhead(peer.Node, peer.ClockOffset, StampsAhead));
    }

    private static TimeSpan Least(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
