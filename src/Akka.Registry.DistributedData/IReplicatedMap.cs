using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.DistributedData.Values;

namespace Akka.Registry.DistributedData;

/// <summary>The second of the registry's two seams to its engine: the replicated map.</summary>
public interface IReplicatedMap
{
    /// <summary>Where writes and subscriptions go.</summary>
    IActorRef<MapCommand> Commands { get; }

    /// <summary>The latest figures; any thread, no waiting.</summary>
    ReplicationStatus Status { get; }

    /// <summary>How this node's disk keeps up with the map; null when the map is kept in memory alone. Any thread.</summary>
    DurabilityStatus? Durability => null;
}

/// <summary>How many nodes must hold a write before it is answered.</summary>
public enum WriteConsistency
{
    /// <summary>This node.</summary>
    Local,

    /// <summary>More than half of the current members.</summary>
    Majority,

    /// <summary>All current members.</summary>
    All,
}

/// <summary>A change that the registry wants. The map's own actor decides by the record that stands then.</summary>
public abstract record MapWrite
{
    private MapWrite(RecordKey key) => Key = key;

    /// <summary>What it is about.</summary>
    public RecordKey Key { get; }

    /// <summary>Writes an entry with this node as origin, new or over whatever an equal or older epoch left.</summary>
    /// <param name="Key">What it is about.</param>
    /// <param name="Epoch">
    /// The instance's epoch; null to let the node mint it: the live entry's own, else one above all that is known,
    /// from the clock.
    /// </param>
    /// <param name="Value">The encoded value.</param>
    public sealed record Register(RecordKey Key, ulong? Epoch, RecordValue Value) : MapWrite(Key);

    /// <summary>
    /// Writes a live entry anew with this node as origin, only if it is live in that epoch, or evicted in that epoch
    /// when <paramref name="Revive"/>.
    /// </summary>
    /// <param name="Key">What it is about.</param>
    /// <param name="Expected">
    /// The order of the record that the decision was made on; another one that stands meanwhile: nothing is written.
    /// </param>
    /// <param name="Revive">Whether an evicted record of <paramref name="Expected"/> may be written over.</param>
    /// <param name="Value">The encoded value.</param>
    public sealed record Replace(RecordKey Key, RecordOrder Expected, bool Revive, RecordValue Value) : MapWrite(Key)
    {
        /// <summary>
        /// Whether it is the owner's word that the instance is silent: ordered just above what it judges, as a removal is, so that
        /// what the instance has meanwhile written elsewhere beats it. Default false: ordered by the clock.
        /// </summary>
        public bool IsVerdict { get; init; }

        /// <summary>
        /// With a verdict: the node whose stamp it bears; none, the default, for that of the record that is judged. A node that takes an
        /// entry over by a verdict names itself: should two do it at once, their records must not have the same order.
        /// </summary>
        public NodeUid Judge { get; init; }
    }

    /// <summary>Ends the epoch for good.</summary>
    /// <param name="Key">What it is about.</param>
    /// <param name="Epoch">The epoch that ends; null for the live entry's.</param>
    public sealed record Deregister(RecordKey Key, ulong? Epoch) : MapWrite(Key);

    /// <summary>Removes for silence, only if the record of that order still stands.</summary>
    /// <param name="Key">What it is about.</param>
    /// <param name="Expected">The order of the record that fell silent.</param>
    public sealed record Evict(RecordKey Key, RecordOrder Expected) : MapWrite(Key);
}

/// <summary>What became of a write.</summary>
public enum MapWriteOutcome
{
    /// <summary>Written.</summary>
    Accepted,

    /// <summary>A newer epoch stands. Nothing changed; a retry with this epoch never succeeds.</summary>
    StaleEpoch,

    /// <summary>This epoch was deregistered. Nothing changed; a retry with this epoch never succeeds.</summary>
    EpochEnded,

