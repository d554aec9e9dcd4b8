using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Subscriptions;
using Akka.Registry.Suspicion;

namespace Akka.Registry;

/// <summary>What the registry actor understands.</summary>
/// <remarks>
/// What other actors tell it carries the life of the actor that asked for it: after a restart the answers to its former
/// self are void.
/// </remarks>
internal abstract record RegistryMessage
{
    private RegistryMessage() { }

    /// <summary>The caller's activity; null where nobody traces it, and for all but calls.</summary>
    public Activity? Span { get; init; }

    /// <summary>The replicated map tells something.</summary>
    public sealed record MapTold(int Life, MapEvent Event) : RegistryMessage;

    /// <summary>Members have changed.</summary>
    public sealed record MembersTold(int Life, MembershipChanged Change) : RegistryMessage;

    /// <summary>The scheduler has judged.</summary>
    public sealed record Judged(int Life, LeaseVerdict Verdict) : RegistryMessage;

    /// <summary>The scheduler has seen every grant up to this number.</summary>
    public sealed record GrantsSettled(int Life, long Grant) : RegistryMessage;

    /// <summary>The map has in hand what was written for the ledgers.</summary>
    public sealed record LedgersTaken(int Life) : RegistryMessage;

    /// <summary>The map answers a call's write.</summary>
    public sealed record Written(long Call, MapWriteResult Result) : RegistryMessage;

    /// <summary>The map answers the writes of registrations that came together.</summary>
    public sealed record WrittenMany(long Batch, ImmutableArray<MapWriteResult> Results) : RegistryMessage;

    /// <summary>The scheduler answers a call's beat.</summary>
    public sealed record Beaten(long Call, BeatAnswer Answer) : RegistryMessage;

    /// <summary>The scheduler answers beats that another node has forwarded.</summary>
    public sealed record BeatenFor(
        NodeIdentity From, ulong Batch, ImmutableArray<(RecordKey Key, ulong Epoch)> Beats, ImmutableArray<BeatAnswer> Answers) : RegistryMessage;

    /// <summary>The leases of a batch that another node hands over are adopted.</summary>
    public sealed record Adopted(NodeIdentity From, ulong Batch) : RegistryMessage;

    /// <summary>A frame came on the lane of messages.</summary>
    public sealed record FrameReceived(NodeIdentity From, Frame Frame) : RegistryMessage;

    /// <summary>See <see cref="IServiceRegistry.RegisterAsync"/>.</summary>
    public sealed record Register(
        Registration Registration, WriteOptions Options, IActorRef<RegistryReply<RegistrationResult>> ReplyTo) : RegistryMessage;

    /// <summary>Registers many in one turn; the answers come together, in the order of the registrations.</summary>
    public sealed record RegisterMany(
        ImmutableArray<Registration> Registrations, WriteOptions Options,
        IActorRef<ImmutableArray<RegistrationOutcome>> ReplyTo) : RegistryMessage;

    /// <summary>
    /// See <see cref="IServiceRegistry.HeartbeatAsync"/>; the beat of a session takes the lease over from whoever owns it.
    /// </summary>
    public sealed record Heartbeat(
        RecordKey Key, ulong? Epoch, bool TakesOver, IActorRef<RegistryReply<HeartbeatResult>> ReplyTo) : RegistryMessage;

    /// <summary>See <see cref="IServiceRegistry.ReportStatusAsync"/>.</summary>
    public sealed record ReportStatus(
        RecordKey Key, InstanceStatus Status, ulong? Epoch, IActorRef<RegistryReply<ServiceEntry>> ReplyTo) : RegistryMessage;

    /// <summary>See <see cref="IServiceRegistry.OverrideStatusAsync"/>.</summary>
    public sealed record OverrideStatus(
        RecordKey Key, InstanceStatus? Status, IActorRef<RegistryReply<ServiceEntry>> ReplyTo) : RegistryMessage;

