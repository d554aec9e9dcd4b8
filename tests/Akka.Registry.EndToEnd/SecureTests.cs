using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Akka.Registry.Client;
using Akka.Registry.Client.Registrar;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.Tls;

namespace Akka.Registry.EndToEnd;

/// <summary>hocon/secure.conf with what deploy/make-ca.sh makes: TLS everywhere, mutual, with a secret, as processes of their own.</summary>
public sealed class SecureTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("akreg-secure-");
    private readonly List<DotnetProcess> _processes = [];
    private readonly int[] _http = [.. Enumerable.Range(0, 4).Select(_ => LoopbackPort.Hold())];
    private readonly int[] _cluster = [.. Enumerable.Range(0, 4).Select(_ => LoopbackPort.Hold())];

    private string Folder => _folder.FullName;

    public void Dispose()
    {
        foreach (var process in _processes)
            process.Dispose();
        _folder.Delete(recursive: true);
    }

    [SecureFact]
    public async Task Three_nodes_of_the_secure_settings_serve_who_has_a_certificate_and_nobody_else()
    {
        await MakeAsync(Folder);
        for (var i = 1; i <= 3; i++)
            Start(i, Folder);
        using var http = Http();
        await ReadyAsync(http, 3);

        // curl, as the file says.
        var url = $"https://127.0.0.1:{_http[0]}/api/v1/cluster";
        string[] believing = ["--cacert", $"{Folder}/ca.pem"];
        string[] showing = ["--cert", $"{Folder}/client.pem", "--key", $"{Folder}/client.key"];
        (await CurlAsync([.. believing, .. showing, url])).Output.ShouldContain("\"state\":\"up\"");
        (await CurlAsync([.. believing, url])).Code.ShouldNotBe(0, "no certificate");
        (await CurlAsync([.. showing, url])).Code.ShouldBe(60, "curl does not know the CA");
        (await CurlAsync([$"http://127.0.0.1:{_http[0]}/"])).Output.ShouldContain("This port speaks TLS");

        // A client's session, and its entry at another node.
        var options = new RegistryClientOptions
        {
            Nodes = [$"127.0.0.1:{_cluster[0]}"],
            Tls = new ClientTlsOptions
            {
                Enabled = true, Ca = $"{Folder}/ca.pem", Certificate = $"{Folder}/client.pem", Key = $"{Folder}/client.key",
            },
        };
        await using var client = RegistryClient.Start(options, new Random(1));
        var registered = client.Registrar.Register(new ServiceRegistration { Service = "orders", Id = "a", Address = "10.0.0.7", Port = 80 });
        await registered.WaitAsync().WaitAsync(Patience);
        await Wait.UntilAsync("the entry is at node-3", Patience, async () =>
            await StatusAsync(http, 3, "/api/v1/services/orders/instances/a") == HttpStatusCode.OK, Logs);

        // Certificates are renewed under way: the session stays, and who asks anew is shown the new one.
        await MakeAsync(Folder, "node", "node-1", "127.0.0.1", "renewed.example.com");
        await Wait.UntilAsync("node-1 has taken the new pair", Patience, () =>
            Task.FromResult(_processes[0].Log.Contains("the files have changed", StringComparison.Ordinal)), Logs);
        using var later = Http(out var seen);
        (await StatusAsync(later, 1, "/readyz")).ShouldBe(HttpStatusCode.OK);
        seen().ShouldContain("renewed.example.com");
        (client.Status.IsConnected, client.Status.Failures).ShouldBe((true, 0));

        // A node of another CA, who knows the secret even.
        var other = Directory.CreateDirectory(Path.Combine(Folder, "other")).FullName;
        await MakeAsync(other);
        File.Copy($"{other}/node-3.pem", $"{other}/node-4.pem");
        File.Copy($"{other}/node-3.key", $"{other}/node-4.key");
        Start(4, other);
        await Wait.UntilAsync("the nodes refuse it", Patience, () => Task.FromResult(_processes.Take(3).Any(node =>
            node.Log.Contains("its certificate is of no authority that is believed here", StringComparison.Ordinal)
            || node.Log.Contains("the other side broke off", StringComparison.Ordinal))
            || _processes[3].Log.Contains("its certificate is of no authority that is believed here", StringComparison.Ordinal)), Logs);
        using var document = System.Text.Json.JsonDocument.Parse(await http.GetStringAsync(new Uri(url)));
        document.RootElement.GetProperty("members").GetArrayLength().ShouldBe(3);
    }

    private void Start(int number, string folder)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AKREG_NODE"] = $"{number}", ["AKREG_TLS"] = folder, ["AKREG_CLUSTER_SECRET"] = "0123456789abcdef0123456789abcdef",
        };
        // Other ports than the file's, and a quicker look at the files.
        _processes.Add(DotnetProcess.StartWith(
            $"node-{number}", "src/Akka.Registry.Server", environment,
            "--config", Path.Combine(SourceRoot.Path, "hocon", "secure.conf"),
            $"--http.urls=https://127.0.0.1:{_http[number - 1]}",
            $"--transport.port={_cluster[number - 1]}",
            $"--cluster.seed-nodes={string.Join(',', _cluster.Take(3).Select(port => $"127.0.0.1:{port}"))}",
            "--dns.listen=127.0.0.1:0",
            "--tls.reload-interval=200ms"));
    }

    private async Task ReadyAsync(HttpClient http, int nodes)
    {
        for (var i = 1; i <= nodes; i++)
        {
            var number = i;
            await Wait.UntilAsync($"node-{i} is ready", Patience, async () => await StatusAsync(http, number, "/readyz") == HttpStatusCode.OK, Logs);
        }

        await Wait.UntilAsync("all are members", Patience, async () =>
        {
            using var document = System.Text.Json.JsonDocument.Parse(
                await http.GetStringAsync(new Uri($"https://127.0.0.1:{_http[0]}/api/v1/cluster")));
            return document.RootElement.GetProperty("members").EnumerateArray().Count(x => x.GetProperty("state").GetString() == "up") == nodes;
        }, Logs);
    }

    private async Task<HttpStatusCode?> StatusAsync(HttpClient http, int node, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"https://127.0.0.1:{_http[node - 1]}{path}"));
            return answer.StatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private HttpClient Http() => Http(out _);

    private HttpClient Http(out Func<string> seen)
    {
        var names = "";
        seen = () => names;
        var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile($"{Folder}/client.pem", $"{Folder}/client.key")];
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile($"{Folder}/ca.pem");
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
        {
            names = CertificateNames.Describe((X509Certificate2)shown!);
            return errors == System.Net.Security.SslPolicyErrors.None;
        };
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
    }

    private string Logs() => string.Join('\n', _processes.Select(process => $"{process.Name}:\n{process.Log}"));

    private static Task<string[]> MakeAsync(string folder, params string[] more) =>
        ScriptTests.RunAsync("deploy/make-ca.sh", new Dictionary<string, string>(StringComparer.Ordinal), [folder, .. more]);

    private static async Task<(int Code, string Output)> CurlAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("curl") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])["--silent", "--show-error", "--max-time", "30", .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}

/// <summary>A test that needs openssl and curl.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SecureFactAttribute : FactAttribute
{
    public SecureFactAttribute()
    {
        foreach (var tool in (string[])["openssl", "curl"])
        {
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, tool))))
                Skip = $"{tool} is not installed.";
        }
    }
}