    /// <summary>There is no such live entry. Nothing changed.</summary>
    NotFound,

    /// <summary>The record is no longer the expected one. Nothing changed; decide anew.</summary>
    Superseded,

    /// <summary>This node does not hold the whole registry (yet). Nothing changed; retry later or elsewhere.</summary>
    NotReady,
}

/// <summary>The answer to a write.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Record">The record that stands now; null when there is none.</param>
/// <param name="Before">The record that stood before an accepted write; null when there was none.</param>
/// <param name="HeldBy">Nodes that are known to hold the write, this one included.</param>
/// <param name="Members">Current members at that moment.</param>
/// <param name="ConsistencyReached">Whether as many hold it as were asked for, in time.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MapWriteResult(
    MapWriteOutcome Outcome, MapRecord? Record, MapRecord? Before, int HeldBy, int Members, bool ConsistencyReached)
{
    /// <summary>With <see cref="MapWriteOutcome.NotReady"/>, why, as a sentence; null when it is that the registry is not whole.</summary>
    public string? Reason { get; init; }
}

/// <summary>The changes of a <see cref="MapCommand.WriteMany"/> are in hand.</summary>
public sealed record WritesTaken
{
    private WritesTaken() { }

    /// <summary>The word.</summary>
    public static WritesTaken Instance { get; } = new();
}

/// <summary>What the map's actor understands.</summary>
public abstract record MapCommand
{
    /// <summary>Closed within the assembly: the actor's own messages are its other cases.</summary>
    private protected MapCommand() { }

    /// <summary>Make a change. The reply to a local write comes after its <see cref="MapEvent.Changed"/> was told to subscribers.</summary>
    /// <param name="Operation">The change.</param>
    /// <param name="Consistency">How many nodes must hold it before the reply.</param>
    /// <param name="Timeout">How long to wait for that; the reply then says the truth.</param>
    /// <param name="ReplyTo">Where the answer goes.</param>
    public sealed record Write(MapWrite Operation, WriteConsistency Consistency, TimeSpan Timeout, IActorRef<MapWriteResult> ReplyTo) : MapCommand
    {
        /// <summary>W3C trace context of who waits for it to spread; empty for none. It goes along to the peers that are waited for.</summary>
        public string Traceparent { get; init; } = "";
    }

    /// <summary>
    /// Make several independent changes in one turn (evictions and registrations in bulk), held by this node alone when they are answered.
    /// </summary>
    /// <param name="Operations">The changes; what is refused is left as it stands.</param>
    /// <param name="ReplyTo">Where the answers go, in the order of the changes; null when nobody waits for them.</param>
    public sealed record WriteMany(
        ImmutableArray<MapWrite> Operations, IActorRef<ImmutableArray<MapWriteResult>>? ReplyTo = null) : MapCommand
    {
        /// <summary>How long who waits for the answers has; an engine that asks a store tries no longer.</summary>
        public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

        /// <summary>Hears that the changes are in hand, so that who has many more can wait with them; null for nobody.</summary>
        /// <remarks>Not that they are made: an engine that asks a store tries until it can when nobody waits for the answers.</remarks>
        public IActorRef<WritesTaken>? TakenTo { get; init; }
    }

    /// <summary>This node stands by these contested entries no longer (<see cref="MapEvent.Contested"/>): what contests them is shown.</summary>
    /// <param name="Keys">Keys that are not, or no longer, contested do not matter.</param>
    public sealed record Yield(ImmutableArray<RecordKey> Keys) : MapCommand;

    /// <summary>This node stands by these contested entries: whatever contests them is shown nowhere.</summary>
    /// <param name="Keys">As those of <see cref="Yield"/>.</param>
    public sealed record StandBy(ImmutableArray<RecordKey> Keys) : MapCommand;

    /// <summary>
    /// Tell every event from now on, beginning with the state (<see cref="MapEvent.State"/>) if there is any. Ends
    /// when the subscriber stops.
    /// </summary>
    public sealed record Subscribe(IActorRef<MapEvent> Subscriber) : MapCommand;

