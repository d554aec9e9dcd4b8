using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Akka.Registry.Tls;

/// <summary>Options of single handshakes, from what the certificates are at that moment. Any thread.</summary>
/// <remarks>
/// No session is resumed where the other side's certificate counts: each handshake asks for it anew, so that what was withdrawn from
/// the CA is not remembered.
/// </remarks>
/// <param name="certificates">What is shown and believed.</param>
/// <param name="options">How.</param>
/// <param name="time">The clock that certificates are judged by.</param>
public sealed class TlsHandshakes(TlsCertificates certificates, CertificateOptions options, TimeProvider time)
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    /// <summary>For a side that accepts.</summary>
    /// <param name="asks">Whether the other side is asked for a certificate.</param>
    /// <param name="peer">Told what it has shown.</param>
    /// <param name="isStrict">
    /// Whether a certificate that does not hold ends the handshake. Otherwise it is in <paramref name="peer"/>, and the caller must refuse:
    /// so the other side can be told why.
    /// </param>
    /// <param name="required">Whether the handshake ends without a certificate.</param>
    public SslServerAuthenticationOptions ForServer(bool asks, TlsPeer peer, bool isStrict, bool required)
    {
        var material = certificates.Current;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = material.Shown
                ?? throw new InvalidOperationException("A side that accepts needs a certificate."),
            EnabledSslProtocols = options.Protocols,
            ClientCertificateRequired = asks,
            AllowTlsResume = !asks,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = Policy(material, ClientUse),
            RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
            {
                peer.See(shown, chain, errors, TlsRole.Client);
                return !isStrict || (peer.Fault is null && !(required && shown is null));
            },
        };
    }

    /// <summary>For a side that connects. A certificate that does not hold ends the handshake: nothing is said to a stranger.</summary>
    /// <param name="host">
    /// Whom it connects to; sent as server name unless it is an address. Null when who uses the options says it, as
    /// <see cref="System.Net.Http.SocketsHttpHandler.SslOptions"/> of each request.
    /// </param>
    /// <param name="mustName">Whether the certificate must name the host.</param>
    /// <param name="peer">Told what it has shown.</param>
    public SslClientAuthenticationOptions ForClient(string? host, bool mustName, TlsPeer peer)
    {
        var material = certificates.Current;
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            ClientCertificateContext = material.Shown,
            EnabledSslProtocols = options.Protocols,
            AllowTlsResume = false,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = Policy(material, ServerUse),
            RemoteCertificateValidationCallback = (sender, shown, chain, errors) =>
            {
                peer.See(shown, chain, errors, TlsRole.Server);
                var name = host ?? ((SslStream)sender).TargetHostName;
                if (mustName && peer.Certificate is { } certificate && !CertificateNames.HasHost(certificate, name))
                    peer.Reject($"its certificate names {CertificateNames.Describe(certificate)}, not {name}");
                return peer.Certificate is not null;
            },
        };
    }

    private X509ChainPolicy Policy(TlsMaterial material, Oid use)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = time.GetUtcNow().LocalDateTime,
        };
        policy.ApplicationPolicy.Add(use);
        if (material.Authorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }
}
