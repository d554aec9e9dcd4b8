using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Leases;

/// <summary>What the scheduler actor understands: it owns the leases of the entries that this node owns.</summary>
public abstract record SchedulerMessage
{
    /// <summary>Closed within the assembly: the actor's own ticks are its other cases.</summary>
    private protected SchedulerMessage() { }

    /// <summary>Leases begin and end, in that order; as one message, since to hand each over takes longer than to do it.</summary>
    public sealed record Order(ImmutableArray<LeaseOrder> Leases) : SchedulerMessage;

    /// <summary>A heartbeat by name. The answer says whether there is such a lease here.</summary>
    /// <param name="Key">The instance.</param>
    /// <param name="Epoch">0 when the caller gave none: any epoch is meant.</param>
    /// <param name="ReplyTo">Where the answer goes; null when nobody waits.</param>
    public sealed record Beat(RecordKey Key, ulong Epoch, IActorRef<BeatAnswer>? ReplyTo) : SchedulerMessage;

    /// <summary>Heartbeats by name, many at once; answered in the same order.</summary>
    public sealed record BeatMany(
        ImmutableArray<(RecordKey Key, ulong Epoch)> Beats, IActorRef<ImmutableArray<BeatAnswer>> ReplyTo) : SchedulerMessage;

    /// <summary>
    /// Heartbeats of a client's session, which carries these leases from now on. Answered with those that this node does not
    /// hold: nothing is allocated for the others.
    /// </summary>
    /// <param name="Session">The session's number at this node; never 0.</param>
    /// <param name="Leases">What it beats for; the sender's to use again once the answer is there.</param>
    /// <param name="ReplyTo">Where the answer goes.</param>
    public sealed record BeatSession(
        uint Session, ReadOnlyMemory<LeaseKey> Leases, IActorRef<ImmutableArray<LeaseKey>> ReplyTo) : SchedulerMessage;

    /// <summary>
    /// Heartbeats by place, many at once. Answered with those that are no leases any more: nothing is allocated for the others.
    /// </summary>
    /// <param name="Leases">What beats; the sender's to use again once the answer is there.</param>
    /// <param name="ReplyTo">Where the answer goes.</param>
    public sealed record BeatPlaces(ReadOnlyMemory<LeaseId> Leases, IActorRef<ImmutableArray<LeaseId>> ReplyTo) : SchedulerMessage
    {
        /// <summary>The session that carries them from now on; 0 for none, and then whoever carries them does so still.</summary>
        public uint Session { get; init; }
    }

    /// <summary>
    /// A session ended without goodbye: unless the leases that it carried beat again within the disconnect grace, they are
    /// missed. Leases that another session has beaten for since are left alone.
    /// </summary>
    /// <param name="Session">The session's number at this node.</param>
    /// <param name="Leases">What it beat for.</param>
    public sealed record Disconnected(uint Session, ImmutableArray<LeaseKey> Leases) : SchedulerMessage;

    /// <summary>
    /// Members that can be reached confirm that these instances are lost: if the governor holds them, they fall now.
    /// </summary>
    public sealed record ConfirmLost(ImmutableArray<LeaseKey> Leases) : SchedulerMessage;
}

/// <summary>What became of a heartbeat.</summary>
public enum BeatOutcome
{
    /// <summary>This node holds no lease of that name.</summary>
    Unknown,

    /// <summary>The lease is renewed.</summary>
    Renewed,

    /// <summary>The lease is of a newer epoch. Nothing changed.</summary>
    StaleEpoch,
}

/// <summary>The answer to a heartbeat.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Epoch">The lease's epoch; 0 when unknown.</param>
/// <param name="Terms">The lease's terms; default when unknown.</param>
public sealed record BeatAnswer(BeatOutcome Outcome, ulong Epoch, LeaseTerms Terms);

/// <summary>What the scheduler tells the registry. Batched: one message a sweep.</summary>
public abstract record LeaseVerdict
{
    private LeaseVerdict() { }

    /// <summary>Silent beyond the TTL: make them critical. Ends their quarantine, where they were in one.</summary>
    public sealed record Missed(ImmutableArray<LeaseKey> Leases) : LeaseVerdict;

    /// <summary>Silent beyond TTL and deregister-after: evict them. Their leases are gone.</summary>
    public sealed record Expired(ImmutableArray<LeaseKey> Leases) : LeaseVerdict;

    /// <summary>Beat again after they were missed: make them what they report.</summary>
    public sealed record Revived(ImmutableArray<LeaseKey> Leases) : LeaseVerdict;

    /// <summary>
    /// Silent beyond the TTL, but too many at once to be believed: not critical, but unverified, until they are
    /// unquarantined or missed. Some may have been told as missed shortly before: that is taken back.
    /// </summary>
    /// <param name="Leases">Leases of one service.</param>
    /// <param name="Reason">What made this node doubt itself, as a sentence for people.</param>
    public sealed record Quarantined(ImmutableArray<LeaseKey> Leases, string Reason) : LeaseVerdict;

    /// <summary>
    /// They beat again, or their lease has ended: verified as any other. What is let fall is told as missed instead.
    /// </summary>
    public sealed record Unquarantined(ImmutableArray<LeaseKey> Leases) : LeaseVerdict;
}

/// <summary>Names one lease.</summary>
/// <param name="Key">The instance.</param>
/// <param name="Epoch">Its epoch.</param>
public readonly record struct LeaseKey(RecordKey Key, ulong Epoch);