    /// <summary>
    /// Tell the subscriber all records that a reader has not been told (<see cref="MapEvent.Since"/>), in order with
    /// the other events.
    /// </summary>
    /// <param name="Token">Comes back with the answer.</param>
    /// <param name="Service">Only that service's; null for all.</param>
    /// <param name="Cursor">What the reader has.</param>
    /// <param name="Subscriber">Where the answer goes.</param>
    public sealed record ReadSince(long Token, string? Service, ReadCursor Cursor, IActorRef<MapEvent> Subscriber) : MapCommand;
}

/// <summary>What the map tells its subscribers. Delivered in order.</summary>
public abstract record MapEvent
{
    private MapEvent() { }

    /// <summary>Records that won, each in the place of another or of none; and what the map covers now.</summary>
    /// <param name="Changes">In the order of application; a key at most once. Empty when the vector alone moved.</param>
    /// <param name="Vector">This node's whole vector after it.</param>
    public sealed record Changed(ImmutableArray<RecordChange> Changes, VersionVector Vector) : MapEvent;

    /// <summary>The whole map, to begin with, or after the node took everything anew: what is not in it is gone.</summary>
    /// <param name="Records">All records, tombstones included.</param>
    /// <param name="Vector">This node's whole vector.</param>
    /// <param name="Synchronized">
    /// Whether this is the whole registry: false while a joiner or a node that was away too long is being filled.
    /// </param>
    public sealed record State(IReadOnlyCollection<MapRecord> Records, VersionVector Vector, bool Synchronized) : MapEvent;

    /// <summary>
    /// Where records are signed: records of other nodes would take live entries of this node away. Nothing has changed yet, anywhere: this
    /// node alone says whether it stands by them (<see cref="MapCommand.Yield"/>, <see cref="MapCommand.StandBy"/>). Told at once, and
    /// about once a second while it lasts.
    /// </summary>
    /// <param name="Entries">At most 1,000.</param>
    public sealed record Contested(ImmutableArray<Contest> Entries) : MapEvent;

    /// <summary>The answer to <see cref="MapCommand.ReadSince"/>.</summary>
    /// <param name="Token">That of the request.</param>
    /// <param name="Outcome">Whether the records are all that the reader lacks.</param>
    /// <param name="Records">What the reader lacks, tombstones included; empty unless <see cref="SinceOutcome.Delta"/>.</param>
    /// <param name="Vector">This node's whole vector.</param>
    public sealed record Since(long Token, SinceOutcome Outcome, ImmutableArray<MapRecord> Records, VersionVector Vector) : MapEvent;
}

/// <summary>One key's change.</summary>
/// <param name="Before">The record that stood; null for none.</param>
/// <param name="After">The record that stands; null when a tombstone was collected.</param>
public readonly record struct RecordChange(MapRecord? Before, MapRecord? After);

/// <summary>A live entry of this node that a record of another one would take away.</summary>
/// <param name="Own">What is shown.</param>
/// <param name="By">What contests it; null once that was collected.</param>
/// <param name="Since">Since when, on the node's monotonic clock.</param>
public readonly record struct Contest(MapRecord Own, MapRecord? By, Instant Since);

/// <summary>How well a node can serve a reader from its cursor.</summary>
public enum SinceOutcome
{
    /// <summary>The records are exactly what the reader lacks.</summary>
    Delta,

    /// <summary>The reader has seen what this node has not: wait for it to catch up, or read elsewhere.</summary>
    Behind,

    /// <summary>
    /// The reader has seen what nobody holds whom this node hears: it died with its writer, or is beyond a cut. Read elsewhere.
    /// </summary>
    Ahead,

    /// <summary>Tombstones that the reader lacks are collected: it must begin with the whole state.</summary>
    TooOld,
}

