using System.Collections.Immutable;
using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Akka.Registry.Sessions;

namespace Akka.Registry.Security;

public sealed partial class GuardedRegistry
{
    /// <inheritdoc/>
    public Task<RegistrationResult> RegisterAsync(Registration registration, WriteOptions options, CancellationToken cancellation = default)
    {
        RequireRegister(registration);
        return _inner.RegisterAsync(registration, options, cancellation);
    }

    /// <inheritdoc/>
    public Task<HeartbeatResult> HeartbeatAsync(RecordKey key, ulong? epoch, CancellationToken cancellation = default)
    {
        Require(AccessRight.Write, key.Service, "heartbeat", key.Instance);
        return _inner.HeartbeatAsync(key, epoch, cancellation);
    }

    /// <summary>As <see cref="IServiceRegistry.HeartbeatManyAsync"/>; each that the caller has no right to is refused, and told to the log.</summary>
    public Task<ImmutableArray<RefusedBeat>> HeartbeatManyAsync(ReadOnlyMemory<InstanceBeat> beats, CancellationToken cancellation = default)
    {
        var principal = Current();
        List<RefusedBeat>? denied = null;
        for (var i = 0; i < beats.Length; i++)
        {
            var key = beats.Span[i].Key;
            if (principal.Rules.On(key.Service) < AccessRight.Write)
            {
                var missing = new AccessRule(AccessRight.Write, key.Service, IsPrefix: false);
                (denied ??= []).Add(new RefusedBeat(i, Deny(principal, "heartbeat", $"{key.Service}/{key.Instance}", missing)));
            }
        }

        return denied is null ? _inner.HeartbeatManyAsync(beats, cancellation) : BeatOthersAsync(beats, denied, cancellation);
    }

    /// <inheritdoc/>
    public InstanceBeat BeatOf(ReadOnlySpan<char> service, ReadOnlySpan<char> instance, ulong? epoch) => _inner.BeatOf(service, instance, epoch);

    /// <inheritdoc/>
    public Task<ServiceEntry> ReportStatusAsync(
        RecordKey key, InstanceStatus status, ulong? epoch, CancellationToken cancellation = default)
    {
        Require(AccessRight.Write, key.Service, "status", key.Instance);
        return _inner.ReportStatusAsync(key, status, epoch, cancellation);
    }

    /// <inheritdoc/>
    public async Task<ServiceEntry> OverrideStatusAsync(RecordKey key, InstanceStatus? status, CancellationToken cancellation = default)
    {
        Require(AccessRight.Operator, key.Service, "override", key.Instance);
        var operation = status is { } given ? $"override {given}" : "override cleared";
        return await AuditedAsync(() => _inner.OverrideStatusAsync(key, status, cancellation), operation, $"{key.Service}/{key.Instance}")
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ServiceEntry> UpdateCheckAsync(
        RecordKey key, string checkId, InstanceStatus status, string output, ulong? epoch, CancellationToken cancellation = default)
    {
        Require(AccessRight.Write, key.Service, "check update", key.Instance);
        return _inner.UpdateCheckAsync(key, checkId, status, output, epoch, cancellation);
    }

    /// <inheritdoc/>
    public Task<ServiceEntry> PutCheckAsync(RecordKey key, CheckDefinition check, CancellationToken cancellation = default)
    {
        Require(AccessRight.Write, key.Service, "check put", key.Instance);
        RequireAliasRead(key.Service, check);
        return _inner.PutCheckAsync(key, check, cancellation);
    }

    /// <inheritdoc/>
    public Task<ServiceEntry> RemoveCheckAsync(RecordKey key, string checkId, CancellationToken cancellation = default)
    {
        Require(AccessRight.Write, key.Service, "check removal", key.Instance);
        return _inner.RemoveCheckAsync(key, checkId, cancellation);
    }

    /// <inheritdoc/>
    public Task<DrainResult> DrainAsync(RecordKey key, ulong? epoch, TimeSpan deadline, CancellationToken cancellation = default)
    {
        Require(AccessRight.Write, key.Service, "drain", key.Instance);
        return _inner.DrainAsync(key, epoch, deadline, cancellation);
    }

    /// <inheritdoc/>
    public Task DeregisterAsync(RecordKey key, ulong? epoch, WriteOptions options, CancellationToken cancellation = default)
    {
        Require(AccessRight.Write, key.Service, "deregister", key.Instance);
        return _inner.DeregisterAsync(key, epoch, options, cancellation);
    }

    /// <inheritdoc/>
    public Task ReportFailureAsync(RecordKey key, ulong? epoch, ulong reporter, CancellationToken cancellation = default)
    {
        Require(AccessRight.Read, key.Service, "failure report", key.Instance);
        return _inner.ReportFailureAsync(key, epoch, reporter, cancellation);
    }

    /// <inheritdoc/>
    public IRegistrySession OpenSession(string client)
    {
        RequireAny("session");
        return new GuardedSession(_inner.OpenSession(client), this);
    }

    /// <inheritdoc/>
    public async Task<LeaveResult> LeaveAsync(TimeSpan timeout)
    {
        Operate("leave", "");
        return await _inner.LeaveAsync(timeout).ConfigureAwait(false);
    }

    /// <summary>Refuses a registration that the caller may not make.</summary>
    internal void RequireRegister(Registration registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        Require(AccessRight.Write, registration.Service ?? "", "register", registration.Id ?? "");
        foreach (var check in registration.Checks ?? [])
            RequireAliasRead(registration.Service ?? "", check);
    }

    private async Task<ImmutableArray<RefusedBeat>> BeatOthersAsync(
        ReadOnlyMemory<InstanceBeat> beats, List<RefusedBeat> denied, CancellationToken cancellation)
    {
        var no = denied.Select(refused => refused.Place).ToHashSet();
        int[] places = [.. Enumerable.Range(0, beats.Length).Where(place => !no.Contains(place))];
        var allowed = Array.ConvertAll(places, place => beats.Span[place]);
        var refused = await _inner.HeartbeatManyAsync(allowed, cancellation).ConfigureAwait(false);
        return [.. denied.Concat(refused.Select(one => one with { Place = places[one.Place] })).OrderBy(one => one.Place)];
    }

    /// <summary>A check that follows another service tells how that one is.</summary>
    private void RequireAliasRead(string service, CheckDefinition? check)
    {
        if (check is CheckDefinition.Alias { Service: { } other } && other != service)
            Require(AccessRight.Read, other, "alias check");
    }

    private async Task<T> AuditedAsync<T>(Func<Task<T>> act, string operation, string subject)
    {
        var outcome = "failed";
        try
        {
            var result = await act().ConfigureAwait(false);
            outcome = "done";
            return result;
        }
        catch (RegistryException refusal)
        {
            outcome = $"refused: {refusal.Error}";
            throw;
        }
        finally
        {
            _audit.Operated(Caller, _visit, operation, subject, outcome);
        }
    }
}
