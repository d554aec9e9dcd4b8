using System.Collections.Immutable;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Etcd.Map;

/// <summary>What the other nodes hold: each tells its place in the store and its hash, each second and when it is asked.</summary>
internal sealed partial class EtcdMapMachine
{
    private int CurrentMembers => _peers.Count + 1;

    /// <summary>Each current peer as last heard from.</summary>
    public ImmutableArray<PeerStatus> DescribePeers() => [.. _peers.Values.Select(peer => new PeerStatus(
        peer.Node.Uid,
        // Nodes that hold the same may know of more writers, or have read at a later revision in which nothing of this registry changed.
        peer.Told is null ? null : peer.Told.StateHash == _records.StateHash && IsNear(peer.Told.Vector) ? Vector : peer.Told.Vector,
        peer.Told?.StateHash,
        peer.ClockOffset))];

    private void OnMembers(MembershipView view)
    {
        _members = view;
        var gone = new HashSet<NodeUid>(_peers.Keys);
        foreach (var member in view.Members)
        {
            Know(member.Node.Uid);
            if (!member.IsCurrent || member.Node.Uid == _self.Uid)
                continue;
            gone.Remove(member.Node.Uid);
            if (!_peers.ContainsKey(member.Node.Uid))
                _peers.Add(member.Node.Uid, new PeerState(member.Node));
        }

        foreach (var uid in gone)
            _peers.Remove(uid);
        SettleSpreading();
    }

    private void OnTold(NodeUid from, PeerFrame.Digest digest)
    {
        if (!_peers.TryGetValue(from, out var peer))
            return;
        peer.Told = digest;
        peer.ClockOffset = TimeSpan.FromMilliseconds(digest.Clock.UnixMilliseconds - _world.UnixMilliseconds);
        if (digest.ReplyWanted)
            Tell(peer, replyWanted: false);
    }

    private void TickPeers()
    {
        if (_spreading.Count > 0)
        {
            foreach (var peer in _peers.Values)
                Tell(peer, replyWanted: true);
        }
        else if (_world.Now >= _digestAt && HasState)
        {
            _digestAt = _world.Now + DigestInterval;
            foreach (var peer in _peers.Values)
                Tell(peer, replyWanted: false);
        }
    }

    private void Tell(PeerState peer, bool replyWanted)
    {
        if (!HasState)
            return;
        _number = Math.Max(_number + 1, HybridTimestamp.At(_world.UnixMilliseconds).Value);
        _effects.Add(new EtcdEffect.Send(peer.Node, new PeerFrame.Digest(_number, 1)
        {
            Vector = Vector,
            Collected = VersionVector.Empty,
            StateHash = _records.StateHash,
            LiveEntries = _records.LiveEntries,
            ReplyWanted = replyWanted,
            Synchronized = true,
            // The machine's clock, for people: stamps are the store's.
            Clock = HybridTimestamp.At(_world.UnixMilliseconds),
            Uncovered = 0,
            Retains = false,
        }));
    }

    /// <summary>Answers those who wait for other nodes to hold their writes too.</summary>
    private void SettleSpreading()
    {
        for (var i = _spreading.Count - 1; i >= 0; i--)
        {
            var write = _spreading[i];
            var (heldBy, members) = (1, CurrentMembers);
            foreach (var peer in _peers.Values)
                heldBy += peer.Told is { } told && told.Vector[new Origin(NodeUid.Outside, write.Written!.Dot.Life)] >= write.Revision ? 1 : 0;
            var needed = write.Command!.Consistency == WriteConsistency.All ? members : (members / 2) + 1;
            if (heldBy < needed && _world.Now < write.Deadline)
            {
                AskAll(write);
                continue;
            }

            _spreading.RemoveAt(i);
            Answer(write.Command, new MapWriteResult(
                MapWriteOutcome.Accepted, write.Written, write.Before, heldBy, members, ConsistencyReached: heldBy >= needed));
        }
    }

    private void AskAll(PendingWrite write)
    {
        if (write.HasAsked)
            return;
        write.HasAsked = true;
        foreach (var peer in _peers.Values)
            Tell(peer, replyWanted: true);
    }

    private bool IsNear(VersionVector vector) => vector[new Origin(NodeUid.Outside, _store?.Generation ?? 0)] > 0;

    private sealed class PeerState(NodeIdentity node)
    {
        public NodeIdentity Node { get; } = node;

        public PeerFrame.Digest? Told { get; set; }

        public TimeSpan ClockOffset { get; set; }
    }
}
