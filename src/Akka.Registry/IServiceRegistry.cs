using System.Collections.Immutable;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Queries;
using Akka.Registry.Routing;
using Akka.Registry.Sessions;
using Akka.Registry.Subscriptions;

namespace Akka.Registry;

/// <summary>The registry of this node: what every door translates to. All members are safe on any thread.</summary>
/// <remarks>
/// Reads come from immutable views and never wait. Writes throw <see cref="RegistryException"/> when they are refused,
/// and
/// <see cref="TimeoutException"/> when this node is too busy to answer in time: the call may have counted, and making
/// it again is safe.
/// </remarks>
public interface IServiceRegistry
{
    /// <summary>
    /// Whether this node holds the whole registry and serves. While it does not, reads would be partial: doors answer
    /// 503.
    /// </summary>
    bool IsReady { get; }

    /// <summary>Why this node is not ready, as a sentence; null when it is.</summary>
    string? NotReadyReason { get; }

    /// <summary>Registers an instance, or replaces its entry. This node becomes the owner of its lease.</summary>
    Task<RegistrationResult> RegisterAsync(Registration registration, WriteOptions options, CancellationToken cancellation = default);

    /// <summary>
    /// Says that the instance lives. At a node that does not own the lease the beat is forwarded, or the lease adopted
    /// when its owner is not up.
    /// </summary>
    /// <param name="key">The instance.</param>
    /// <param name="epoch">Its epoch; null when the caller knows none.</param>
    /// <param name="cancellation">Ends the wait; the beat may have counted.</param>
    Task<HeartbeatResult> HeartbeatAsync(RecordKey key, ulong? epoch, CancellationToken cancellation = default);

    /// <summary>
    /// Says that many instances live, as <see cref="HeartbeatAsync"/> for each: one message for all whose leases are here, and those of
    /// another owner go to it in batches.
    /// </summary>
    /// <param name="beats">In any order, more than once if need be. The caller's to use again once the call has returned, not when it threw.</param>
    /// <param name="cancellation">Ends the wait; beats may have counted.</param>
    /// <returns>Those that did not count, by their place; empty when all did.</returns>
    Task<ImmutableArray<RefusedBeat>> HeartbeatManyAsync(ReadOnlyMemory<InstanceBeat> beats, CancellationToken cancellation = default);

    /// <summary>One heartbeat for <see cref="HeartbeatManyAsync"/>. Nothing is allocated for an instance whose lease is here.</summary>
    /// <param name="service">The instance's service.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="epoch">Its epoch; null when the caller knows none.</param>
    InstanceBeat BeatOf(ReadOnlySpan<char> service, ReadOnlySpan<char> instance, ulong? epoch);

    /// <summary>Sets the status that the instance reports of itself; counts as a beat.</summary>
    Task<ServiceEntry> ReportStatusAsync(RecordKey key, InstanceStatus status, ulong? epoch, CancellationToken cancellation = default);

    /// <summary>Sets or clears (null) the operator's override.</summary>
    Task<ServiceEntry> OverrideStatusAsync(RecordKey key, InstanceStatus? status, CancellationToken cancellation = default);

    /// <summary>
    /// Says how a TTL or manual check of an instance stands; a TTL check then holds for its TTL. Decided by the entry's owner.
    /// </summary>
    /// <remarks>
    /// A word that changes nothing but the output is no write: other nodes see the output when the status changes, or after
    /// <c>checks.output-sync-interval</c>. It counts as no heartbeat.
    /// </remarks>
    /// <param name="key">The instance.</param>
    /// <param name="checkId">The check.</param>
    /// <param name="status">Passing, warning or critical.</param>
    /// <param name="output">What to keep with it, cut to <c>checks.output-bytes</c>; may be empty.</param>
    /// <param name="epoch">The instance's epoch; null when the caller knows none.</param>
    /// <param name="cancellation">Ends the wait; the word may have counted.</param>
    /// <returns>The entry as it stands.</returns>
    /// <exception cref="RegistryException">
    /// Not found: the instance, or the check. Invalid: the check is none that takes a word. As with a status otherwise.
    /// </exception>
    Task<ServiceEntry> UpdateCheckAsync(
        RecordKey key, string checkId, InstanceStatus status, string output, ulong? epoch, CancellationToken cancellation = default);

    /// <summary>
    /// Adds a check to an instance, or replaces the one of its id, which keeps its status. Decided by the entry's owner.
    /// </summary>
    /// <exception cref="RegistryException">Not found, not valid, or as many checks as there may be.</exception>
    Task<ServiceEntry> PutCheckAsync(RecordKey key, CheckDefinition check, CancellationToken cancellation = default);

    /// <summary>Takes a check from an instance. Decided by the entry's owner.</summary>
    /// <exception cref="RegistryException">Not found: the instance, or the check.</exception>
    Task<ServiceEntry> RemoveCheckAsync(RecordKey key, string checkId, CancellationToken cancellation = default);

    /// <summary>
    /// The checks of an entry with the latest outputs that this node knows: fresher than the entry's own where this node owns it.
    /// </summary>
    IReadOnlyList<CheckState> ChecksOf(ServiceEntry entry);

