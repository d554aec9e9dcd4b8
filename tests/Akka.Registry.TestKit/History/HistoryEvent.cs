using System.Text.Json.Serialization;

namespace Akka.Registry.TestKit.History;

/// <summary>One thing that was done to a cluster or seen of it, from outside, whatever the engine and whatever the clock.</summary>
/// <remarks>
/// Times are monotonic and of one clock, the observer's. What was asked and answered carries both moments: whatever the cluster did
/// about it, it did between them.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Began), "began")]
[JsonDerivedType(typeof(Offered), "offered")]
[JsonDerivedType(typeof(Registered), "registered")]
[JsonDerivedType(typeof(Beaten), "beaten")]
[JsonDerivedType(typeof(Denied), "denied")]
[JsonDerivedType(typeof(Ended), "ended")]
[JsonDerivedType(typeof(Deregistered), "deregistered")]
[JsonDerivedType(typeof(Sampled), "sampled")]
[JsonDerivedType(typeof(Told), "told")]
[JsonDerivedType(typeof(Forgot), "forgot")]
[JsonDerivedType(typeof(FaultBegan), "fault-began")]
[JsonDerivedType(typeof(FaultEnded), "fault-ended")]
public abstract record HistoryEvent
{
    private HistoryEvent(TimeSpan at) => At = at;

    /// <summary>When it was done, or seen to be so.</summary>
    public TimeSpan At { get; }

    /// <summary>The observation begins: these nodes are to be judged.</summary>
    public sealed record Began(TimeSpan At, IReadOnlyList<string> Nodes) : HistoryEvent(At);

    /// <summary>An instance's process starts in an epoch of its own; nothing of this epoch was asked for before.</summary>
    /// <param name="At">When.</param>
    /// <param name="Key">The instance.</param>
    /// <param name="Epoch">Greater than every epoch of this instance before.</param>
    /// <param name="Mark">What the registration holds in this epoch and in no other.</param>
    /// <param name="Ttl">Silence beyond this is a loss.</param>
    /// <param name="DeregisterAfter">A loss beyond this is a removal.</param>
    public sealed record Offered(TimeSpan At, HistoryKey Key, ulong Epoch, string Mark, TimeSpan Ttl, TimeSpan DeregisterAfter)
        : HistoryEvent(At);

    /// <summary>A node acknowledged the registration.</summary>
    public sealed record Registered(TimeSpan At, TimeSpan AskedAt, HistoryKey Key, ulong Epoch, string Node) : HistoryEvent(At);

    /// <summary>A node acknowledged a beat.</summary>
    public sealed record Beaten(TimeSpan At, TimeSpan AskedAt, HistoryKey Key, ulong Epoch, string Node) : HistoryEvent(At);

    /// <summary>A node that serves answered a beat or a registration with "unknown" or "ended".</summary>
    public sealed record Denied(TimeSpan At, TimeSpan AskedAt, HistoryKey Key, ulong Epoch, string Node) : HistoryEvent(At);

    /// <summary>The instance asks for nothing more in this epoch, but for its goodbye, which is sent from now on.</summary>
    public sealed record Ended(TimeSpan At, HistoryKey Key, ulong Epoch, Ending How) : HistoryEvent(At);

    /// <summary>A node acknowledged the goodbye.</summary>
    public sealed record Deregistered(TimeSpan At, TimeSpan AskedAt, HistoryKey Key, ulong Epoch, string Node) : HistoryEvent(At);

    /// <summary>A node's whole view of one service.</summary>
    /// <param name="At">When the answer was complete.</param>
    /// <param name="AskedAt">When it was asked for.</param>
    /// <param name="Node">Who was asked.</param>
    /// <param name="Process">Which start of the node answered; as <see cref="HistoryEntry.Owner"/> names it.</param>
    /// <param name="Ready">Whether the node claims to hold the whole registry; if not, there are no entries.</param>
    /// <param name="Service">Of which service.</param>
    /// <param name="Entries">What it shows, in order.</param>
    public sealed record Sampled(
        TimeSpan At, TimeSpan AskedAt, string Node, string Process, bool Ready, string Service, IReadOnlyList<HistoryEntry> Entries)
        : HistoryEvent(At);

