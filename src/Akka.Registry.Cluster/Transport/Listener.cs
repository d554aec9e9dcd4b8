using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Akka.Registry.Contracts.Limits;

namespace Akka.Registry.Cluster.Transport;

/// <summary>The accepting side: a bound socket and the links that peers made.</summary>
internal sealed class Listener(TransportScope scope, Socket socket) : IDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly HashSet<IncomingLink> _links = [];
    private readonly HashSet<IncomingLink> _sessions = [];
    private readonly Dictionary<(NodeUid Peer, Lane Lane), IncomingLink> _current = [];
    private readonly AddressTally _connections = new();
    private readonly AddressTally _handshakes = new();
    private readonly CancellationTokenSource _stop = new();
    private Action<NodeAddress>? _connected;

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>Binds and listens; connections wait until <see cref="Start"/>.</summary>
    /// <exception cref="IOException">The port is taken, or the host is not this machine's.</exception>
    public static async Task<Listener> BindAsync(TransportScope scope, CancellationToken stop)
    {
        var (host, port) = (scope.Options.Host, scope.Options.Port);
        Socket? socket = null;
        try
        {
            var address = IPAddress.TryParse(host, out var literal) ? literal : (await Dns.GetHostAddressesAsync(host, stop))[0];
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return new Listener(scope, socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new IOException($"transport.host = {host} with transport.port = {port} cannot be listened on: {e.Message}.", e);
        }
    }

    /// <summary>Begins to accept.</summary>
    /// <param name="terms">What this side says and asks for.</param>
    /// <param name="sink">Where frames go.</param>
    /// <param name="connected">Told where each peer is whose handshake succeeded, before its first frame; any thread.</param>
    public void Start(HandshakeTerms terms, ITransportSink sink, Action<NodeAddress> connected)
    {
        _connected = connected;
        scope.TryRun(() => AcceptAsync(terms, sink));
    }

    /// <summary>Accepts nothing more and closes every link.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        socket.Dispose();
        IncomingLink[] links;
        lock (_gate)
            links = [.. _links, .. _sessions];
        foreach (var link in links)
            link.Abort();
    }

    /// <summary>
    /// Makes the link the only one of its peer and lane: an older one, whose end has not been seen yet, hands nothing
    /// more to the sink when this completes. So frames of two connections of one sender never mix.
    /// </summary>
    public async Task SupersedeAsync(IncomingLink link, HandshakeStep.Established handshake)
    {
        _connected?.Invoke(handshake.Peer.Address);
        IncomingLink? older;
        lock (_gate)
        {
            _current.TryGetValue((handshake.Peer.Uid, handshake.Lane), out older);
            _current[(handshake.Peer.Uid, handshake.Lane)] = link;
        }

        if (older is null)
            return;
        older.Abort();
        await older.Ended;
    }

    /// <summary>Its handshake is done, or it has ended before.</summary>
    public void LeaveHandshake(IncomingLink link) => _handshakes.Leave(link.Address);

    /// <summary>A link was refused or cut off at a limit.</summary>
    /// <param name="setting">The limit's key below <c>transport</c>.</param>
    public void CountLimit(string setting) => scope.Limits.Reached("transport." + setting);

    /// <summary>The link is a client's: how many there may be is for the sink of sessions to say, not for the limit of peers.</summary>
    public void BecomeSession(IncomingLink link)
    {
        lock (_gate)
        {
            _links.Remove(link);
            _sessions.Add(link);
        }
    }

    /// <summary>Forgets a link that has ended.</summary>
    public void Remove(IncomingLink link, HandshakeStep.Established? handshake)
    {
        _connections.Leave(link.Address);
        lock (_gate)
        {
            _links.Remove(link);
            _sessions.Remove(link);
            if (handshake is null)
                return;
            var key = (handshake.Peer.Uid, handshake.Lane);
            if (_current.TryGetValue(key, out var current) && ReferenceEquals(current, link))
                _current.Remove(key);
        }
    }

    /// <summary>Counts a connection that was refused, and logs it unless too many were.</summary>
    public void CountRefusal(EndPoint? remote, string reason)
    {
        scope.Counters.ConnectionRefused();
        if (scope.MayLogRefusal(out var withheld))
            scope.Logger.Refused(remote, reason, withheld);
    }

    public void AddStatusTo(ImmutableArray<LinkStatus>.Builder links)
    {
        lock (_gate)
        {
            foreach (var link in _links)
            {
                if (link.Status() is { } status)
                    links.Add(status);
            }
        }
    }

    private async Task AcceptAsync(HandshakeTerms terms, ITransportSink sink)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var accepted = await socket.AcceptAsync(_stop.Token);
                Admit(new IncomingLink(scope, this, accepted, terms, sink), accepted);
            }
            catch (SocketException failure) when (!_stop.IsCancellationRequested)
            {
                // Out of descriptors, or the peer was gone again: neither is the end of listening.
                scope.Logger.CannotAccept(failure.SocketErrorCode.ToString());
                await Task.Delay(AcceptPause, scope.Time, _stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception failure) when (LinkFailure.Is(failure))
            {
                return;
            }
        }
    }

    private void Admit(IncomingLink link, Socket accepted)
    {
        if (!_connections.TryEnter(link.Address, scope.Options.ConnectionsPerAddress))
        {
            Refuse(link, accepted, "too many connections of this address", "connections-per-address");
            return;
        }

        if (!_handshakes.TryEnter(link.Address, scope.Options.HandshakesPerAddress))
        {
            _connections.Leave(link.Address);
            Refuse(link, accepted, "too many handshakes of this address", "handshakes-per-address");
            return;
        }

        bool isFull;
        lock (_gate)
        {
            isFull = _links.Count >= scope.Options.ConnectionsMax;
            if (!isFull && !_stop.IsCancellationRequested && scope.TryRun(link.RunAsync))
            {
                _links.Add(link);
                return;
            }
        }

        _handshakes.Leave(link.Address);
        _connections.Leave(link.Address);
        if (isFull)
            Refuse(link, accepted, "too many connections", "connections-max");
        else
            accepted.Dispose();
    }

    private void Refuse(IncomingLink link, Socket accepted, string reason, string setting)
    {
        CountLimit(setting);
        CountRefusal(link.Remote, $"{reason} (transport.{setting})");
        accepted.Dispose();
    }
}
