using System.Net.Security;
using System.Security.Authentication;
using Akka.Registry.Tls;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Client.Session;

/// <summary>TLS under the frames of sessions. Any thread.</summary>
internal sealed class ClientTls : IDisposable
{
    private readonly ClientTlsOptions _options;
    private readonly TlsCertificates _certificates;
    private readonly TlsHandshakes _handshakes;

    private ClientTls(ClientTlsOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _certificates = TlsCertificates.Load(options, time, logger);
        _handshakes = new TlsHandshakes(_certificates, options, time);
    }

    /// <summary>Prepares TLS; null when it is not spoken.</summary>
    /// <exception cref="TlsException">Certificates cannot be used.</exception>
    public static ClientTls? Of(ClientTlsOptions options, TimeProvider time, ILogger logger) =>
        options.Enabled ? new ClientTls(options, time, logger) : null;

    /// <summary>Agrees on TLS with a node, which must show a certificate for what it was called by.</summary>
    /// <exception cref="IOException">It could not be agreed on; the message says why.</exception>
    public async Task<Stream> SecureAsync(Stream plain, string host, CancellationToken stop)
    {
        var peer = new TlsPeer();
        var stream = new SslStream(plain);
        try
        {
            var name = _options.ServerName.Length > 0 ? _options.ServerName : host;
            await stream.AuthenticateAsClientAsync(_handshakes.ForClient(name, mustName: true, peer), stop);
            return stream;
        }
        catch (AuthenticationException failure)
        {
            throw new IOException(TlsFailure.Reason(failure, peer) + ".", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _certificates.Dispose();
}
