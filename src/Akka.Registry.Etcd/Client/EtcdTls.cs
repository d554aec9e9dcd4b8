using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Akka.Registry.Etcd.Client;

/// <summary>What TLS needs to know: whom to trust, and who this is.</summary>
internal sealed class EtcdTls : IDisposable
{
    private readonly X509Certificate2Collection _authorities = [];
    private readonly X509Certificate2? _certificate;

    /// <exception cref="ArgumentException">A file cannot be read, or holds no certificate; the message names the setting.</exception>
    public EtcdTls(EtcdTlsOptions options)
    {
        if (options.CaFile.Length > 0)
            Read("etcd.tls.ca-file", options.CaFile, () => _authorities.ImportFromPemFile(options.CaFile));
        if (options.CertificateFile.Length > 0)
        {
            Read("etcd.tls.certificate-file", options.CertificateFile, () => { });
            Read("etcd.tls.key-file", options.KeyFile, () => { });
            _certificate = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);
        }
    }

    public SslClientAuthenticationOptions Options(string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (_authorities.Count > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(_authorities);
        }

        if (_certificate is not null)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true);
        return options;
    }

    public void Dispose()
    {
        _certificate?.Dispose();
        foreach (var authority in _authorities)
            authority.Dispose();
    }

    private static void Read(string setting, string file, Action read)
    {
        try
        {
            using (File.OpenRead(file))
                read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new ArgumentException($"'{setting}' names {file}, which cannot be read: {e.Message}", nameof(file), e);
        }
    }
}
