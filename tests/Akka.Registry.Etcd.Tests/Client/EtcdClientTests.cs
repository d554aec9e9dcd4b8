using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Tests.Harness;
using Akka.Registry.Etcd.Wire;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Tests.Client;

/// <summary>The client, asked by the way, with a real etcd.</summary>
public class EtcdClientTests
{
    [EtcdFact]
    public async Task Everything_is_read_a_page_at_a_time_and_at_one_revision()
    {
        using var etcd = await TestEtcd.StartAsync();
        using var client = new EtcdClient(new EtcdOptions { Endpoints = etcd.Endpoints }, TimeProvider.System);
        var put = new TxnRequest();
        for (var i = 0; i < 57; i++)
            put.Success.Add(Put($"/many/{i:00}", "x"));
        var revision = (await client.TxnAsync(put, default)).Header.Revision;
        var (keys, at) = await EtcdListing.ReadAsync(client, "/many/", 0, 10, default);
        keys.Select(pair => pair.Key.ToStringUtf8()).ShouldBe(Enumerable.Range(0, 57).Select(i => $"/many/{i:00}"));
        at.ShouldBe(revision);
    }

    [EtcdFact]
    public async Task The_next_member_is_asked_when_one_is_gone_or_stands_still()
    {
        using var etcd = await TestEtcd.StartAsync(3);
        var options = new EtcdOptions { Endpoints = etcd.Endpoints, AttemptTimeout = TimeSpan.FromSeconds(2) };
        using var client = new EtcdClient(options, TimeProvider.System);
        await Write(client, "1");
        client.Current.ShouldBe(etcd.Members[0].Url);
        etcd.Members[0].Pause();
        await Wait.UntilAsync("it is written", async () => await TryWrite(client, "2"));
        client.Current.ShouldNotBe(etcd.Members[0].Url);
        etcd.Members[0].Resume();
        var used = etcd.Endpoints.ToList().IndexOf(client.Current);
        etcd.Members[used].Kill();
        await Wait.UntilAsync("it is written", async () => await TryWrite(client, "3"));
        client.Current.ShouldNotBe(etcd.Members[used].Url);
        (await etcd.CtlAsync("get", "/k", "--print-value-only")).Trim().ShouldBe("3");
    }

    [EtcdFact]
    public async Task A_watch_of_a_member_that_stands_still_is_lost_and_says_so()
    {
        using var etcd = await TestEtcd.StartAsync();
        using var client = new EtcdClient(new EtcdOptions { Endpoints = etcd.Endpoints }, TimeProvider.System);
        using var watch = await EtcdWatch.OpenAsync(client, [("/a/", 1), ("/b", 1)], TimeSpan.FromSeconds(3), TimeProvider.System, default);
        await etcd.CtlAsync("put", "/b", "1");
        await etcd.CtlAsync("put", "/a/1", "2");
        await etcd.CtlAsync("put", "/c", "3");
        var seen = new List<string>();
        while (seen.Count < 2)
        {
            var (range, answer) = await watch.NextAsync(default);
            seen.AddRange(answer.Events.Select(change => $"{range} {change.Kv.Key.ToStringUtf8()}"));
        }

        seen.ShouldBe(["1 /b", "0 /a/1"], ignoreOrder: true);
        // In peace it is asked for signs of life, and gives them.
        for (var i = 0; i < 2; i++)
            (await watch.NextAsync(default)).Answer.Events.ShouldBeEmpty();
        etcd.Members[0].Pause();
        var lost = await Should.ThrowAsync<EtcdException>(async () =>
        {
            while (true)
                await watch.NextAsync(default);
        });
        (lost.Error, lost.Message).ShouldBe((EtcdError.Unavailable, $"{etcd.Members[0].Url} was silent for 3 s."));
    }

