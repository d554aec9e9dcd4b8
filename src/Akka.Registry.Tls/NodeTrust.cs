using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Akka.Registry.Tls;

/// <summary>Whether a certificate that was shown elsewhere than in a handshake is a node's, by the rules of the cluster port. Any thread.</summary>
/// <param name="certificates">Who is believed.</param>
/// <param name="rule">What makes a certificate a node's.</param>
public sealed class NodeTrust(TlsCertificates certificates, NodeCertificateOptions rule)
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    /// <summary>What a node is called by the rule: its advertised host, or its name.</summary>
    public string SubjectOf(string host, string name) => rule.Match == NodeNaming.Name ? name : host;

    /// <summary>Whether it is of an authority that is believed, and names the node.</summary>
    /// <remarks>
    /// Whether it has ended is not asked: what was signed with its key before stays signed. Who connects is asked in the handshake.
    /// </remarks>
    /// <param name="certificate">The certificate.</param>
    /// <param name="between">What stands between it and the authority; more than is needed does no harm.</param>
    /// <param name="subject">The node, as <see cref="SubjectOf"/> has it.</param>
    public bool IsNode(X509Certificate2 certificate, X509Certificate2Collection between, string subject)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(subject);
        var isNamed = rule.Match switch
        {
            NodeNaming.Host => CertificateNames.HasHost(certificate, subject),
            NodeNaming.Name => CertificateNames.HasDnsName(certificate, subject),
            _ => false,         // Of a certificate that names nobody, nobody can say whose it is.
        };
        if (!isNamed || (rule.Names.Count > 0 && !rule.Names.Any(name => CertificateNames.HasNameLike(certificate, name))))
            return false;
        using var chain = new X509Chain { ChainPolicy = Policy(between) };
        try
        {
            return chain.Build(certificate);
        }
        catch (CryptographicException)
        {
            return false;       // So malformed that no chain can be tried.
        }
    }

    private X509ChainPolicy Policy(X509Certificate2Collection between)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
        };
        policy.ApplicationPolicy.Add(ServerUse);
        policy.ApplicationPolicy.Add(ClientUse);
        policy.ExtraStore.AddRange(between);
        if (certificates.Current.Authorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }
}
