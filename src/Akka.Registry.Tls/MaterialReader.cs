using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Akka.Registry.Tls;

/// <summary>Reads certificates from where the options say.</summary>
internal static class MaterialReader
{
    /// <summary>Larger than any chain; what is larger is none.</summary>
    private const long FileBytesMax = 1024 * 1024;

    /// <summary>Reads everything, unless it is what was read before.</summary>
    /// <param name="options">Where.</param>
    /// <param name="before">The revision that was seen last.</param>
    /// <returns>What was read; null when nothing has changed.</returns>
    /// <exception cref="TlsException">It cannot be read, or does not fit together.</exception>
    public static TlsMaterial? Read(CertificateOptions options, ref string before)
    {
        var certificate = ReadFile(options.Certificate, "certificate");
        var key = ReadFile(options.Key, "key");
        var authorities = ReadFile(options.Ca, "ca");
        var stored = options.Certificate is null && options.Store.Find.Length > 0 ? Find(options.Store) : null;
        var revision = $"{Digest(certificate)} {Digest(key)} {Digest(authorities)} {stored?.Thumbprint}";
        if (revision == before)
        {
            stored?.Dispose();
            return null;
        }

        before = revision;
        var shown = certificate is not null ? OfFiles(options, certificate, key) : stored is not null ? OfStore(stored) : null;
        return new TlsMaterial(shown, authorities is null ? null : Authorities(options, authorities), revision);
    }

    private static string? ReadFile(string? path, string setting)
    {
        if (path is null)
            return null;
        try
        {
            return new FileInfo(path).Length <= FileBytesMax
                ? File.ReadAllText(path)
                : throw new TlsException(setting, $"{path} is larger than {FileBytesMax} bytes: it is no PEM file of certificates.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new TlsException(setting, $"{path} cannot be read: {failure.Message}", failure);
        }
    }

    private static string Digest(string? text) =>
        text is null ? "-" : Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static SslStreamCertificateContext OfFiles(CertificateOptions options, string certificate, string? key)
    {
        var chain = Parse(certificate, options.Certificate!, "certificate");
        if (chain.Count == 0)
            throw new TlsException("certificate", $"{options.Certificate} holds no certificate in PEM (-----BEGIN CERTIFICATE-----).");
        try
        {
            var leaf = options.KeyPassword is { } password
                ? X509Certificate2.CreateFromEncryptedPem(certificate, key ?? certificate, password)
                : X509Certificate2.CreateFromPem(certificate, key ?? certificate);
            chain[0].Dispose();
            chain.RemoveAt(0);
            return Context(leaf, chain);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new TlsException(
                "key", $"{options.Key ?? options.Certificate} has no private key that fits {options.Certificate}: {failure.Message}", failure);
        }
    }

    private static SslStreamCertificateContext OfStore(X509Certificate2 stored)
    {
        try
        {
            return Context(stored, []);
        }
        catch (CryptographicException failure)
        {
            throw new TlsException("store.find", $"The certificate {stored.Subject} of the store cannot be used: {failure.Message}", failure);
        }
    }

    private static X509Certificate2Collection Authorities(CertificateOptions options, string text)
    {
        var authorities = Parse(text, options.Ca!, "ca");
        return authorities.Count > 0
            ? authorities
            : throw new TlsException("ca", $"{options.Ca} holds no certificate in PEM (-----BEGIN CERTIFICATE-----).");
    }

    private static X509Certificate2Collection Parse(string text, string path, string setting)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
            return certificates;
        }
        catch (CryptographicException failure)
        {
            throw new TlsException(setting, $"{path} holds a certificate that cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Offline: what lies between must come with the certificate, and nothing is fetched for a handshake.</summary>
    private static SslStreamCertificateContext Context(X509Certificate2 leaf, X509Certificate2Collection between)
    {
        // Schannel takes no key that was never in a store; a round through PKCS#12 gives it one.
        if (OperatingSystem.IsWindows())
        {
            using var fleeting = leaf;
            leaf = X509CertificateLoader.LoadPkcs12(fleeting.Export(X509ContentType.Pkcs12), password: null);
        }

        return SslStreamCertificateContext.Create(leaf, between, offline: true);
    }

    private static X509Certificate2 Find(CertificateStoreOptions options)
    {
        try
        {
            using var store = new X509Store(options.Name, options.Location, OpenFlags.ReadOnly);
            X509Certificate2? best = null;
            foreach (var candidate in store.Certificates)
            {
                if (candidate.HasPrivateKey && Bears(candidate, options.Find) && (best is null || candidate.NotAfter > best.NotAfter))
                    (best, var worse) = (candidate, best);
                else
                    candidate.Dispose();
            }

            return best ?? throw new TlsException(
                "store.find", $"The store {options.Location}/{options.Name} has no certificate '{options.Find}' with a private key.");
        }
        catch (CryptographicException failure)
        {
            throw new TlsException("store", $"The store {options.Location}/{options.Name} cannot be read: {failure.Message}", failure);
        }
    }

    private static bool Bears(X509Certificate2 certificate, string name) =>
        name.Equals(certificate.Thumbprint, StringComparison.OrdinalIgnoreCase)
        || name.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), StringComparison.OrdinalIgnoreCase)
        || name.Equals(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), StringComparison.OrdinalIgnoreCase)
        || CertificateNames.HasDnsName(certificate, name);
}
