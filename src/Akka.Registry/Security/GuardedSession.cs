using System.Collections.Immutable;
using Akka.Registry.DistributedData;
using Akka.Registry.Sessions;

namespace Akka.Registry.Security;

/// <summary>A session as its client may use it.</summary>
internal sealed class GuardedSession(IRegistrySession inner, GuardedRegistry guard) : IRegistrySession
{
    /// <inheritdoc/>
    public string Client => inner.Client;

    /// <inheritdoc/>
    public bool IsOpen => inner.IsOpen;

    /// <inheritdoc/>
    public Task<RegistrationResult> RegisterAsync(Registration registration, WriteOptions options, CancellationToken cancellation = default)
    {
        guard.RequireRegister(registration);
        return inner.RegisterAsync(registration, options, cancellation);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<RegistrationOutcome>> RegisterManyAsync(
        ImmutableArray<Registration> registrations, WriteOptions options, CancellationToken cancellation = default)
    {
        RegistrationOutcome?[] outcomes = [.. registrations.Select(Refused)];
        ImmutableArray<Registration> allowed = [.. registrations.Where((_, i) => outcomes[i] is null)];
        var made = await inner.RegisterManyAsync(allowed, options, cancellation).ConfigureAwait(false);
        var next = 0;
        return [.. outcomes.Select(refused => refused ?? made[next++])];
    }

    /// <inheritdoc/>
    public Task<HeartbeatResult> HeartbeatAsync(RecordKey key, ulong? epoch, CancellationToken cancellation = default)
    {
        guard.Require(AccessRight.Write, key.Service, "heartbeat", key.Instance);
        return inner.HeartbeatAsync(key, epoch, cancellation);
    }

    /// <summary>Needs no right anew: the session carries what was registered, or beaten for, by right, and ends with the rights.</summary>
    public Task<IReadOnlyList<RecordKey>> HeartbeatManyAsync(ReadOnlyMemory<RecordKey> keys, CancellationToken cancellation = default) =>
        inner.HeartbeatManyAsync(keys, cancellation);

    /// <inheritdoc/>
    public Task DeregisterAsync(RecordKey key, ulong? epoch, WriteOptions options, CancellationToken cancellation = default)
    {
        guard.Require(AccessRight.Write, key.Service, "deregister", key.Instance);
        return inner.DeregisterAsync(key, epoch, options, cancellation);
    }

    /// <inheritdoc/>
    public void End() => inner.End();

    /// <inheritdoc/>
    public void Break() => inner.Break();

    private RegistrationOutcome? Refused(Registration registration)
    {
        try
        {
            guard.RequireRegister(registration);
            return null;
        }
        catch (RegistryException refusal)
        {
            return new RegistrationOutcome(refusal);
        }
    }
}
