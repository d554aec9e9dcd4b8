using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Directory.Snapshots;
using Akka.Registry.Client.Queries;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Client.Remoting;
using Akka.Registry.Client.Routing;
using Akka.Registry.Client.Session;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Primitives;

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
public sealed class RegistryClient : IAsyncDisposable, IServiceRegistrar, IServiceDirectory, IFailureReports
{
    private readonly ClientSession _session;
    private readonly SnapshotKeeper? _keeper;
    private readonly TimeProvider _time;
    private readonly TimeSpan _snapshotPatience;
    private readonly long _began;

    private RegistryClient(ClientSession session, SnapshotKeeper? keeper, TimeSpan snapshotPatience, TimeProvider time)
    {
        (_session, _keeper, _snapshotPatience, _time) = (session, keeper, snapshotPatience, time);
        _began = time.GetTimestamp();
        Queries = new SessionQueries(session);
    }

    /// <summary>Registers instances.</summary>
    public IServiceRegistrar Registrar => this;

    /// <summary>Knows services.</summary>
    public IServiceDirectory Directory => this;

    /// <summary>Reaches actors that are registered as services.</summary>
    public ClientActors Actors => _session.Actors;

    /// <summary>Asks the node of the session.</summary>
    public IRegistryQueries Queries { get; }

    /// <summary>How it stands with the registry.</summary>
    public RegistryClientStatus Status => _session.Status;

    /// <inheritdoc/>
    IReadOnlyList<RegisteredInstance> IServiceRegistrar.Instances => _session.Instances;

    /// <summary>Starts a client: it looks for a node at once, and does not wait for it.</summary>
    /// <remarks>With a <see cref="RegistryClientOptions.SnapshotPath"/> that file is read before this returns.</remarks>
    /// <param name="options">Where nodes are, and how patient to be.</param>
    /// <param name="random">All chance of the client; its alone from now on.</param>
    /// <param name="time">Its clock; by default the machine's.</param>
    /// <param name="loggers">Where it logs; by default nowhere.</param>
    /// <exception cref="ValidationException">Options are out of their ranges; each is named.</exception>
    /// <exception cref="Tls.TlsException">Certificates of <see cref="RegistryClientOptions.Tls"/> cannot be used.</exception>
    public static RegistryClient Start(
        RegistryClientOptions options, Random random, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        var wrong = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true))
            throw new ValidationException(string.Join(' ', wrong.Select(result => result.ErrorMessage)));
        var logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<RegistryClient>();
        time ??= TimeProvider.System;
        var session = new ClientSession(options, time, random, logger);
        SnapshotKeeper? keeper = null;
        if (options.SnapshotPath is { } path)
        {
            keeper = new SnapshotKeeper(path, options, time, logger);
            session.Feeds.Begun = keeper.Begun;
            keeper.Begin();
        }

        session.Begin();
        return new RegistryClient(session, keeper, options.SnapshotPatience, time);
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
        if (feed.Current is not { } current)
            return feed.NextAsync(null, cancellation);
        var patience = feed.IsConfirmed ? TimeSpan.Zero : _snapshotPatience - _time.GetElapsedTime(_began);
        return patience > TimeSpan.Zero ? ConfirmedAsync(feed, current, patience, cancellation) : ValueTask.FromResult(current);
    }

    /// <inheritdoc/>
    IChangeToken IServiceDirectory.GetChangeToken(string service) => _session.Follow(service).Token();

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

    /// <inheritdoc/>
    void IFailureReports.Report(ServiceInstance instance, CallOutcome outcome) => ReportFailure(instance);

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
    public async ValueTask DisposeAsync()
    {
        // First, while views are confirmed: the session's end makes them stale.
        if (_keeper is not null)
            await _keeper.DisposeAsync();
        await _session.DisposeAsync();
    }

    /// <summary>What was kept from an earlier run gives way to what a node says, as long as the patience lasts.</summary>
    private async ValueTask<ServiceSnapshot> ConfirmedAsync(
        ServiceFeed feed, ServiceSnapshot kept, TimeSpan patience, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await feed.NextAsync(kept, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return feed.Current ?? kept;
        }
    }
}
