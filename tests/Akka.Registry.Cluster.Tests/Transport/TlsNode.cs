using Akka.Registry.Cluster.Transport;
using Akka.Registry.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Cluster.Tests.Transport;

/// <summary>A transport on loopback that speaks TLS.</summary>
internal sealed class TlsNode : IAsyncDisposable
{
    private readonly PeerTls _tls;

    private TlsNode(TlsCertificates certificates, PeerTls tls, TransportNode node) =>
        (Certificates, _tls, Node) = (certificates, tls, node);

    public TlsCertificates Certificates { get; }

    public TransportNode Node { get; }

    public static async Task<TlsNode> StartAsync(
        ulong uid, TlsOptions options, TransportOptions? transport = null, ClusterCredentials? credentials = null)
    {
        var certificates = TlsCertificates.Load(options, TimeProvider.System, NullLogger.Instance);
        var tls = new PeerTls(certificates, options, TimeProvider.System);
        return new TlsNode(certificates, tls, await TransportNode.StartAsync(uid, transport, credentials: credentials, tls: tls));
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        _tls.Dispose();
        Certificates.Dispose();
    }
}
