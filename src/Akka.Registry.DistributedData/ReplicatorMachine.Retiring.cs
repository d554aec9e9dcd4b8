using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>Origins that are gone for good leave the vectors, which would grow with every start of a process otherwise.</summary>
/// <remarks>
/// An origin of which no record is left and that was not heard for the retention is retired: it leaves this node's vector and marks, and
/// digests name it, with what was covered of it. Who has not retired it yet reads such a digest as if the entry still stood; who has
/// retired it takes it out of whatever comes. So vectors stay comparable while the nodes retire it one after the other, and none begins
/// anew for it. It is forgotten altogether when no peer names it any more. The price: a node that was away for longer than the retention
/// is not recognized by that origin's marks alone; what it revives of a dead origin's entries is evicted as any orphan, and what that origin
/// had ended of a living one's shows as a difference of hashes, and is exchanged.
/// </remarks>
internal sealed partial class ReplicatorMachine
{
    /// <summary>For how long a retired origin is named at least.</summary>
    private static readonly TimeSpan NamedFor = TimeSpan.FromHours(1);

    /// <summary>Since when an origin has been without a record and without a voice.</summary>
    private readonly SortedDictionary<Origin, Instant> _idle = [];

    /// <summary>When each of <see cref="_retired"/> was retired here.</summary>
    private readonly SortedDictionary<Origin, Instant> _retiredAt = [];

    private readonly List<Origin> _due = [];

    private VersionVector _retired = VersionVector.Empty;

    /// <summary>Retired origins, with what was covered of them.</summary>
    public VersionVector Retired => _retired;

    private void RetireOrigins()
    {
        for (var i = 0; i < _map.Vector.Count; i++)
        {
            var origin = _map.Vector[i].Origin;
            if (!IsGone(i))
                _idle.Remove(origin);
            else if (_idle.TryAdd(origin, _world.Now) || _world.Now - _idle[origin] < _options.DepartedRetention)
                continue;
            else
                _due.Add(origin);
        }

        foreach (var origin in _due)
            Retire(origin);
        _due.Clear();
        ForgetRetired();
    }

    /// <summary>What peers have retired is retired here as well, if nothing speaks against it: one of them has waited for long enough.</summary>
    private void FollowRetired(VersionVector retired)
    {
        if (retired.Count == 0)
            return;
        for (var i = 0; i < _map.Vector.Count; i++)
        {
            if (retired[_map.Vector[i].Origin] > 0 && IsGone(i))
                _due.Add(_map.Vector[i].Origin);
        }

        foreach (var origin in _due)
            Retire(origin);
        _due.Clear();
    }

    /// <summary>Whether the origin at that place of the vector has no record here, and is no member in that life.</summary>
    private bool IsGone(int index)
    {
        var origin = _map.Vector[index].Origin;
        if (origin == Me || _away.ContainsKey(origin.Node) || _map.HasRecordsOf(origin))
            return false;
        var livesOn = index + 1 < _map.Vector.Count && _map.Vector[index + 1].Origin.Node == origin.Node;
        return livesOn || (origin.Node != _self.Uid && !_peers.ContainsKey(origin.Node));
    }

    private void Retire(Origin origin)
    {
        _retired = _retired.With(origin, _map.Vector[origin]);
        _retiredAt[origin] = _world.Now;
        _idle.Remove(origin);
        _ahead.Forget(origin);
        _map.Retire(origin);
    }

    /// <summary>A node that was taken for gone is a member again.</summary>
    private void Reinstate(NodeUid node)
    {
        foreach (var entry in _retired)
        {
            if (entry.Origin.Node == node)
                Reinstate(entry);
        }
    }

    private void Reinstate(VectorEntry retired)
    {
        _retired = _retired.With(retired.Origin, 0);
        _retiredAt.Remove(retired.Origin);
        _map.Cover(retired.Origin, retired.Sequence);
    }

    private void ForgetRetired()
    {
        foreach (var (origin, at) in _retiredAt)
        {
            if (_world.Now - at >= NamedFor && !IsNamed(origin))
                _due.Add(origin);
        }

        foreach (var origin in _due)
        {
            _retired = _retired.With(origin, 0);
            _retiredAt.Remove(origin);
        }

        _due.Clear();
    }

    private bool IsNamed(Origin origin)
    {
        foreach (var peer in _peers.Values)
        {
            if (peer.Told is null || peer.Named[origin] > 0)
                return true;
        }

        return false;
    }

    /// <summary>
    /// A peer's vector without what this node has retired. An origin of which the peer covers more was not gone, and counts again.
    /// </summary>
    private VersionVector Unretired(VersionVector vector)
    {
        foreach (var entry in _retired)
        {
            if (vector[entry.Origin] > entry.Sequence)
                Reinstate(entry);
            else
                vector = vector.With(entry.Origin, 0);
        }

        return _signing is null ? vector : Owned(vector);
    }

    /// <summary>
    /// Where records are signed: without writes in this node's name that it never made. Its uid was made for this process, so they are a lie.
    /// </summary>
    private VersionVector Owned(VersionVector vector)
    {
        if (!HasUnknown(vector))
            return vector;
        foreach (var entry in vector)
        {
            if (entry.Origin.Node == _self.Uid && IsUnknown(new Dot(_self.Uid, entry.Sequence, entry.Origin.Life)))
                vector = vector.With(entry.Origin, entry.Origin == Me ? _sequence : 0);
        }

        return vector;
    }

    /// <summary>A reader's cursor without what this node has retired; what it has seen beyond that stays, and is waited for.</summary>
    private ReadCursor Unretired(ReadCursor cursor)
    {
        var vector = cursor.Vector;
        foreach (var entry in _retired)
        {
            if (vector[entry.Origin] <= entry.Sequence)
                vector = vector.With(entry.Origin, 0);
        }

        return ReferenceEquals(vector, cursor.Vector) ? cursor : new ReadCursor(vector, cursor.Beyond);
    }

    /// <summary>A delta, its vectors made comparable, and without what its sender cannot know.</summary>
    private PeerFrame.Delta Believed(Peer peer, PeerFrame.Delta delta)
    {
        if ((_retired.Count == 0 && _signing is null) || !delta.Last)
            return delta;
        Attest(peer, delta.To);
        var (from, to) = (Unretired(delta.From), Unretired(delta.To));
        // A whole state goes by all that its giver covers: what it has collected lies within.
        return delta with { From = from, To = delta.Anew ? to : Attested(peer, to, from), Collected = Unretired(delta.Collected) };
    }

    /// <summary>What a peer covers, as this node compares it: with what the peer alone has retired, without what this node has.</summary>
    private VersionVector Covered(VersionVector vector, Peer peer)
    {
        foreach (var entry in peer.Retired)
        {
            if (_map.Vector[entry.Origin] > 0 && vector[entry.Origin] < entry.Sequence)
                vector = vector.With(entry.Origin, entry.Sequence);
        }

        return Unretired(vector);
    }
}
