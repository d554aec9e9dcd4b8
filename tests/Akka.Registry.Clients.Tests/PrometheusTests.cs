using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akka.Registry.Clients.Harness;

namespace Akka.Registry.Clients;

/// <summary>Debian's Prometheus, which finds its targets by Eureka, DNS and HTTP beside each other; it is built without Consul's.</summary>
public sealed partial class PrometheusTests : IDisposable
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
        var port = LoopbackPort.Hold();
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

    /// <summary>It scrapes the nodes themselves, by the file that is deployed; what they count rises there, and its rules are evaluated.</summary>
    [ClientTheory("prometheus")]
    [InlineData(2)]
    public async Task It_scrapes_the_nodes_and_sees_their_counters_rise(int nodes)
    {
        using var cluster = await ClientCluster.StartAsync(nodes);
        var targets = string.Join(", ", cluster.Nodes.Select(node => $"\"127.0.0.1:{node.HttpPort}\""));
        var deployed = Path.Combine(SourceRoot.Path, "deploy/observability");
        var configuration = await File.ReadAllTextAsync(Path.Combine(deployed, "prometheus.yml"));
        configuration = TargetsRegex().Replace(configuration, $"targets: [{targets}]")
            .Replace("scrape_interval: 5s", "scrape_interval: 1s", StringComparison.Ordinal)
            .Replace("evaluation_interval: 15s", "evaluation_interval: 1s", StringComparison.Ordinal);
        File.Copy(Path.Combine(deployed, "alerts.yml"), Path.Combine(_folder, "alerts.yml"));
        var port = LoopbackPort.Hold();
        using var prometheus = ClientProcess.Start(
            "prometheus", $"--config.file={Write("prometheus.yml", configuration)}", $"--storage.tsdb.path={Path.Combine(_folder, "data")}",
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn");

        await SaysAsync("every target is up", "sum(up{job=\"akka-registry\"})", value => value == nodes);
        await SaysAsync("every node is ready", "sum(akka_registry_node_ready)", value => value == nodes);
        for (var i = 0; i < 3; i++)
            await cluster.RegisterAsync("scraped", $"scraped-{i}", 9300 + i);
        await SaysAsync("three registrations", "sum(akka_registry_registrations_total)", value => value == 3);
        await SaysAsync("what the others confirmed", "sum(akka_registry_replication_delay_seconds_count)", value => value >= 1);
        await cluster.RegisterAsync("scraped", "scraped-3", 9303);
        await SaysAsync("one more", "sum(akka_registry_registrations_total)", value => value == 4);
        await SaysAsync("and the growth", "sum(increase(akka_registry_registrations_total[1m]))", value => value > 0);
        (await ValueAsync("count(ALERTS{alertstate=\"firing\"})")).ShouldBeNull("nothing is wrong");
        (await cluster.GetAsync(new Uri($"http://127.0.0.1:{port}/api/v1/rules")))!.ShouldContain("AkkaRegistryNodeGone");

        Task SaysAsync(string what, string query, Predicate<double> isSo) => Wait.UntilAsync(
            what, TimeSpan.FromSeconds(60), async () => await ValueAsync(query) is { } value && isSo(value), () => prometheus.Log);

        async Task<double?> ValueAsync(string query)
        {
            if (await cluster.GetAsync(new Uri($"http://127.0.0.1:{port}/api/v1/query?query={Uri.EscapeDataString(query)}")) is not { } body)
                return null;
            var result = JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("result");
            return result.GetArrayLength() == 0
                ? null
                : double.Parse(result[0].GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        }
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

    [GeneratedRegex(@"targets: \[.*\]", RegexOptions.None, 1000)]
    private static partial Regex TargetsRegex();
}
