using System.Security.Cryptography.X509Certificates;
using Akka.Registry.Tls;

namespace Akka.Registry.Cluster.Transport;

/// <summary>What is known of the other side of a link before its first frame.</summary>
public sealed class LinkTrust
{
    private readonly TlsPeer? _peer;
    private readonly TlsOptions _options;

    private LinkTrust(TlsPeer? peer, TlsOptions options, ReadOnlyMemory<byte> binding) =>
        (_peer, _options, Binding) = (peer, options, binding);

    /// <summary>Nothing: of a link in plain text. Whoever knows the cluster's secret is believed.</summary>
    public static LinkTrust None { get; } = new(null, new TlsOptions(), default);

    /// <summary>
    /// What ties the proof of the cluster secret to this very channel: the SHA-256 of the accepting side's certificate, which both sides
    /// know (as <c>tls-server-end-point</c> of RFC 5929, section 4, always with SHA-256); empty in plain text.
    /// </summary>
    internal ReadOnlyMemory<byte> Binding { get; }

    /// <summary>What TLS has shown.</summary>
    /// <param name="peer">The other side.</param>
    /// <param name="options">Who is believed.</param>
    /// <param name="serverCertificate">That of the side that accepted.</param>
    internal static LinkTrust Of(TlsPeer peer, TlsOptions options, X509Certificate serverCertificate) =>
        new(peer, options, serverCertificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256));

    /// <summary>Why the other side is not believed to be the node that it says it is; null when it is.</summary>
    internal string? ObjectionTo(NodeIdentity node)
    {
        if (_peer is null)
            return null;
        if (_peer.Certificate is not { } certificate)
            return _peer.Fault ?? "it shows no certificate, and a node must (tls.certificate)";
        var rule = _options.Nodes;
        var isNamed = rule.Match switch
        {
            NodeNaming.Host => CertificateNames.HasHost(certificate, node.Address.Host),
            NodeNaming.Name => CertificateNames.HasDnsName(certificate, node.Name),
            NodeNaming.Any => true,
            _ => throw new System.Diagnostics.UnreachableException($"No rule for {rule.Match}."),
        };
        if (!isNamed)
        {
            var who = rule.Match == NodeNaming.Host ? node.Address.Host : node.Name;
            return $"its certificate names {CertificateNames.Describe(certificate)}, not the node '{who}'";
        }

        return rule.Names.Count == 0 || rule.Names.Any(name => CertificateNames.HasNameLike(certificate, name))
            ? null
            : $"its certificate names {CertificateNames.Describe(certificate)}, and nothing of tls.nodes.names";
    }

    /// <summary>Why a client is not let in; null when it is.</summary>
    internal string? ObjectionToClient()
    {
        // Everybody who comes is asked, since peers must show one; where clients need not, theirs counts for nothing.
        if (_peer is null || _options.ClientCertificates == ClientCertificates.None)
            return null;
        if (_peer.Fault is { } fault)
            return fault;
        return _peer.Certificate is null && _options.ClientCertificates == ClientCertificates.Required
            ? "clients must show a certificate here (tls.client-certificates)"
            : null;
    }
}
