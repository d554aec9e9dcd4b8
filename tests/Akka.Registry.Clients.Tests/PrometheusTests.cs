using System.Net;
using System.Text.Json;
using Akka.Registry.Clients.Harness;

namespace Akka.Registry.Clients;

/// <summary>Debian's Prometheus, which finds its targets by Eureka, DNS and HTTP beside each other; it is built without Consul's.</summary>
public sealed class PrometheusTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("akreg-prometheus-").FullName;

    [ClientTheory("prometheus", "unshare", "root")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task It_finds_what_every_door_registers_over_a_nodes_restart(int nodes)
    {
        // Prometheus asks the system's resolvers, at port 53: addresses of loopback that are this run's alone.
        var octet = Environment.ProcessId % 250;
        using var cluster = await ClientCluster.StartAsync(nodes, i => new IPEndPoint(new IPAddress([127, 83, (byte)octet, (byte)(i + 1)]), 53));
        await cluster.RegisterWithEurekaAsync("WEB", "web-1", 9301);
        var port = NodeProcess.FreePort();
        using var prometheus = Start(port, cluster);
        var api = new Uri($"http://127.0.0.1:{port}/api/v1/targets?state=active");

        await FindsAsync("what was there before", "9301:UP", "9301", "9301:passing");
        await cluster.RegisterAsync("web", "web-2", 9302);
        await FindsAsync("one that comes", "9301:UP 9302:UP", "9301 9302", "9301:passing 9302:passing");
        await cluster.ReportAsync("web", "web-2", "critical");
        await FindsAsync("one that fails", "9301:UP 9302:DOWN", "9301", "9301:passing 9302:critical");

        await cluster.RestartReaderAsync();
        if (nodes == 1)
            await cluster.RegisterWithEurekaAsync("WEB", "web-1", 9301);
        await cluster.RegisterAsync("web", "web-2", 9302);
        await FindsAsync("one that passes again after the restart", "9301:UP 9302:UP", "9301 9302", "9301:passing 9302:passing");
        await cluster.DeregisterAsync("web", "web-1");
        await FindsAsync("one that goes", "9302:UP", "9302", "9302:passing");

        Task FindsAsync(string what, string byEureka, string byDns, string byHttp) =>
            Wait.UntilAsync($"{what}: {byEureka} / {byDns} / {byHttp}", TimeSpan.FromSeconds(45), async () =>
            {
                if (await cluster.GetAsync(api) is not { } body)
                    return false;
                var targets = JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("activeTargets");
                return TargetsOf(targets, "eureka", "__meta_eureka_app_instance_status") == byEureka
                    && TargetsOf(targets, "dns", null) == byDns
                    && TargetsOf(targets, "http", "__meta_akka_registry_status") == byHttp;
            }, () => prometheus.Log);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The ports of the targets that a job has, each with a label's value.</summary>
    private static string TargetsOf(JsonElement targets, string job, string? label) => string.Join(' ',
        from target in targets.EnumerateArray()
        where target.GetProperty("scrapePool").GetString() == job
        let labels = target.GetProperty("discoveredLabels")
        let port = labels.GetProperty("__address__").GetString()!.Split(':')[^1]
        let shown = label is null ? port : $"{port}:{labels.GetProperty(label)}"
        orderby shown
        select shown);

    private ClientProcess Start(int port, ClientCluster cluster)
    {
        var reader = cluster.Reader.Api.Url;
        var resolvers = Write("resolv.conf", $"nameserver {cluster.Dns.First().Address}\noptions timeout:1 attempts:1\n");
        var configuration = Write("prometheus.yml",
            $"""
            global:
              scrape_interval: 1h
            scrape_configs:
              - job_name: eureka
                eureka_sd_configs:
                  - server: {reader}eureka
                    refresh_interval: 1s
              - job_name: dns
                dns_sd_configs:
                  - names: [_web._tcp.service.consul]
                    type: SRV
                    refresh_interval: 1s
              - job_name: http
                http_sd_configs:
                  - url: {reader}api/v1/prometheus/targets?service=web
                    refresh_interval: 1s

            """);
        // The resolver's file is another one for this process alone, in a mount namespace of its own; the shell becomes Prometheus.
        var command = $"mount --bind '{resolvers}' /etc/resolv.conf && exec prometheus --config.file='{configuration}' "
            + $"--storage.tsdb.path='{Path.Combine(_folder, "data")}' --web.listen-address=127.0.0.1:{port} --log.level=warn";
        return ClientProcess.Start("unshare", "--mount", "sh", "-c", command);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
