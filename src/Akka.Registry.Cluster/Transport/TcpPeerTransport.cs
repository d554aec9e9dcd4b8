using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Akka.Registry.Contracts;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Cluster.Transport;

/// <summary>Frames between nodes over TCP.</summary>
/// <remarks>
/// <para>
/// Each lane to each address is a connection of its own that this node makes with the first frame and that only it
/// sends frames on; the peer makes its own for the other direction. So both may connect at the same moment, and bulk
/// never delays a probe.
/// </para>
/// <para>
/// Delivery is at most once. Frames to one address on one lane arrive in order; frames that were taken are lost when
/// their connection breaks or cannot be made, and <see cref="ITransportSink.LinkBroken"/> says so, once for each
/// connection and each attempt.
/// </para>
/// <para>
/// A node that presents another name, cluster, secret or version than it should is refused with a reason that both
/// sides log; the sink sees nothing of it. Whether the node at an address is the one expected there is for the
/// membership to judge.
/// </para>
/// </remarks>
public sealed class TcpPeerTransport : IPeerTransport, IAsyncDisposable
{
    private readonly Meter _meter = new("Akka.Registry.Cluster");
    private readonly TransportScope _scope;
    private readonly ClusterCredentials _credentials;
    private readonly Listener _listener;
    private readonly ConcurrentDictionary<LinkKey, OutgoingLink> _links = new();
    private readonly Lock _gate = new();
    private Peers? _peers;
    private ITimer? _sweep;
    private bool _isClosed;
    private Task? _closing;

    private TcpPeerTransport(TransportScope scope, ClusterCredentials credentials, Listener listener)
    {
        _scope = scope;
        _credentials = credentials;
        _listener = listener;
        _meter.CreateObservableCounter(
            "akka.registry.transport.connections_refused", () => scope.Counters.ConnectionsRefused, "{connection}",
            "Connections to the cluster port that were closed before they carried a frame: no handshake, not entitled, or too many.");
        var options = scope.Options;
        Address = new NodeAddress(
            options.AdvertisedHost.Length == 0 ? options.Host : options.AdvertisedHost,
            options.AdvertisedPort == 0 ? listener.LocalEndPoint.Port : options.AdvertisedPort);
    }

    /// <inheritdoc/>
    public NodeAddress Address { get; }

    /// <summary>What the links stand at; any thread.</summary>
    public TransportStatus Status
    {
        get
        {
            var links = ImmutableArray.CreateBuilder<LinkStatus>();
            foreach (var (_, link) in _links)
                links.Add(link.Status());
            _listener.AddStatusTo(links);
            return _scope.Counters.Snapshot(links.ToImmutable());
        }
    }

