using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tls.Tests;

/// <summary>Certificates are read, and read again, from files and from a store.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly ListedLog _log = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void A_pair_that_changes_is_taken_at_the_next_look()
    {
        var options = _authority.Node("node", "a.example.com");
        using var certificates = Load(options);
        var first = certificates.Current;

        certificates.Reload();
        certificates.Current.ShouldBeSameAs(first);
        _authority.Issue("node", ["b.example.com"]);
        certificates.Reload();

        Names(certificates).ShouldBe("b.example.com");
        _log.Lines.Count(line => line.Text.Contains("the files have changed", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void A_half_written_pair_is_logged_once_and_what_was_there_stays()
    {
        var options = _authority.Node("node", "a.example.com");
        using var certificates = Load(options);
        var whole = File.ReadAllText(options.Certificate!);
        var other = _authority.Issue("other", ["b.example.com"]);

        File.WriteAllText(options.Certificate!, whole[..(whole.Length / 2)]);
        certificates.Reload();
        certificates.Reload();
        Errors().ShouldHaveSingleItem().ShouldContain("holds no certificate in PEM");

        File.Copy(other.Certificate, options.Certificate!, overwrite: true);
        certificates.Reload();
        Errors()[^1].ShouldContain("has no private key that fits");
        Names(certificates).ShouldBe("a.example.com");

        File.Copy(other.Key, options.Key!, overwrite: true);
        certificates.Reload();
        Names(certificates).ShouldBe("b.example.com");
    }

    [Fact]
    public void A_file_that_is_gone_for_a_moment_changes_nothing()
    {
        var options = _authority.Node("node", "a.example.com");
        using var certificates = Load(options);
        var first = certificates.Current;
        File.Move(options.Key!, options.Key + ".away");
        certificates.Reload();
        Errors().ShouldHaveSingleItem().ShouldContain("cannot be read");

        File.Move(options.Key + ".away", options.Key!);
        certificates.Reload();

        certificates.Current.ShouldBeSameAs(first);
    }

    [Fact]
    public void A_pair_that_has_ended_does_not_take_the_place_of_one_that_holds()
    {
        var options = _authority.Node("node", "a.example.com");
        using var certificates = Load(options);
        _authority.Issue("node", ["b.example.com"], from: TimeSpan.FromDays(-2), until: TimeSpan.FromDays(-1));

        certificates.Reload();

        Names(certificates).ShouldBe("a.example.com");
        Errors().ShouldHaveSingleItem().ShouldContain("The certificate ended on");
    }

    [Fact]
    public void That_the_end_is_near_is_said_before_it_comes()
    {
        var (certificate, key) = _authority.Issue("node", ["a.example.com"], until: TimeSpan.FromDays(3));
        using var certificates = Load(new TlsOptions { Certificate = certificate, Key = key });
        certificates.Reload();
        certificates.Reload();

        _log.Lines.Where(line => line.Level == LogLevel.Warning).ShouldHaveSingleItem().Text.ShouldContain("ends soon");
    }

    [Fact]
    public void A_new_ca_is_believed_at_the_next_look()
    {
        var options = _authority.Node("node", "a.example.com");
        using var certificates = Load(options);
        using var other = new TestAuthority("other CA");

        File.AppendAllText(options.Ca!, File.ReadAllText(other.Ca));
        certificates.Reload();

        certificates.Current.Authorities!.Select(one => one.Subject).ShouldBe(["CN=test CA", "CN=other CA"]);
    }

    [Fact]
    public void A_key_may_be_encrypted_and_may_stand_with_its_certificate()
    {
        var (certificate, key) = _authority.Issue("node", ["a.example.com"]);
        using (var ecdsa = System.Security.Cryptography.ECDsa.Create())
        {
            ecdsa.ImportFromPem(File.ReadAllText(key));
            File.AppendAllText(certificate, ecdsa.ExportEncryptedPkcs8PrivateKeyPem("open sesame", new(
                System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 10_000)));
        }

        using var certificates = Load(new TlsOptions { Certificate = certificate, KeyPassword = "open sesame" });
        Names(certificates).ShouldBe("a.example.com");
        Should.Throw<TlsException>(() => Load(new TlsOptions { Certificate = certificate, KeyPassword = "open barley" }))
            .Setting.ShouldBe("key");
    }

    [Fact]
    public void A_certificate_of_the_store_is_found_by_a_name_and_replaced_by_one_that_holds_longer()
    {
        var name = $"akreg-{Path.GetFileName(_authority.Folder)}";
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser, OpenFlags.ReadWrite);
        using var young = Stored(name, TimeSpan.FromDays(90));
        using var old = Stored(name, TimeSpan.FromDays(30));
        try
        {
            store.Add(old);
            using var certificates = Load(new TlsOptions { Store = new CertificateStoreOptions { Find = name } });
            certificates.Current.Shown!.TargetCertificate.Thumbprint.ShouldBe(old.Thumbprint);

            store.Add(young);
            certificates.Reload();

            certificates.Current.Shown!.TargetCertificate.Thumbprint.ShouldBe(young.Thumbprint);
        }
        finally
        {
            store.Remove(old);
            store.Remove(young);
        }
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "missing", "certificate" }, { "no pem", "certificate" }, { "foreign key", "key" }, { "no key", "key" }, { "no ca", "ca" },
        { "not in store", "store.find" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_cannot_be_used_at_the_start_names_its_setting(string fault, string setting)
    {
        var options = _authority.Node("node", "a.example.com");
        var other = _authority.Issue("other", []);
        File.WriteAllText(_authority.PathOf("empty"), "nothing\n");
        options = fault switch
        {
            "missing" => options with { Certificate = _authority.PathOf("nowhere.pem") },
            "no pem" => options with { Certificate = _authority.PathOf("empty") },
            "foreign key" => options with { Key = other.Key },
            "no key" => options with { Key = null },
            "no ca" => options with { Ca = _authority.PathOf("empty") },
            "not in store" => options with { Certificate = null, Store = new CertificateStoreOptions { Find = "akreg-nobody-has-this" } },
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        };

        var thrown = Should.Throw<TlsException>(() => Load(options));

        thrown.Setting.ShouldBe(setting);
    }

    [Theory]
    [InlineData("a.example.com", "a.example.com", true)]
    [InlineData("A.Example.Com", "a.example.com", true)]
    [InlineData("b.example.com", "*.example.com", true)]
    [InlineData("c.b.example.com", "*.example.com", false)]
    [InlineData("example.com", "*.example.com", false)]
    [InlineData("badexample.com", "*.example.com", false)]
    public void Names_are_held_against_patterns(string name, string pattern, bool fits)
    {
        var (path, _) = _authority.Issue("named", [name]);
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);

        CertificateNames.HasNameLike(certificate, pattern).ShouldBe(fits);
    }

    [Fact]
    public void A_common_name_names_no_host()
    {
        var (path, _) = _authority.Issue("a.example.com", []);
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);

        CertificateNames.HasHost(certificate, "a.example.com").ShouldBeFalse();
        CertificateNames.HasHost(certificate, "no host at all").ShouldBeFalse();
    }

    private TlsCertificates Load(TlsOptions options) => TlsCertificates.Load(options, TimeProvider.System, _log);

    private List<string> Errors() => [.. _log.Lines.Where(line => line.Level == LogLevel.Error).Select(line => line.Text)];

    private static string Names(TlsCertificates certificates) => CertificateNames.Describe(certificates.Current.Shown!.TargetCertificate);

    private X509Certificate2 Stored(string name, TimeSpan until)
    {
        var (certificate, key) = _authority.Issue("stored", [name], until: until);
        using var pair = X509Certificate2.CreateFromPemFile(certificate, key);
        return X509CertificateLoader.LoadPkcs12(
            pair.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.PersistKeySet | X509KeyStorageFlags.Exportable);
    }
}
