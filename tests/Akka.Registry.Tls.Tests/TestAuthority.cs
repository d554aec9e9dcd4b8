using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Akka.Registry.Tls.Tests;

/// <summary>A CA with a folder of PEM files, that ends with the test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly X509Certificate2 _root;

    public TestAuthority(string name = "test CA")
    {
        Folder = Directory.CreateTempSubdirectory("akreg-tls-").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _root = request.CreateSelfSigned(Now.AddDays(-400), Now.AddDays(400));
        Ca = PathOf("ca.pem");
        File.WriteAllText(Ca, _root.ExportCertificatePem() + "\n");
    }

    public string Folder { get; }

    /// <summary>The file of the CA's certificate.</summary>
    public string Ca { get; }

    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Writes <c>NAME.pem</c> and <c>NAME.key</c>.</summary>
    /// <param name="name">The common name, and the files'.</param>
    /// <param name="names">DNS names and addresses.</param>
    /// <param name="from">From when it holds, from now.</param>
    /// <param name="until">Until when it holds, from now.</param>
    /// <param name="use">The object identifier of its only use; null for both servers and clients.</param>
    public (string Certificate, string Key) Issue(
        string name, string[] names, TimeSpan? from = null, TimeSpan? until = null, string? use = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        OidCollection uses = use is null ? [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")] : [new Oid(use)];
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, false));
        if (names.Length > 0)
        {
            var san = new SubjectAlternativeNameBuilder();
            foreach (var one in names)
            {
                if (IPAddress.TryParse(one, out var address))
                    san.AddIpAddress(address);
                else
                    san.AddDnsName(one);
            }

            request.CertificateExtensions.Add(san.Build());
        }

        using var issued = request.Create(
            _root, Now + (from ?? TimeSpan.FromDays(-1)), Now + (until ?? TimeSpan.FromDays(90)), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(PathOf($"{name}.pem"), issued.ExportCertificatePem() + "\n");
        return (PathOf($"{name}.pem"), PathOf($"{name}.key"));
    }

    /// <summary>Settings of a node with a certificate of these names.</summary>
    public TlsOptions Node(string name, params string[] names)
    {
        var (certificate, key) = Issue(name, names);
        return new TlsOptions { Enabled = true, Certificate = certificate, Key = key, Ca = Ca };
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