    /// <summary>
    /// Makes an instance draining, and waits until every live subscriber on every node has confirmed a view without it.
    /// </summary>
    /// <remarks>
    /// <para>The status is what the instance reports of itself: it counts as a beat, and ends with the next registration. It stands
    /// whatever the wait brings.</para>
    /// <para>A node confirms once its registry shows the instance draining or gone, and all its subscribers who may have been told
    /// otherwise have dealt with the change: by asking for the next batch, or by acknowledging. For an event stream over HTTP
    /// that is when the change was written to the socket. Subscribers that begin later, nodes that are down or have left, and
    /// callers that asked for routees once do not count: who has an answer of a moment ago may still call.</para>
    /// </remarks>
    /// <param name="key">The instance.</param>
    /// <param name="epoch">Its epoch; null when the caller knows none.</param>
    /// <param name="deadline">
    /// How long to wait, counted from the call; more than zero, at most <see cref="DrainOptions.DeadlineMax"/>.
    /// </param>
    /// <param name="cancellation">Ends the wait; the instance drains.</param>
    /// <exception cref="RegistryException">The status was not set: nothing has changed.</exception>
    Task<DrainResult> DrainAsync(RecordKey key, ulong? epoch, TimeSpan deadline, CancellationToken cancellation = default);

    /// <summary>Ends the instance's epoch for good.</summary>
    Task DeregisterAsync(RecordKey key, ulong? epoch, WriteOptions options, CancellationToken cancellation = default);

    /// <summary>
    /// Reports that calls to an instance fail. Enough different clients within a while make it suspect on every node: chosen last, and
    /// tried by its owner. See <see cref="Suspicion.SuspicionOptions"/>.
    /// </summary>
    /// <remarks>At most once: a report that is lost on its way to the owner is not repeated. Who still fails reports again.</remarks>
    /// <param name="key">The instance.</param>
    /// <param name="epoch">Its epoch when it was called; null when the caller knows none.</param>
    /// <param name="reporter">Who reports: a number that is the same for the same client at every node, and no other's.</param>
    /// <param name="cancellation">Ends the wait; the report may have counted.</param>
    Task ReportFailureAsync(RecordKey key, ulong? epoch, ulong reporter, CancellationToken cancellation = default);

    /// <summary>
    /// Opens a client's session at this node: what registers and beats through it falls soon when it breaks.
    /// </summary>
    /// <param name="client">Who it is, for people.</param>
    /// <exception cref="RegistryException">The node has as many sessions as it may.</exception>
    IRegistrySession OpenSession(string client);

    /// <summary>The current view of a service; null when it has no entry.</summary>
    ServiceView? Find(string service);

    /// <summary>Every service that has an entry, by name.</summary>
    IReadOnlyList<ServiceSummary> Services();

    /// <summary>
    /// Revision of the whole registry: grows with every change, comparable between nodes, below 2^53.
    /// </summary>
    long Revision { get; }

    /// <summary>What the queries of this moment reflect, as an opaque cursor.</summary>
    string Cursor { get; }

    /// <summary>Chooses routees.</summary>
    /// <exception cref="RegistryException">The strategy is not known, or the service is not registered.</exception>
    IReadOnlyList<ServiceEntry> Routees(RouteeRequest request);

    /// <summary>Subscribes to one service's changes, or to all.</summary>
    /// <exception cref="RegistryException">
    /// The cursor is malformed, the limit of subscriptions is reached, or this node stays behind the cursor.
    /// </exception>
    Task<ISubscription> SubscribeAsync(SubscriptionRequest request, CancellationToken cancellation = default);

    /// <summary>
    /// Hands this node's leases over to successors and leaves the cluster. Writes are refused from the call on.
    /// </summary>
    /// <param name="timeout">
    /// The time for both; what is not handed over by four fifths of it is left as orphans.
    /// </param>
    /// <exception cref="RegistryException">The node is leaving already.</exception>
    Task<LeaveResult> LeaveAsync(TimeSpan timeout);

    /// <summary>What this node's governor holds: entries whose silence is doubted, by service; none for most of the time.</summary>
    IReadOnlyList<Leases.QuarantineStatus> Quarantines { get; }

    /// <summary>Until when the instance must beat, where this node owns its lease; null elsewhere.</summary>
    TimeSpan? ExpiresIn(ServiceEntry entry);

    /// <summary>
    /// Why an instance stands as it does at this node: who wrote it and when, who owns it, how its lease stands, what hides it.
    /// </summary>
    InstanceExplanation Explain(RecordKey key);

    /// <summary>
    /// The same, with what every current member holds of it; the last beat and the end of the lease come from the node that
    /// holds the lease.
    /// </summary>
    /// <param name="key">The instance.</param>
    /// <param name="timeout">How long members may take; more than zero. Who has not answered by then is named as such.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<InstanceExplanation> ExplainAsync(RecordKey key, TimeSpan timeout, CancellationToken cancellation = default);

    /// <summary>The node's name by uid: of the members that are known; else the uid's digits.</summary>
    string NodeName(NodeUid uid);
}
