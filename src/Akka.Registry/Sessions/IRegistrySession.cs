using System.Collections.Immutable;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Sessions;

/// <summary>One client's connection at this node, as the leases see it: what it carries falls soon when it breaks.</summary>
/// <remarks>
/// <para>A lease that was registered through a session, or beaten for, is carried by it. When the session breaks, these entries are
/// critical after <see cref="Leases.LeaseOptions.DisconnectGrace"/>, unless their instance is back, at any node: it registers or
/// beats again, with a session or without. So a killed process leaves the routees in about a second, and one whose
/// connection was cut has the grace to come again. When very many break at once the mass-failure governor holds them, as any
/// others.</para>
/// <para>The lease moves with the client: a registration or a beat through a session makes its node the owner, whoever was it
/// before, and of several sessions the one that beat last carries the lease; the end of the others changes nothing.</para>
/// <para>When the node itself dies its entries are orphans, as any: the first beat elsewhere adopts them.</para>
/// <para>All members are safe on any thread. Errors are those of <see cref="IServiceRegistry"/>, and
/// <see cref="ObjectDisposedException"/> once the session has ended.</para>
/// </remarks>
public interface IRegistrySession
{
    /// <summary>Who it is, for people.</summary>
    string Client { get; }

    /// <summary>Whether it has neither ended nor broken.</summary>
    bool IsOpen { get; }

    /// <summary>Registers an instance, or replaces its entry; the session carries its lease from then on.</summary>
    /// <exception cref="RegistryException">
    /// As <see cref="IServiceRegistry.RegisterAsync"/>; also when the session carries as many as it may.
    /// </exception>
    Task<RegistrationResult> RegisterAsync(Registration registration, WriteOptions options, CancellationToken cancellation = default);

    /// <summary>As <see cref="RegisterAsync"/> for each: two messages for all of them, whatever their number.</summary>
    /// <returns>What each would have returned or thrown, in their order.</returns>
    /// <exception cref="TimeoutException">They were not all answered in time; each may have counted.</exception>
    Task<ImmutableArray<RegistrationOutcome>> RegisterManyAsync(
        ImmutableArray<Registration> registrations, WriteOptions options, CancellationToken cancellation = default);

    /// <summary>Says that one instance lives. The lease comes to this node, and the session carries it from then on.</summary>
    /// <param name="key">The instance.</param>
    /// <param name="epoch">Its epoch; null when the caller knows none.</param>
    /// <param name="cancellation">Ends the wait; the beat may have counted.</param>
    Task<HeartbeatResult> HeartbeatAsync(RecordKey key, ulong? epoch, CancellationToken cancellation = default);

    /// <summary>Says that instances live which the session carries: one message to the scheduler, whatever their number.</summary>
    /// <param name="keys">The instances; read until the call returns.</param>
    /// <param name="cancellation">Ends the wait; beats may have counted.</param>
    /// <returns>
    /// Those that did not count: not carried by this session, or refused. A beat of its own for each says why.
    /// </returns>
    Task<IReadOnlyList<RecordKey>> HeartbeatManyAsync(ReadOnlyMemory<RecordKey> keys, CancellationToken cancellation = default);

    /// <summary>Ends the instance's epoch for good.</summary>
    Task DeregisterAsync(RecordKey key, ulong? epoch, WriteOptions options, CancellationToken cancellation = default);

    /// <summary>
    /// The client has said goodbye: what it carried lives on by its TTL. Without effect after the first end.
    /// </summary>
    void End();

    /// <summary>The connection ended without a goodbye. Without effect after the first end.</summary>
    void Break();
}
