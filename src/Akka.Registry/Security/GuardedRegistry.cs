using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Queries;
using Akka.Registry.Routing;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Security;

/// <summary>The registry as one caller may see and change it: the one place where rights are decided, for every door.</summary>
/// <remarks>
/// <para>Lists and feeds leave out what the caller may not read. Whatever names a service is refused with
/// <see cref="RegistryError.Forbidden"/>, naming the right that is missing; with <see cref="RegistryError.Unauthenticated"/> where the
/// caller has shown no token and may do nothing without one, or where the rights that they came with hold no longer.</para>
/// <para>Each refusal, and each call that takes an operator, is told to the audit log. A call that is allowed costs one look at the
/// rules and allocates nothing. Any thread.</para>
/// </remarks>
public sealed partial class GuardedRegistry : IServiceRegistry
{
    private readonly IServiceRegistry _inner;
    private readonly Principal? _fixed;
    private readonly Func<Principal>? _live;
    private readonly Visit _visit;
    private readonly AuditLog _audit;
    private readonly bool _hidesUnreadable;

    internal GuardedRegistry(IServiceRegistry inner, Principal principal, Visit visit, AuditLog audit, bool hidesUnreadable) =>
        (_inner, _fixed, _visit, _audit, _hidesUnreadable) = (inner, principal, visit, audit, hidesUnreadable);

    /// <summary>For a caller whose rules are looked up at each call.</summary>
    internal GuardedRegistry(IServiceRegistry inner, Func<Principal> principal, Visit visit, AuditLog audit, bool hidesUnreadable) =>
        (_inner, _live, _visit, _audit, _hidesUnreadable) = (inner, principal, visit, audit, hidesUnreadable);

    /// <summary>Who calls.</summary>
    public string Caller => Principal.Name;

    /// <summary>Whether the caller has shown no token.</summary>
    public bool IsAnonymous => Principal.IsAnonymous;

    /// <summary>Whether something was left out of an answer that the caller may not read.</summary>
    public bool HasHidden { get; private set; }

    /// <summary>Ends when the rights that the caller came with hold no longer.</summary>
    public CancellationToken Ended => Principal.Ended;

    /// <inheritdoc/>
    public bool IsReady => _inner.IsReady;

    /// <inheritdoc/>
    public string? NotReadyReason => _inner.NotReadyReason;

    /// <inheritdoc/>
    public long Revision => _inner.Revision;

    /// <summary>As <see cref="IServiceRegistry.Cursor"/>, for a caller who sees as much.</summary>
    public string Cursor => SeenCursor.Of(_inner.Cursor, Principal.Rules);

    internal Principal Principal => _fixed ?? _live!();

    /// <summary>Whether the caller has any right on anything.</summary>
    public bool MaySeeAnything => Current().Rules.HasAny;

    /// <summary>Whether the caller may read every service.</summary>
    public bool ReadsEverything => Current().Rules.ReadsEverything;

    /// <summary>Stands for what the caller may read: the same text for who may read the same.</summary>
    public string Sight => Current().Rules.Mark;

    /// <summary>Whether the caller has a right on a service.</summary>
    public bool May(AccessRight right, string service) => Current().Rules.On(service) >= right;

    /// <summary>Whether the caller may read a service; where not, notes that something is left out.</summary>
    public bool MayRead(string service)
    {
        var may = May(AccessRight.Read, service);
        HasHidden |= !may;
        return may;
    }

    /// <summary>Whether the caller may say that calls to a service fail; one of many in one message.</summary>
    internal bool MayReport(string service)
    {
        if (MayRead(service))
            return true;
        Deny(Principal, "failure report", service, new AccessRule(AccessRight.Read, service, IsPrefix: false));
        return false;
    }

    /// <summary>The metadata of the instance that an actor is registered as; null for none that the caller may read.</summary>
    internal IReadOnlyDictionary<string, string>? MetadataOf(string service, string instance)
    {
        if (MayRead(service))
            return _inner.Find(service)?.Instances.Find(instance)?.Metadata;
        Deny(Principal, "message", $"{service}/{instance}", new AccessRule(AccessRight.Read, service, IsPrefix: false));
        return null;
    }

    /// <summary>Refuses a caller who may do nothing at all.</summary>
    /// <param name="operation">What was asked for.</param>
    /// <exception cref="RegistryException">They may not.</exception>
    public void RequireAny(string operation)
    {
        var principal = Current();
        if (!principal.Rules.HasAny)
            throw Deny(principal, operation, "", new AccessRule(AccessRight.Read, "", IsPrefix: true));
    }