    [EtcdFact]
    public async Task A_user_signs_in_again_when_its_token_ends_and_is_told_what_it_may_not()
    {
        using var etcd = await TestEtcd.StartAsync(1, "--auth-token", "simple", "--auth-token-ttl", "1");
        await etcd.CtlAsync("user", "add", "root:rootpass");
        await etcd.CtlAsync("user", "grant-role", "root", "root");
        await etcd.CtlAsync("role", "add", "registry");
        await etcd.CtlAsync("role", "grant-permission", "registry", "--prefix=true", "readwrite", "/k");
        await etcd.CtlAsync("role", "grant-permission", "registry", "--prefix=true", "read", "/other");
        await etcd.CtlAsync("user", "add", "registry:secret");
        await etcd.CtlAsync("user", "grant-role", "registry", "registry");
        await etcd.CtlAsync("auth", "enable");
        var options = new EtcdOptions { Endpoints = etcd.Endpoints, User = "registry", Password = "secret" };
        using var client = new EtcdClient(options, TimeProvider.System);
        await Write(client, "1");
        await Wait.PassAsync(TimeSpan.FromSeconds(3)); // The token has ended.
        await Write(client, "2");
        (await Should.ThrowAsync<EtcdException>(Write(client, "3", "/other/k"))).Error.ShouldBe(EtcdError.Denied);
        (await Should.ThrowAsync<EtcdException>(Write(client, "3", "/registry/k"))).Error.ShouldBe(EtcdError.Denied);

        using var stranger = new EtcdClient(options with { Password = "wrong" }, TimeProvider.System);
        (await Should.ThrowAsync<EtcdException>(Write(stranger, "4"))).Error.ShouldBe(EtcdError.Unauthenticated);
        using var nobody = new EtcdClient(options with { User = "", Password = null }, TimeProvider.System);
        (await Should.ThrowAsync<EtcdException>(Write(nobody, "4"))).Error.ShouldBe(EtcdError.Unauthenticated);
    }

    [EtcdFact]
    public async Task Both_sides_show_certificates_and_trust_no_others()
    {
        using var pki = new Certificates();
        using var etcd = await TestEtcd.StartAsync(
            1, "https", ["--cacert", pki.Authority, "--cert", pki.Certificate, "--key", pki.Key],
            ["--cert-file", pki.Certificate, "--key-file", pki.Key, "--trusted-ca-file", pki.Authority, "--client-cert-auth"]);
        var tls = new EtcdTlsOptions { CaFile = pki.Authority, CertificateFile = pki.Certificate, KeyFile = pki.Key };
        var options = new EtcdOptions { Endpoints = etcd.Endpoints, Tls = tls };
        using var client = new EtcdClient(options, TimeProvider.System);
        await Write(client, "1");
        using var unknown = new EtcdClient(options with { Tls = tls with { CertificateFile = "", KeyFile = "" } }, TimeProvider.System);
        (await Should.ThrowAsync<EtcdException>(Write(unknown, "2"))).Error.ShouldBe(EtcdError.Unavailable);
        using var wary = new EtcdClient(options with { Tls = tls with { CaFile = "" } }, TimeProvider.System);
        (await Should.ThrowAsync<EtcdException>(Write(wary, "2"))).Message.ShouldContain("certificate", Case.Insensitive);
        Should.Throw<ArgumentException>(() => EtcdEngine.With(options with { Tls = tls with { CaFile = "/nowhere.pem" } }))
            .Message.ShouldContain("etcd.tls.ca-file");
        Should.Throw<ArgumentException>(() => EtcdEngine.With(options with { Tls = tls with { KeyFile = "" } }))
            .Message.ShouldContain("etcd.tls.key-file");
    }

    private static async Task<bool> TryWrite(EtcdClient client, string value)
    {
        try
        {
            await Write(client, value);
            return true;
        }
        catch (EtcdException e) when (e.Error == EtcdError.Unavailable)
        {
            return false; // While a leader is chosen.
        }
    }

    private static async Task Write(EtcdClient client, string value, string key = "/k")
    {
        var request = new TxnRequest();
        request.Success.Add(Put(key, value));
        await client.TxnAsync(request, default);
    }

    private static RequestOp Put(string key, string value) =>
        new() { RequestPut = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) } };

    /// <summary>An authority, and one certificate of it for both sides, as PEM files.</summary>
    private sealed class Certificates : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("akreg-pki-").FullName;

        public Certificates()
        {
            var now = DateTimeOffset.UtcNow;
            using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var authorityRequest = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
            authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            using var authority = authorityRequest.CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=registry", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
            using var certificate = request.Create(authority, now.AddMinutes(-5), now.AddMinutes(50), [1, 2, 3]);
            File.WriteAllText(Authority, authority.ExportCertificatePem());
            File.WriteAllText(Certificate, certificate.ExportCertificatePem());
            File.WriteAllText(Key, key.ExportECPrivateKeyPem());
        }

        public string Authority => Path.Combine(_folder, "ca.pem");

        public string Certificate => Path.Combine(_folder, "cert.pem");

        public string Key => Path.Combine(_folder, "key.pem");

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