    /// <summary>A check of an instance is to change; see <see cref="IServiceRegistry.UpdateCheckAsync"/> and its siblings.</summary>
    public sealed record ChangeCheck(
        RecordKey Key, ulong? Epoch, CheckChange Change, IActorRef<RegistryReply<ServiceEntry>> ReplyTo) : RegistryMessage;

    /// <summary>Checks of this node's entries have said something.</summary>
    public sealed record ChecksJudged(int Life, CheckVerdicts Told) : RegistryMessage;

    /// <summary>See <see cref="IServiceRegistry.DeregisterAsync"/>.</summary>
    public sealed record Deregister(
        RecordKey Key, ulong? Epoch, WriteOptions Options, IActorRef<RegistryReply<RecordKey>> ReplyTo) : RegistryMessage;

    /// <summary>See <see cref="IServiceRegistry.SubscribeAsync"/>.</summary>
    public sealed record Subscribe(SubscriptionRequest Request, IActorRef<RegistryReply<ISubscription>> ReplyTo) : RegistryMessage;

    /// <summary>The reader of a lagging subscription came for more.</summary>
    public sealed record ResumeSubscription(Subscription Subscription) : RegistryMessage;

    /// <summary>A subscription was disposed of.</summary>
    public sealed record EndSubscription(Subscription Subscription) : RegistryMessage;

    /// <summary>See <see cref="IServiceRegistry.ExplainAsync"/>.</summary>
    public sealed record Explain(
        RecordKey Key, TimeSpan Timeout, IActorRef<RegistryReply<ImmutableArray<InstanceHolding>>> ReplyTo) : RegistryMessage;

    /// <summary>See <see cref="IServiceRegistry.DrainAsync"/>.</summary>
    public sealed record Drain(
        RecordKey Key, ulong? Epoch, TimeSpan Deadline, IActorRef<RegistryReply<DrainResult>> ReplyTo) : RegistryMessage;

    /// <summary>A subscriber has confirmed what a fence waits for, or has ended.</summary>
    public sealed record SubscriberConfirmed(Subscription Subscription, long Token) : RegistryMessage;

    /// <summary>This node has tried addresses, for itself or for a peer.</summary>
    public sealed record Probed(NodeIdentity Asker, ProbeResults Results) : RegistryMessage;

    /// <summary>A client reports instances that fail; answered with how many reports count.</summary>
    public sealed record ReportFailures(
        ImmutableArray<FailureReport> Reports, ulong Reporter, IActorRef<RegistryReply<int>> ReplyTo) : RegistryMessage;

    /// <summary>Send the reports that were collected for other nodes.</summary>
    public sealed record SendReports : RegistryMessage;

    /// <summary>This node has tried the ports of instances that are suspect.</summary>
    public sealed record SuspectsProbed(ProbeResults Results) : RegistryMessage;

    /// <summary>A fence is to be asked again, or its time is over.</summary>
    public sealed record FencesDue : RegistryMessage;

    /// <summary>Hand the leases over and leave.</summary>
    public sealed record Leave(TimeSpan Timeout, IActorRef<RegistryReply<LeaveResult>> ReplyTo) : RegistryMessage;

    /// <summary>Members were told that this node has left.</summary>
    public sealed record LeftCluster(LeaveResult Result, IActorRef<RegistryReply<LeaveResult>> ReplyTo) : RegistryMessage;

    /// <summary>Go on with what was too much for one turn.</summary>
    public sealed record Continue : RegistryMessage;

    /// <summary>Look at what time alone changes: orphans, readers that wait, a hand-over.</summary>
    public sealed record Tick : RegistryMessage;

    /// <summary>Send the beats that were collected.</summary>
    public sealed record SendForwards : RegistryMessage;

    /// <summary>Offer again what no link to its owner took.</summary>
    public sealed record OfferAgain : RegistryMessage;

    /// <summary>A call may have waited long enough.</summary>
    public sealed record CallsDue : RegistryMessage;
}

/// <summary>How leaving went.</summary>
/// <param name="HandedOver">Leases that successors have taken.</param>
/// <param name="Left">Leases that nobody took in time: their entries are orphans now.</param>
public sealed record LeaveResult(int HandedOver, int Left);
