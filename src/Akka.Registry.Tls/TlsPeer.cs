using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Akka.Registry.Tls;

/// <summary>What the other side of one handshake has shown, and what is wrong with it.</summary>
public sealed class TlsPeer
{
    /// <summary>Its certificate; null when it has shown none, or one that does not hold.</summary>
    public X509Certificate2? Certificate { get; private set; }

    /// <summary>Why its certificate does not hold, as the end of a sentence; null when it does, or none was shown.</summary>
    public string? Fault { get; private set; }

    /// <summary>Takes what the handshake found.</summary>
    internal void See(X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors, TlsRole role)
    {
        (Certificate, Fault) = (null, null);
        if (shown is not X509Certificate2 certificate)
            return;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) || chain is null)
            Fault = chain is null ? "its certificate could not be examined" : FaultOf(chain, role);
        else
            Certificate = certificate;
    }

    /// <summary>The other side is not who it should be.</summary>
    internal void Reject(string fault) => (Certificate, Fault) = (null, fault);

    private static string FaultOf(X509Chain chain, TlsRole role)
    {
        foreach (var element in chain.ChainElements)
        {
            foreach (var status in element.ChainElementStatus)
            {
                var what = element == chain.ChainElements[0] ? "its certificate" : $"the authority '{element.Certificate.Subject}'";
                switch (status.Status)
                {
                    case X509ChainStatusFlags.NotTimeValid:
                        return $"{what} holds from {Utc(element.Certificate.NotBefore)} to {Utc(element.Certificate.NotAfter)}";
                    case X509ChainStatusFlags.NotValidForUsage:
                        return $"{what} may not be used for TLS {(role == TlsRole.Server ? "servers" : "clients")}";
                    case X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot:
                        return $"its certificate is of no authority that is believed here (issuer '{chain.ChainElements[0].Certificate.Issuer}')";
                    default:
                        continue;
                }
            }
        }

        return chain.ChainStatus.Any(status => status.Status is X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot)
            ? $"its certificate is of no authority that is believed here (issuer '{chain.ChainElements[0].Certificate.Issuer}')"
            : $"its certificate does not hold ({string.Join(", ", chain.ChainStatus.Select(status => status.Status))})";
    }

    private static string Utc(DateTime time) => $"{time.ToUniversalTime():yyyy-MM-dd HH:mm}Z";
}

/// <summary>What the other side is in a handshake.</summary>
internal enum TlsRole
{
    /// <summary>It was connected to.</summary>
    Server,

    /// <summary>It has connected.</summary>
    Client,
}