    /// <summary>A watcher was told one batch.</summary>
    /// <param name="At">When it had come.</param>
    /// <param name="Watcher">Who.</param>
    /// <param name="Node">By whom.</param>
    /// <param name="Kind">What the batch is to what was told before.</param>
    /// <param name="Changes">Of each instance at most one.</param>
    /// <param name="Cursor">Where it stands after it.</param>
    public sealed record Told(
        TimeSpan At, string Watcher, string Node, HistoryBatch Kind, IReadOnlyList<HistoryChange> Changes, string Cursor) : HistoryEvent(At);

    /// <summary>A watcher found no node that could go on from its cursor, and begins anew.</summary>
    public sealed record Forgot(TimeSpan At, string Watcher) : HistoryEvent(At);

    /// <summary>Harm begins.</summary>
    /// <param name="At">Not later than the harm itself.</param>
    /// <param name="Node">Who is harmed; null for all, as when the machine under them stalls.</param>
    /// <param name="Fault">By what.</param>
    /// <param name="Peer">The only peer that is affected; null for all.</param>
    public sealed record FaultBegan(TimeSpan At, string? Node, Harm Fault, string? Peer = null) : HistoryEvent(At);

    /// <summary>The harm that began with the same words is over; a killed node's process has been started again.</summary>
    public sealed record FaultEnded(TimeSpan At, string? Node, Harm Fault, string? Peer = null) : HistoryEvent(At);
}

/// <summary>How an epoch of an instance ends.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Ending>))]
public enum Ending
{
    /// <summary>Without a word.</summary>
    Silently,

    /// <summary>With a goodbye.</summary>
    Deregistered,

    /// <summary>Another process of this id has started.</summary>
    Superseded,
}

/// <summary>What is done to a node.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Harm>))]
public enum Harm
{
    /// <summary>Its process was ended without a word.</summary>
    Killed,

    /// <summary>Its process is frozen, or so is everything.</summary>
    Paused,

    /// <summary>Nothing passes between it and its peers, or that peer.</summary>
    Cut,

    /// <summary>Nothing reaches it from its peers, or that peer.</summary>
    Deaf,

    /// <summary>Nothing of its own reaches its peers, or that peer.</summary>
    Mute,

    /// <summary>Packets between it and its peers are lost.</summary>
    Lossy,

    /// <summary>Packets between it and its peers are delayed.</summary>
    Slow,

    /// <summary>Its clients do not reach it; its peers do.</summary>
    Unreachable,
}

/// <summary>What a batch is to what was told before.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HistoryBatch>))]
public enum HistoryBatch
{
    /// <summary>The whole: what is not in it is gone.</summary>
    Snapshot,

    /// <summary>What the cursor lacks, as the first that another node says, or the same one again. Its doubts, all of them, are in it;
    /// those of the node before end with it.</summary>
    Resumption,

    /// <summary>What is different since the batch before.</summary>
    Changes,
}

/// <summary>Which instance.</summary>
public readonly record struct HistoryKey(string Service, string Id)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Service}/{Id}";
}

/// <summary>An instance as a node shows it.</summary>
/// <param name="Id">Within the service.</param>
/// <param name="Epoch">In which epoch.</param>
/// <param name="Mark">What the registration of that epoch holds, and no other.</param>
/// <param name="Version">Of two states of one epoch the later has the greater one, compared by ordinals.</param>
/// <param name="IsCritical">Whether it is condemned.</param>
/// <param name="IsUnverified">Whether it is shown with a doubt.</param>
/// <param name="Owner">Which start of which node judges its lease.</param>
public sealed record HistoryEntry(
    string Id, ulong Epoch, string Mark, string Version, bool IsCritical, bool IsUnverified, string Owner);

/// <summary>One change that a watcher was told.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Key">Of which instance.</param>
/// <param name="Epoch">Of which epoch.</param>
/// <param name="Entry">How it stands; null for a removal.</param>
public sealed record HistoryChange(HistoryChangeKind Kind, HistoryKey Key, ulong Epoch, HistoryEntry? Entry);

/// <summary>What a watcher is told of an instance.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HistoryChangeKind>))]
public enum HistoryChangeKind
{
    /// <summary>It stands like this.</summary>
    Put,

    /// <summary>It is gone.</summary>
    Removed,

    /// <summary>The teller's own doubt about it began or ended; its state is the same.</summary>
    Verification,
}
