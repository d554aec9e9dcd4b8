using System.Net.Security;
using System.Security.Authentication;
using Akka.Registry.Tls;

namespace Akka.Registry.Cluster.Transport;

/// <summary>TLS under the frames of the cluster port. Any thread.</summary>
/// <remarks>
/// Peers and clients come to one port, so whoever connects is asked for a certificate; one that does not hold is refused with a frame,
/// after the handshake of TLS and before anything is said: so the other side learns why. Whom this node connects to is judged within it.
/// </remarks>
public sealed class PeerTls : IDisposable
{
    private readonly TlsHandshakes _handshakes;
    private readonly TlsOptions _options;
    private readonly HandshakeGate _gate;

    /// <summary>Prepares TLS.</summary>
    /// <param name="certificates">What is shown and believed; left to the caller to end.</param>
    /// <param name="options">Who is believed to be a node.</param>
    /// <param name="time">The clock that certificates are judged by.</param>
    public PeerTls(TlsCertificates certificates, TlsOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_handshakes, _options) = (new TlsHandshakes(certificates, options, time), options);
        _gate = new HandshakeGate("cluster", options.HandshakesMax);
    }

    /// <summary>Agrees on TLS: for <see cref="TcpPeerTransport"/>.</summary>
    public async ValueTask<SecuredStream> UpgradeAsync(Stream plain, NodeAddress? connectedTo, CancellationToken stop)
    {
        var stream = new SslStream(plain);
        try
        {
            return connectedTo is null ? await AcceptAsync(stream, stop) : await ConnectAsync(stream, connectedTo, stop);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<SecuredStream> AcceptAsync(SslStream stream, CancellationToken stop)
    {
        if (!_gate.TryEnter())
        {
            _gate.CountRefusal();
            throw new IOException($"{_options.HandshakesMax} TLS handshakes are under way, as many as may be (tls.handshakes-max)");
        }

        var peer = new TlsPeer();
        try
        {
            await stream.AuthenticateAsServerAsync(_handshakes.ForServer(asks: true, peer, isStrict: false, required: false), stop);
            return new SecuredStream(stream, LinkTrust.Of(peer, _options, stream.LocalCertificate!));
        }
        catch (Exception failure) when (LinkFailure.Is(failure))
        {
            _gate.CountRefusal();
            throw failure switch
            {
                AuthenticationException authentication => new AuthenticationException(TlsFailure.Reason(authentication, peer), failure),
                IOException { InnerException: null } => new IOException(
                    "TLS: the other side broke off; maybe it does not believe this node's certificate", failure),
                _ => failure,
            };
        }
        finally
        {
            _gate.Leave();
        }
    }

    private async Task<SecuredStream> ConnectAsync(SslStream stream, NodeAddress to, CancellationToken stop)
    {
        var peer = new TlsPeer();
        var mustName = _options.Nodes.Match == NodeNaming.Host;
        try
        {
            await stream.AuthenticateAsClientAsync(_handshakes.ForClient(to.Host, mustName, peer), stop);
        }
        catch (AuthenticationException failure)
        {
            throw new AuthenticationException(TlsFailure.Reason(failure, peer), failure);
        }

        return new SecuredStream(stream, LinkTrust.Of(peer, _options, stream.RemoteCertificate!));
    }
}
