using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;

namespace Akka.Registry.Calls;

/// <summary>What a call may look at and have done. The registry actor; used on its turn.</summary>
internal interface ICallSurroundings
{
    /// <summary>This node.</summary>
    NodeUid Self { get; }

    /// <summary>The node's settings.</summary>
    RegistryNodeOptions Options { get; }

    /// <summary>The wall clock.</summary>
    DateTimeOffset WallClock { get; }

    /// <summary>Leases of this node.</summary>
    LeaseLedger Ledger { get; }

    /// <summary>Checks of this node's entries.</summary>
    CheckLedger Checks { get; }

    /// <summary>Reads records.</summary>
    InstanceCodec Codec { get; }

    /// <summary>Counters.</summary>
    RegistryMetrics Metrics { get; }

    /// <summary>Live entries of the whole registry.</summary>
    long EntryCount { get; }

    /// <summary>Whether all entries are here: if not, one that is missing may yet exist.</summary>
    bool IsWhole { get; }

    /// <summary>Why this node takes no writes now; null when it does.</summary>
    string? WritesRefused { get; }

    /// <summary>Whether memory is at its high-water mark: nothing new is registered.</summary>
    bool IsMemoryHigh { get; }

    /// <summary>How many more calls may wait.</summary>
    int RoomForCalls { get; }

    /// <summary>What is said to a call for which there is no room.</summary>
    RegistryException NoRoomForCalls { get; }

    /// <summary>The entry of that key, or null.</summary>
    ServiceEntry? Find(RecordKey key);

    /// <summary>How many entries a service has.</summary>
    int EntriesOf(string service);

    /// <summary>The current member of that uid; null for one that is down, has left or is not known.</summary>
    NodeIdentity? CurrentMember(NodeUid uid);

    /// <summary>Has the map write; the answer comes to <see cref="Call.OnWritten"/>.</summary>
    void Write(Call call, MapWrite operation, WriteConsistency consistency, TimeSpan timeout);

    /// <summary>Has the map write, held by this node alone; the answers come to <see cref="RegisterBatch.OnWritten"/>.</summary>
    void WriteMany(RegisterBatch batch, ImmutableArray<MapWrite> operations, TimeSpan timeout);

    /// <summary>Beats at this node's scheduler; the answer comes to <see cref="Call.OnBeaten"/>.</summary>
    void Beat(Call call, RecordKey key, ulong epoch);

    /// <summary>
    /// Forwards a beat to its owner; the answer, or its absence, comes to <see cref="Call.OnOwner"/>.
    /// </summary>
    void ForwardBeat(Call call, NodeIdentity owner, RecordKey key, ulong epoch);

    /// <summary>
    /// Forwards a status to its owner; the answer, or its absence, comes to <see cref="Call.OnOwner"/>.
    /// </summary>
    void ForwardStatus(Call call, NodeIdentity owner, ForwardedStatus status);

    /// <summary>
    /// Asks all the call's members what they hold; answers come to <see cref="ExplainCall.OnAnswer"/>, the end of the time to
    /// <see cref="Call.Abandon"/>.
    /// </summary>
    void AskMembers(ExplainCall call, TimeSpan timeout);

    /// <summary>The call is answered.</summary>
    void Complete(Call call);
}

/// <summary>
/// One call under way: decides, has one thing done, is told the outcome, and decides again or answers.
/// </summary>
internal abstract class Call(ICallSurroundings surroundings)
{
    /// <summary>How often a call decides anew when the entry changed under its hands.</summary>
    protected const int AttemptsMax = 4;

    /// <summary>Names the call; 0 before it waits for anything.</summary>
    public long Id { get; set; }

    /// <summary>The owner whose answer it waits for; none when it waits for this node.</summary>
    public NodeUid AsksOwner { get; set; }

    /// <summary>When it has waited long enough.</summary>
    public Instant Until { get; set; }

    /// <summary>The activity that it is part of; null where nobody traces it.</summary>
    public Activity? Span { get; set; }

    /// <summary>The activity of what it waits for; null for none.</summary>
    public Activity? Step { get; set; }

    /// <summary>For how many calls it stands.</summary>
    public virtual int Calls => 1;

    /// <summary>Where it happens.</summary>
    protected ICallSurroundings Surroundings { get; } = surroundings;

    /// <summary>Begins.</summary>
    public abstract void Start();

    /// <summary>The map has answered.</summary>
    public virtual void OnWritten(MapWriteResult result) =>
        throw new InvalidOperationException($"{GetType().Name} writes nothing.");

    /// <summary>The scheduler has answered.</summary>
    public virtual void OnBeaten(BeatAnswer answer) =>
        throw new InvalidOperationException($"{GetType().Name} beats at no scheduler.");

    /// <summary>The owner has answered.</summary>
    /// <param name="answer">Its answer; null when it gave none in time or is lost.</param>
    public virtual void OnOwner(OwnerAnswer? answer) =>
        throw new InvalidOperationException($"{GetType().Name} asks no owner.");

    /// <summary>Refuses the call.</summary>
    public abstract void Refuse(RegistryException refusal);

    /// <summary>Nobody answered this node's own question: the caller's patience is over as well.</summary>
    public virtual void Abandon() => Surroundings.Complete(this);
}
