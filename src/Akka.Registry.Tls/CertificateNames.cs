using System.Security.Cryptography.X509Certificates;

namespace Akka.Registry.Tls;

/// <summary>What a certificate names, by its subject alternative names alone: a common name is for people (RFC 9525, section 2).</summary>
public static class CertificateNames
{
    /// <summary>Whether the certificate names the host: a DNS name, wildcards heeded, or an IP address.</summary>
    public static bool HasHost(X509Certificate2 certificate, string host)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        try
        {
            return certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false);
        }
        catch (ArgumentException)
        {
            return false;   // What is no host name is named by nobody.
        }
    }

    /// <summary>Whether the certificate bears exactly that DNS name, whatever its case.</summary>
    public static bool HasDnsName(X509Certificate2 certificate, string name) =>
        DnsNames(certificate).Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether one of the certificate's DNS names is the pattern, or below it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="pattern">A name, or <c>*.</c> and a name: then any name right below that one.</param>
    public static bool HasNameLike(X509Certificate2 certificate, string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (!pattern.StartsWith("*.", StringComparison.Ordinal))
            return HasDnsName(certificate, pattern);
        var parent = pattern[1..];
        return DnsNames(certificate).Any(name =>
            name.EndsWith(parent, StringComparison.OrdinalIgnoreCase)
            && name.Length > parent.Length && name.IndexOf('.', StringComparison.Ordinal) == name.Length - parent.Length);
    }

    /// <summary>The names and addresses, for people; <c>nothing</c> when there are none.</summary>
    public static string Describe(X509Certificate2 certificate)
    {
        var names = DnsNames(certificate).Concat(Extension(certificate)?.EnumerateIPAddresses().Select(address => $"{address}") ?? []);
        return names.Take(8).ToList() is { Count: > 0 } some ? string.Join(", ", some) : "nothing";
    }

    private static IEnumerable<string> DnsNames(X509Certificate2 certificate) => Extension(certificate)?.EnumerateDnsNames() ?? [];

    private static X509SubjectAlternativeNameExtension? Extension(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
}
