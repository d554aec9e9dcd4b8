using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData.Signing;

namespace Akka.Registry.DistributedData;

/// <summary>What the machine wants done, in this order.</summary>
internal abstract record ReplicatorEffect
{
    private ReplicatorEffect() { }

    /// <summary>Send a frame to a peer. The same frame object may go to several peers: it is encoded once.</summary>
    internal sealed record Send(NodeIdentity To, PeerFrame Frame) : ReplicatorEffect;

    /// <summary>Tell the subscribers.</summary>
    internal sealed record Publish(MapEvent Event) : ReplicatorEffect
    {
        /// <summary>What the writer behind the map is told instead: what is held, where that is not what is shown. Null for the same.</summary>
        public MapEvent? Held { get; init; }
    }

    /// <summary>Answer a write.</summary>
    internal sealed record Reply(IActorRef<MapWriteResult> To, MapWriteResult Answer) : ReplicatorEffect;

    /// <summary>Answer writes in bulk.</summary>
    internal sealed record ReplyMany(IActorRef<ImmutableArray<MapWriteResult>> To, ImmutableArray<MapWriteResult> Answers) : ReplicatorEffect;

    /// <summary>This node holds the whole registry for the first time.</summary>
    internal sealed record AnnounceUp : ReplicatorEffect;

    /// <summary>Something that people should know.</summary>
    internal sealed record Report(ReplicatorReport What) : ReplicatorEffect;
}

/// <summary>What people should know.</summary>
internal abstract record ReplicatorReport
{
    private ReplicatorReport() { }

    /// <summary>This node holds the whole registry.</summary>
    /// <param name="Source">Where it was taken from; null when nobody else had it.</param>
    /// <param name="Live">Live entries.</param>
    /// <param name="Tombstones">Tombstones.</param>
    internal sealed record Synchronized(NodeIdentity? Source, int Live, int Tombstones) : ReplicatorReport;

    /// <summary>This node begins with what it kept from before.</summary>
    /// <param name="Live">Live entries.</param>
    /// <param name="Tombstones">Tombstones.</param>
    /// <param name="Age">How old the picture is by the wall clock.</param>
    /// <param name="ClockAheadMs">How far the hybrid clock that was kept is ahead of the wall clock, in milliseconds; negative behind.</param>
    internal sealed record Restored(int Live, int Tombstones, TimeSpan Age, long ClockAheadMs) : ReplicatorReport;

    /// <summary>This node was away too long: it takes everything anew.</summary>
    internal sealed record TakingAnew(NodeIdentity Source) : ReplicatorReport;

    /// <summary>A fill broke off; another one begins.</summary>
    internal sealed record FillBroken(NodeIdentity Source, string Reason) : ReplicatorReport;

    /// <summary>A peer was away too long; nothing is taken from it until it has taken everything anew.</summary>
    internal sealed record PeerAwayTooLong(NodeIdentity Peer) : ReplicatorReport;

    /// <summary>Stamps of a peer are too far ahead; the clock does not follow them.</summary>
    internal sealed record ClockAhead(NodeIdentity Peer, TimeSpan Offset, long Total) : ReplicatorReport;

    /// <summary>The vector names so many origins that it may one day be too large for a frame: <see cref="VersionVector.OriginsMax"/>.</summary>
    internal sealed record ManyOrigins(int Origins) : ReplicatorReport;

    /// <summary>A peer sent a record that its origin did not sign; nothing of its frame was taken.</summary>
    /// <param name="Peer">Who sent it.</param>
    /// <param name="Verdict">What is wrong with it.</param>
    /// <param name="Record">The first one.</param>
    /// <param name="Total">Such frames in all, of this peer.</param>
    internal sealed record RecordRefused(NodeIdentity Peer, SignatureVerdict Verdict, MapRecord Record, long Total) : ReplicatorReport;

    /// <summary>A peer speaks under a uid that is not its own; what it says is dropped.</summary>
    internal sealed record WrongBearer(NodeIdentity Peer, long Total) : ReplicatorReport;

    /// <summary>A peer shows no passport, or one that does not hold; what it says is dropped.</summary>
    internal sealed record WrongPassport(NodeIdentity Peer, bool IsMissing, long Total) : ReplicatorReport;

    /// <summary>Others' records would take away entries that this node stands by.</summary>
    /// <param name="By">The origin of one of them.</param>
    /// <param name="Key">Its key.</param>
    /// <param name="Total">Entries of this node that are contested now.</param>
    internal sealed record Contested(NodeUid By, RecordKey Key, int Total) : ReplicatorReport;

    /// <summary>Equal vectors, unequal hashes: a defect. A full exchange repairs it.</summary>
    internal sealed record Diverged(NodeIdentity Peer, VersionVector Vector, ulong Hash, ulong PeerHash) : ReplicatorReport;
}