/// <summary>The map's figures at one moment.</summary>
public sealed record ReplicationStatus
{
    /// <summary>Whether this node holds what its peers held when it joined, and is not being filled anew.</summary>
    public bool Synchronized { get; init; }

    /// <summary>What this node covers.</summary>
    public VersionVector Vector { get; init; } = VersionVector.Empty;

    /// <summary>Origins that are gone and count no more, with what was covered of them.</summary>
    public VersionVector Retired { get; init; } = VersionVector.Empty;

    /// <summary>Order-independent hash over (key, order) of all live entries.</summary>
    public ulong StateHash { get; init; }

    /// <summary>Live entries.</summary>
    public long LiveEntries { get; init; }

    /// <summary>Tombstones not collected yet.</summary>
    public long Tombstones { get; init; }

    /// <summary>How often this node's state has begun anew, from 1 on.</summary>
    public long Generation { get; init; } = 1;

    /// <summary>Divergences found: equal vectors, unequal hashes. Each is a defect; a full exchange repairs it.</summary>
    public long Divergences { get; init; }

    /// <summary>Remote stamps that were further ahead than the clock may follow.</summary>
    public long StampsAhead { get; init; }

    /// <summary>Frames of peers with a record that its origin has not signed, where records are signed.</summary>
    public long UnsignedFrames { get; init; }

    /// <summary>Entries that are shown though a greater record would take them away, since their owners stand by them.</summary>
    public long Contested { get; init; }

    /// <summary>Frames of peers that could not be read.</summary>
    public long MalformedFrames { get; init; }

    /// <summary>Frames that the transport had no room for; what they carried is sent again.</summary>
    public long RefusedSends { get; init; }

    /// <summary>This node's hybrid clock.</summary>
    public HybridTimestamp Clock { get; init; }

    /// <summary>Whether <see cref="Clock"/> counts what all nodes share, so that none of them is above it by its own clock.</summary>
    public bool IsClockShared { get; init; }

    /// <summary>Why the engine takes no writes now, as a sentence with the way out; null when it does.</summary>
    public string? Trouble { get; init; }

    /// <summary>Since when what is held may be older than what the engine's store holds; null while it is up to date.</summary>
    public DateTimeOffset? StaleSince { get; init; }

    /// <summary>Each current peer as last heard from.</summary>
    public ImmutableArray<PeerStatus> Peers { get; init; } = [];

    /// <summary>How long this node's writes take to be held elsewhere; renewed about once a second.</summary>
    public ReplicationLag Lag { get; init; } = new();
}

/// <summary>
/// From a write at this node until a peer has confirmed that it holds it, of the latest 1,024 confirmations within five minutes. Measured
/// on this node's clock alone; the confirmation's way back is part of it.
/// </summary>
public sealed record ReplicationLag
{
    /// <summary>How long the oldest write waits that some current, synchronized peer has not confirmed; zero for none.</summary>
    public TimeSpan Unconfirmed { get; init; }

    /// <summary>How many confirmations the following are of; with none they are zero.</summary>
    public int Confirmations { get; init; }

    /// <summary>Half took no longer.</summary>
    public TimeSpan Median { get; init; }

    /// <summary>99 of 100 took no longer.</summary>
    public TimeSpan P99 { get; init; }

    /// <summary>None took longer.</summary>
    public TimeSpan Longest { get; init; }
}

/// <summary>One peer's replication, as this node knows it.</summary>
/// <param name="Node">The peer.</param>
/// <param name="Vector">Its vector as last told; null when it has told none.</param>
/// <param name="StateHash">Its hash as of its last digest; null when it has sent none.</param>
/// <param name="ClockOffset">
/// How far its clock was ahead of this node's at its last digest (network time included); negative behind.
/// </param>
public sealed record PeerStatus(NodeUid Node, VersionVector? Vector, ulong? StateHash, TimeSpan ClockOffset);