    /// <summary>Opens the cluster port. Peers that connect wait until <see cref="Start"/>.</summary>
    /// <param name="options">Where, and with what limits.</param>
    /// <param name="credentials">The cluster that it belongs to.</param>
    /// <param name="time">The clock of every deadline.</param>
    /// <param name="random">Chance for the jitter of reconnects; used under a lock of the transport's own.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="upgrade">Puts a protocol of the caller's under the frames; null for none.</param>
    /// <param name="tls">Puts TLS under the frames; null for none. In the place of <paramref name="upgrade"/>.</param>
    /// <param name="stop">Gives up binding.</param>
    /// <exception cref="ValidationException">An option is out of its range. Nothing was opened.</exception>
    /// <exception cref="IOException">The port is taken, or the host is not this machine's. Nothing was opened.</exception>
    public static async Task<TcpPeerTransport> BindAsync(
        TransportOptions options,
        ClusterCredentials credentials,
        TimeProvider time,
        Random random,
        ILoggerFactory loggers,
        StreamUpgrade? upgrade = null,
        PeerTls? tls = null,
        CancellationToken stop = default)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        var logger = loggers.CreateLogger<TcpPeerTransport>();
        var scope = new TransportScope(options, time, random, logger, tls is null ? upgrade : tls.UpgradeAsync, isTls: tls is not null);
        var listener = await BindAsync(scope, stop);
        var transport = new TcpPeerTransport(scope, credentials, listener);
        scope.Logger.Bound(listener.LocalEndPoint, transport.Address, credentials);
        return transport;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Start(NodeIdentity self, ITransportSink sink)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_peers is not null)
                throw new InvalidOperationException("The transport was started before.");
            var terms = HandshakeTerms.From(_credentials, self);
            _peers = new Peers(terms, sink);
            var period = _scope.Options.IdleTimeout / 4;
            _sweep = _scope.Time.CreateTimer(static state => ((TcpPeerTransport)state!).Sweep(), this, period, period);
            _listener.Start(terms, sink, OnPeerConnected);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Never blocks and never throws. False also while the peer is left alone after a failure, before
    /// <see cref="Start"/> and after the end; and for a frame over <see cref="TransportOptions.FrameBytesMax"/>, which
    /// is logged as the defect that it is.
    /// </remarks>
    public bool Send(NodeAddress to, Lane lane, Frame frame)
    {
        if (frame.WireBytes > _scope.Options.FrameBytesMax)
            _scope.Logger.FrameTooLarge(frame.WireBytes, to, _scope.Options.FrameBytesMax);
        else if (TrySend(new LinkKey(to, lane), frame))
            return true;
        _scope.Counters.Rejected();
        return false;
    }

    /// <inheritdoc/>
    public long QueuedBytes(NodeAddress to, Lane lane) =>
        _links.TryGetValue(new LinkKey(to, lane), out var link) ? link.QueuedBytes : 0;

    /// <summary>
    /// Closes the port and every link. Established links first send what they hold, for at most
    /// <see cref="TransportOptions.FlushTimeout"/>. When it completes nothing of the transport runs any more and the
    /// sink is not called again. Not to be awaited by the sink itself.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Task closing;
        lock (_gate)
        {
            _isClosed = true;
            closing = _closing ??= CloseAsync();
        }

        await closing;
    }

    private static async Task<Listener> BindAsync(TransportScope scope, CancellationToken stop)
    {
        try
        {
            return await Listener.BindAsync(scope, stop);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    private bool TrySend(LinkKey key, in Frame frame)
    {
        while (Volatile.Read(ref _peers) is { } peers && !Volatile.Read(ref _isClosed))
        {
            if (!_links.TryGetValue(key, out var link))
            {
                link = _links.GetOrAdd(
                    key,
                    static (key, context) => new OutgoingLink(
                        context.Scope, key, context.Peers.Terms, context.Peers.Sink),
                    (Scope: _scope, Peers: peers));
            }

            if (link.TrySend(frame, out var isRetired))
                return true;
            if (!isRetired)
                return false;
            _links.TryRemove(new KeyValuePair<LinkKey, OutgoingLink>(key, link));
        }

        return false;
    }

    /// <summary>Who comes is answered: without this a node that is back within a moment finds that nobody can tell it so.</summary>
    private void OnPeerConnected(NodeAddress peer)
    {
        foreach (var lane in Enum.GetValues<Lane>())
        {
            if (_links.TryGetValue(new LinkKey(peer, lane), out var link))
                link.EndBackOff();
        }
    }

    private void Sweep()
    {
        var now = _scope.Now;
        foreach (var entry in _links)
        {
            if (entry.Value.Sweep(now))
                _links.TryRemove(entry);
        }
    }

    private async Task CloseAsync()
    {
        await Task.Yield();
        if (_sweep is { } sweep)
            await sweep.DisposeAsync();
        _scope.Close();
        _listener.Dispose();
        foreach (var (_, link) in _links)
            link.Close();
        var ended = _scope.WhenAllEndedAsync();
        await ended.WaitAsync(_scope.Options.FlushTimeout, _scope.Time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var (_, link) in _links)
            link.Abort();
        await ended;
        _meter.Dispose();
        _scope.Logger.Closed(Address);
        _scope.Dispose();
    }

    /// <summary>What is known from <see cref="Start"/> on.</summary>
    private sealed record Peers(HandshakeTerms Terms, ITransportSink Sink);
}
