using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Queries;
using Akka.Registry.Routing;
using Akka.Registry.Sessions;
using Akka.Registry.Subscriptions;
using Akka.Registry.Suspicion;
using Akka.Registry.Tracing;
using Akka.Registry.Views;

namespace Akka.Registry;

/// <summary>The registry of this node for any thread: reads from views, asks the actor for the rest.</summary>
internal sealed partial class ServiceRegistry(
    RegistrySurroundings surroundings, IActorRef<RegistryMessage> actor, RouteeSelector routees, TimeProvider time) : IServiceRegistry
{
    /// <summary>How long the actor may take beyond what it waits for itself.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A reply that comes later than this finds nobody who would end the subscription: long, so that it does not
    /// happen.
    /// </summary>
    private static readonly TimeSpan SubscribeMargin = TimeSpan.FromSeconds(60);

    private const int SubscriberNameLengthMax = 256;

    private readonly RegistryViews _views = surroundings.Views;

    private TimeSpan OwnerPatience => surroundings.Options.Ownership.ForwardTimeout + Margin;

    /// <inheritdoc/>
    public bool IsReady => NotReadyReason is null;

    /// <inheritdoc/>
    public string? NotReadyReason => surroundings.NotReadyReason;

    /// <inheritdoc/>
    public long Revision => _views.Revision;

    /// <inheritdoc/>
    public string Cursor => _views.Cursor.ToToken();

    /// <inheritdoc/>
    public async Task<RegistrationResult> RegisterAsync(
        Registration registration, WriteOptions options, CancellationToken cancellation = default)
    {
        return await TracedAsync<RegistrationResult>(
            "registry.register", new RecordKey(registration.Service ?? "", registration.Id ?? ""),
            to => new RegistryMessage.Register(registration, options, to),
            options.Timeout + Margin, cancellation).ConfigureAwait(false);
    }

    /// <summary>Many registrations in one message; each is answered as <see cref="RegisterAsync"/> would, in their order.</summary>
    /// <exception cref="TimeoutException">They were not all answered in time; each may have counted.</exception>
    internal Task<ImmutableArray<RegistrationOutcome>> RegisterManyAsync(
        ImmutableArray<Registration> registrations, WriteOptions options, CancellationToken cancellation) =>
        registrations.IsEmpty
            ? Task.FromResult(ImmutableArray<RegistrationOutcome>.Empty)
            : actor.Ask<RegistryMessage, ImmutableArray<RegistrationOutcome>>(
                to => new RegistryMessage.RegisterMany(registrations, options, to), options.Timeout + Margin, time, cancellation);

    /// <inheritdoc/>
    public IRegistrySession OpenSession(string client) => Open(client);

    /// <summary>As <see cref="OpenSession"/>, for the door of this assembly.</summary>
    internal RegistrySession Open(string client)
    {
        var max = surroundings.Options.Limits.Sessions;
        return surroundings.TryOpenSession(max) is { } number
            ? new RegistrySession(number, client, this, surroundings, time)
            : throw surroundings.Metrics.Counted(Refusals.LimitReached(
                "limits.sessions", $"This node has {max} sessions, and no more are allowed; go to another node"));
    }

    /// <inheritdoc/>
    public async Task<ServiceEntry> ReportStatusAsync(
        RecordKey key, InstanceStatus status, ulong? epoch, CancellationToken cancellation = default)
    {
        Check(key);
        Throw(RegistrationValidator.CheckReported(status) ?? RegistrationValidator.CheckEpoch(epoch));
        return await TracedAsync<ServiceEntry>(
            "registry.report_status", key, to => new RegistryMessage.ReportStatus(key, status, epoch, to),
            OwnerPatience, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ServiceEntry> OverrideStatusAsync(
        RecordKey key, InstanceStatus? status, CancellationToken cancellation = default)
    {
        Check(key);
        if (status is { } given && !Enum.IsDefined(given))
            throw new RegistryException(RegistryError.Invalid, $"'status' is {status}, which is none.", "status");
        return await TracedAsync<ServiceEntry>(
            "registry.override_status", key, to => new RegistryMessage.OverrideStatus(key, status, to),
            OwnerPatience, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ServiceEntry> UpdateCheckAsync(
        RecordKey key, string checkId, InstanceStatus status, string output, ulong? epoch, CancellationToken cancellation = default)
    {
        Check(key);
        Throw(CheckValidator.CheckId(checkId) ?? CheckValidator.CheckReport(status, output) ?? RegistrationValidator.CheckEpoch(epoch));
        var kept = OutputText.Cut(output, surroundings.Options.Checks.OutputBytes);
        // As frequent as beats, and as little traced.
        return CallAsync<ServiceEntry>(
            to => new RegistryMessage.ChangeCheck(key, epoch, new CheckChange.Report(checkId, status, kept), to), OwnerPatience, cancellation);
    }

    /// <inheritdoc/>
    public Task<ServiceEntry> PutCheckAsync(RecordKey key, CheckDefinition check, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(check);
        Check(key);
        Throw(CheckValidator.Check(key.Service, key.Instance, check, surroundings.Options.Checks));
        return ChangeCheckAsync(key, new CheckChange.Put(check), cancellation);
    }

    /// <inheritdoc/>
    public Task<ServiceEntry> RemoveCheckAsync(RecordKey key, string checkId, CancellationToken cancellation = default)
    {
        Check(key);
        Throw(CheckValidator.CheckId(checkId));
        return ChangeCheckAsync(key, new CheckChange.Remove(checkId), cancellation);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CheckState> ChecksOf(ServiceEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Owner == surroundings.Self.Uid ? surroundings.CheckOutputs.Freshen(entry) : entry.Checks;
    }

    /// <inheritdoc/>
    public async Task<DrainResult> DrainAsync(RecordKey key, ulong? epoch, TimeSpan deadline, CancellationToken cancellation = default)
    {
        Check(key);
        Throw(RegistrationValidator.CheckEpoch(epoch));
        var max = surroundings.Options.Drains.DeadlineMax;
        if (deadline <= TimeSpan.Zero || deadline > max)
        {
            throw new RegistryException(
                RegistryError.Invalid, $"'deadline' must be above zero and at most {max.TotalSeconds:0.###} s.", "deadline");
        }

        return await TracedAsync<DrainResult>(
            "registry.drain", key, to => new RegistryMessage.Drain(key, epoch, deadline, to),
            deadline + OwnerPatience, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeregisterAsync(
        RecordKey key, ulong? epoch, WriteOptions options, CancellationToken cancellation = default)
    {
        Check(key);
        Throw(RegistrationValidator.CheckEpoch(epoch));
        await TracedAsync<RecordKey>(
            "registry.deregister", key, to => new RegistryMessage.Deregister(key, epoch, options, to),
            options.Timeout + Margin, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ReportFailureAsync(RecordKey key, ulong? epoch, ulong reporter, CancellationToken cancellation = default)
    {
        Check(key);
        Throw(RegistrationValidator.CheckEpoch(epoch));
        if (NotReadyReason is { } reason)
            throw Refusals.NotReady(reason);
        if (_views.Find(key) is not { } entry)
            throw Refusals.NotFound(key);
        if (epoch < entry.Epoch)
            throw Refusals.StaleEpoch(key);
        if (epoch > entry.Epoch)
            throw Refusals.NewerEpoch(key, epoch.Value, entry.Epoch);
        await ReportFailuresAsync([new FailureReport(key, epoch)], reporter, cancellation).ConfigureAwait(false);
    }

    /// <summary>Many reports of one client. What is not there is passed over.</summary>
    /// <returns>How many count here, or are on their way to owners.</returns>
    internal Task<int> ReportFailuresAsync(ImmutableArray<FailureReport> reports, ulong reporter, CancellationToken cancellation) =>
        CallAsync<int>(to => new RegistryMessage.ReportFailures(reports, reporter, to), Margin, cancellation);

    /// <inheritdoc/>
    public ServiceView? Find(string service) => _views.Find(service);

    /// <inheritdoc/>
    public IReadOnlyList<ServiceSummary> Services() =>
        [.. _views.Services.Select(view => view.Summary).OrderBy(summary => summary.Name, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public IReadOnlyList<ServiceEntry> Routees(RouteeRequest request) => _views.Find(request.Service) is { } view
        ? routees.Select(view, request)
        : throw new RegistryException(
            RegistryError.NotFound, $"No instance of service '{request.Service}' is registered; register one.", "service");

    /// <inheritdoc/>
    public async Task<ISubscription> SubscribeAsync(SubscriptionRequest request, CancellationToken cancellation = default)
    {
        if (request.Service is not null)
            Throw(RegistrationValidator.CheckService(request.Service, surroundings.Options.Limits));
        if (request.Name.Length > SubscriberNameLengthMax)
            throw new RegistryException(RegistryError.Invalid, $"'name' has at most {SubscriberNameLengthMax} characters.", "name");
        // Not cancelled within: a subscription that nobody takes would stay.
        var asked = Ask<ISubscription>(
            to => new RegistryMessage.Subscribe(request, to),
            surroundings.Options.Subscriptions.CatchUpTimeout + SubscribeMargin,
            CancellationToken.None);
        try
        {
            return Unwrap(await asked.WaitAsync(cancellation).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            _ = DisposeWhenMadeAsync(asked);
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<QuarantineStatus> Quarantines => surroundings.Leases.Quarantines;

    /// <inheritdoc/>
    public TimeSpan? ExpiresIn(ServiceEntry entry) =>
        entry.Owner == surroundings.Self.Uid && surroundings.Leases.ExpiresAt(entry.Record.Key, entry.Epoch) is { } until
            ? until - time.GetInstant()
            : null;

    /// <inheritdoc/>
    public string NodeName(NodeUid uid) =>
        uid == NodeUid.Outside ? "outside" : surroundings.Membership.View.Find(uid)?.Node.Name ?? uid.ToString();

    /// <inheritdoc/>
    public InstanceExplanation Explain(RecordKey key)
    {
        if (_views.Find(key) is not { } entry)
            return new InstanceExplanation { Key = key, Entry = null, HiddenBy = "It is not registered, as far as this node knows." };
        var expiresIn = ExpiresIn(entry);
        return new InstanceExplanation
        {
            Key = key,
            Entry = entry,
            Owner = entry.Owner,
            OwnerName = NodeName(entry.Owner),
            OwnerState = surroundings.Membership.View.Find(entry.Owner)?.State,
            IsOwnedHere = entry.NeedsBeats ? expiresIn is not null : entry.Owner == surroundings.Self.Uid,
            ExpiresIn = expiresIn,
            LastBeatAge = entry.Ttl - expiresIn,
            HiddenBy = HiddenBy(entry),
        };
    }

    /// <inheritdoc/>
    public async Task<InstanceExplanation> ExplainAsync(RecordKey key, TimeSpan timeout, CancellationToken cancellation = default)
    {
        Check(key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        var nodes = await CallAsync<ImmutableArray<InstanceHolding>>(
            to => new RegistryMessage.Explain(key, timeout, to), timeout + Margin, cancellation).ConfigureAwait(false);
        var explanation = Explain(key) with { Nodes = nodes };
        return nodes.FirstOrDefault(node => node.OwnsLease && node.Node == explanation.Owner) is { } owner
            ? explanation with { LastBeatAge = owner.LastBeatAge, ExpiresIn = owner.ExpiresIn }
            : explanation;
    }

    /// <inheritdoc/>
    public async Task<LeaveResult> LeaveAsync(TimeSpan timeout)
    {
        if (surroundings.Farewell is { } farewell)
        {
            var began = time.GetInstant();
            await farewell(timeout / 4).ConfigureAwait(false);
            timeout -= time.GetInstant() - began;
        }

        return await CallAsync<LeaveResult>(
            to => new RegistryMessage.Leave(timeout, to), timeout + Margin, CancellationToken.None).ConfigureAwait(false);
    }

    private static string? HiddenBy(ServiceEntry entry) => entry switch
    {
        { Override: InstanceStatus.Passing or InstanceStatus.Warning, Unverified: false, Suspect: false } => null,
        { Override: { } status and not (InstanceStatus.Passing or InstanceStatus.Warning) } => $"An operator has set it to {status}.",
        { LeaseMissed: true, Override: null } => "It has been silent for longer than its TTL, or its session broke and it did not come again.",
        { Override: null, ChecksStatus: InstanceStatus.Critical } =>
            $"Its check '{entry.Checks.First(check => check.Status == InstanceStatus.Critical).Id}' is critical.",
        { Override: null, Reported: not (InstanceStatus.Passing or InstanceStatus.Warning) } => $"It reports {entry.Reported} of itself.",
        { Suspect: true } =>
            "It is suspect: several clients report that calls to it fail. It is chosen last, until it beats and its port answers its owner.",
        { Unverified: true } =>
            "Nobody can vouch for it now: its owner is lost, or doubts itself. It is chosen only when nothing better is left.",
        _ => null,
    };

    private Task<ServiceEntry> ChangeCheckAsync(RecordKey key, CheckChange change, CancellationToken cancellation) =>
        TracedAsync<ServiceEntry>(
            "registry.change_check", key, to => new RegistryMessage.ChangeCheck(key, null, change, to),
            OwnerPatience, cancellation);

    private static async Task DisposeWhenMadeAsync(Task<RegistryReply<ISubscription>> asked)
    {
        if ((await asked.ConfigureAwait(false)).Value is { } subscription)
            await subscription.DisposeAsync().ConfigureAwait(false);
    }

    private void Throw(RegistryException? wrong)
    {
        if (wrong is not null)
            throw surroundings.Metrics.Counted(wrong);
    }

    private void Check(RecordKey key) => Throw(RegistrationValidator.CheckKey(key, surroundings.Options.Limits));

    private async Task<T> CallAsync<T>(
        Func<IActorRef<RegistryReply<T>>, RegistryMessage> message, TimeSpan patience, CancellationToken cancellation) =>
        Unwrap(await Ask(message, patience, cancellation).ConfigureAwait(false));

    private T Unwrap<T>(RegistryReply<T> reply) =>
        reply.Refusal is { } refusal ? throw surroundings.Metrics.Counted(refusal) : reply.Unwrap();

    /// <summary>As <see cref="CallAsync"/>, with an activity that lasts until the answer where somebody listens.</summary>
    private Task<T> TracedAsync<T>(
        string operation, RecordKey key, Func<IActorRef<RegistryReply<T>>, RegistryMessage> message, TimeSpan patience,
        CancellationToken cancellation) =>
        RegistryTracing.Call(operation, key, surroundings.Self) is { } span
            ? TracedAsync(span, message, patience, cancellation)
            : CallAsync(message, patience, cancellation);

    private async Task<T> TracedAsync<T>(
        Activity span, Func<IActorRef<RegistryReply<T>>, RegistryMessage> message, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await CallAsync<T>(to => message(to) with { Span = span }, patience, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failed(span, failure))
        {
            throw;
        }
        finally
        {
            TraceContext.End(span);
        }
    }

    /// <summary>Notes it, and catches nothing.</summary>
    private static bool Failed(Activity span, Exception failure)
    {
        RegistryTracing.Failed(span, failure);
        return false;
    }

    private Task<RegistryReply<T>> Ask<T>(
        Func<IActorRef<RegistryReply<T>>, RegistryMessage> message, TimeSpan timeout, CancellationToken cancellation) =>
        actor.Ask(message, timeout, time, cancellation);
}