    /// <summary>Refuses a caller who lacks a right on a service.</summary>
    /// <exception cref="RegistryException">They lack it.</exception>
    public void Require(AccessRight right, string service, string operation, string instance = "")
    {
        var principal = Current();
        if (principal.Rules.On(service) >= right)
            return;
        var subject = instance.Length == 0 ? service : $"{service}/{instance}";
        throw Deny(principal, operation, subject, new AccessRule(right, service, IsPrefix: false));
    }

    /// <summary>Does what an operator of everything may do, and tells the audit log.</summary>
    /// <exception cref="RegistryException">The caller is none.</exception>
    public void Operate(string operation, string subject)
    {
        var principal = Current();
        if (principal.Rules.OnEverything < AccessRight.Operator)
            throw Deny(principal, operation, subject, new AccessRule(AccessRight.Operator, "", IsPrefix: true));
        _audit.Operated(principal.Name, _visit, operation, subject, "begun");
    }

    /// <inheritdoc/>
    public ServiceView? Find(string service)
    {
        if (!_hidesUnreadable)
        {
            Require(AccessRight.Read, service, "read");
            return _inner.Find(service);
        }

        var view = _inner.Find(service);
        return view is null || MayRead(service) ? view : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServiceSummary> Services()
    {
        var rules = Current().Rules;
        var all = _inner.Services();
        if (rules.ReadsEverything)
            return all;
        var seen = all.Where(summary => rules.On(summary.Name) >= AccessRight.Read).ToList();
        HasHidden |= seen.Count < all.Count;
        return seen;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServiceEntry> Routees(RouteeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Require(AccessRight.Read, request.Service, "routees");
        return _inner.Routees(request);
    }

    /// <inheritdoc/>
    public async Task<ISubscription> SubscribeAsync(SubscriptionRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var principal = Current();
        if (request.Service is { } service)
            Require(AccessRight.Read, service, "watch");
        else
            RequireAny("watch");
        var subscription = await _inner.SubscribeAsync(
            request with { Cursor = SeenCursor.Read(request.Cursor, principal.Rules) }, cancellation).ConfigureAwait(false);
        return new GuardedSubscription(subscription, principal, request.AcknowledgesExplicitly);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CheckState> ChecksOf(ServiceEntry entry) => _inner.ChecksOf(entry);

    /// <inheritdoc/>
    public IReadOnlyList<Leases.QuarantineStatus> Quarantines
    {
        get
        {
            var rules = Current().Rules;
            return rules.ReadsEverything
                ? _inner.Quarantines
                : [.. _inner.Quarantines.Where(held => rules.On(held.Service) >= AccessRight.Read)];
        }
    }

    /// <inheritdoc/>
    public TimeSpan? ExpiresIn(ServiceEntry entry) => _inner.ExpiresIn(entry);

    /// <inheritdoc/>
    public InstanceExplanation Explain(RecordKey key)
    {
        Require(AccessRight.Read, key.Service, "explain", key.Instance);
        return _inner.Explain(key);
    }

    /// <inheritdoc/>
    public Task<InstanceExplanation> ExplainAsync(RecordKey key, TimeSpan timeout, CancellationToken cancellation = default)
    {
        Require(AccessRight.Read, key.Service, "explain", key.Instance);
        return _inner.ExplainAsync(key, timeout, cancellation);
    }

    /// <inheritdoc/>
    public string NodeName(NodeUid uid) => _inner.NodeName(uid);

    private Principal Current()
    {
        // Whoever's rules are looked up at each call has those of now.
        if (_fixed is not { } principal)
            return Principal;
        return principal.EndReason is { } reason ? throw new RegistryException(RegistryError.Unauthenticated, reason) : principal;
    }

    private RegistryException Deny(Principal principal, string operation, string subject, AccessRule missing)
    {
        _audit.Denied(principal.Name, _visit, operation, subject, missing.ToString());
        if (principal.IsAnonymous && !principal.Rules.HasAny)
        {
            return new RegistryException(RegistryError.Unauthenticated, "This node asks for a token, and none was shown; show one.")
            {
                Missing = missing,
            };
        }

        var who = principal.IsAnonymous ? "Who shows no token" : $"The token '{principal.Name}'";
        return new RegistryException(RegistryError.Forbidden, $"{who} has no right '{missing}'; show a token that has it.") { Missing = missing };
    }
}
