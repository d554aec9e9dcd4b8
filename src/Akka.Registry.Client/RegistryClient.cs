using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Queries;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Client.Session;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Client;

/// <summary>How a client stands with the registry.</summary>
/// <param name="Node">The node of its session, or of the attempt to open one; null while it waits for the next.</param>
/// <param name="IsConnected">Whether there is a session.</param>
/// <param name="Failures">Attempts that failed in a row.</param>
/// <param name="KnownNodes">Nodes that the last node named; 0 before the first session.</param>
public sealed record RegistryClientStatus(NodeEndpoint? Node, bool IsConnected, int Failures, int KnownNodes)
{
    /// <summary>Why the last attempt to open a session failed, as a sentence; null since one was open.</summary>
    public string? Problem { get; init; }

    /// <summary>
    /// Whether a node was reached then and refused: for a wrong token or cluster name somebody must act. The client tries on.
    /// </summary>
    public bool IsRefused { get; init; }
}

/// <summary>An application's side of the registry: one session with one node at a time, moved to another when that one fails. Any thread.</summary>
/// <remarks>
/// It connects by itself and for ever; nothing that an application calls waits for the registry unless it says so, and nothing
/// fails because the registry cannot be reached. What is registered and followed moves with the session.
/// </remarks>
public sealed class RegistryClient : IAsyncDisposable, IServiceRegistrar, IServiceDirectory
{
    private readonly ClientSession _session;

    private RegistryClient(ClientSession session) => (_session, Queries) = (session, new SessionQueries(session));

    /// <summary>Registers instances.</summary>
    public IServiceRegistrar Registrar => this;

    /// <summary>Knows services.</summary>
    public IServiceDirectory Directory => this;

    /// <summary>Asks the node of the session.</summary>
    public IRegistryQueries Queries { get; }

    /// <summary>How it stands with the registry.</summary>
    public RegistryClientStatus Status => _session.Status;

    /// <inheritdoc/>
    IReadOnlyList<RegisteredInstance> IServiceRegistrar.Instances => _session.Instances;

    /// <summary>Starts a client: it looks for a node at once, and does not wait for it.</summary>
    /// <param name="options">Where nodes are, and how patient to be.</param>
    /// <param name="random">All chance of the client; its alone from now on.</param>
    /// <param name="time">Its clock; by default the machine's.</param>
    /// <param name="loggers">Where it logs; by default nowhere.</param>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    public static RegistryClient Start(
        RegistryClientOptions options, Random random, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        var logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<RegistryClient>();
        var session = new ClientSession(options, time ?? TimeProvider.System, random, logger);
        session.Begin();
        return new RegistryClient(session);
    }

    /// <inheritdoc/>
    RegisteredInstance IServiceRegistrar.Register(ServiceRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        return _session.Register(registration);
    }

    /// <inheritdoc/>
    ServiceSnapshot? IServiceDirectory.Find(string service) => _session.Feeds.Find(service)?.Current;

    /// <inheritdoc/>
    void IServiceDirectory.Follow(string service) => _session.Follow(service);

    /// <inheritdoc/>
    ValueTask<ServiceSnapshot> IServiceDirectory.GetAsync(string service, CancellationToken cancellation)
    {
        var feed = _session.Follow(service);
        return feed.Current is { } current ? ValueTask.FromResult(current) : feed.NextAsync(null, cancellation);
    }

    /// <inheritdoc/>
    async IAsyncEnumerable<ServiceChange> IServiceDirectory.WatchAsync(string service, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var feed = _session.Follow(service);
        ServiceSnapshot? seen = null;
        while (true)
        {
            ServiceSnapshot current;
            try
            {
                current = await feed.NextAsync(seen, cancellation);
            }
            catch (ObjectDisposedException)
            {
                yield break;
            }

            yield return current.Since(seen);
            seen = current;
        }
    }

    /// <summary>
    /// Tells the registry that a call to an instance failed in a way that speaks against the instance: no connection, a broken one, no
    /// answer in time, 503. Enough different clients make it suspect for all of them.
    /// </summary>
    /// <remarks>
    /// Neither waits nor fails, and allocates nothing while the same instance was reported within
    /// <see cref="RegistryClientOptions.ReportInterval"/>: to be called at each failure. At most once: without a session, or past
    /// <see cref="RegistryClientOptions.ReportsMax"/> instances, reports are lost.
    /// </remarks>
    public void ReportFailure(ServiceInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        _session.ReportFailure(instance.Service, instance.Id, instance.Epoch);
    }

    /// <summary>As <see cref="ReportFailure(ServiceInstance)"/>, by name.</summary>
    /// <param name="service">The service.</param>
    /// <param name="id">The instance.</param>
    /// <param name="epoch">Its epoch; 0 when the caller knows none: then whichever stands is meant.</param>
    public void ReportFailure(string service, string id, ulong epoch = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentException.ThrowIfNullOrEmpty(id);
        _session.ReportFailure(service, id, epoch);
    }

    /// <summary>
    /// Deregisters what is registered, for at most <see cref="RegistryClientOptions.FarewellTimeout"/>, says goodbye and closes.
    /// </summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
