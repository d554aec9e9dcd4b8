using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Akka.Registry.Tls;

/// <summary>What was read at one moment: the certificate to show, and the authorities to believe. Immutable; any thread.</summary>
public sealed class TlsMaterial
{
    internal TlsMaterial(SslStreamCertificateContext? shown, X509Certificate2Collection? authorities, string revision)
    {
        Shown = shown;
        Authorities = authorities;
        Revision = revision;
    }

    /// <summary>The certificate to show, with its key and those between it and the CA; null when there is none.</summary>
    public SslStreamCertificateContext? Shown { get; }

    /// <summary>Who is believed; null: whom the machine believes.</summary>
    public X509Certificate2Collection? Authorities { get; }

    /// <summary>When the certificate that is shown ends; null when there is none.</summary>
    public DateTimeOffset? NotAfter => Shown is { TargetCertificate: var leaf } ? new DateTimeOffset(leaf.NotAfter) : null;

    /// <summary>Equal for what was read from equal bytes.</summary>
    internal string Revision { get; }

    /// <summary>The certificate for people: its subject and its end.</summary>
    public override string ToString() =>
        Shown is { TargetCertificate: var leaf } ? $"{leaf.Subject}, until {leaf.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm}Z" : "no certificate";
}
