using System.Text;
using System.Text.Json;
using Akka.Registry.Clients.Harness;

namespace Akka.Registry.Clients;

/// <summary>One instance, registered by one door, is the same instance to whoever asks by another one.</summary>
public class FourDoorsTests
{
    /// <summary>What all doors can say of an instance.</summary>
    private const string Expected = "id=shop-1 address=127.0.0.1 port=9601 healthy=True region=eu";

    [ClientTheory("dig")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task It_shows_alike_in_all_of_them(int nodes)
    {
        using var cluster = await ClientCluster.StartAsync(nodes);
        foreach (var door in (string[])["native", "consul", "eureka"])
            await LivesAsync(cluster, door);
    }

    private static async Task LivesAsync(ClientCluster cluster, string door)
    {
        await RegisterAsync(cluster, door);

        foreach (var (name, read) in Doors)
        {
            await Wait.UntilAsync($"registered by {door}, shown by {name} as {Expected}", TimeSpan.FromSeconds(15),
                async () => await read(cluster) == Expected);
        }

        await SetHealthAsync(cluster, door);
        foreach (var (name, read) in Doors)
        {
            // DNS knows of the healthy alone; the others say how it is.
            var expected = name == "dns" ? null : Expected.Replace("True", "False", StringComparison.Ordinal);
            await Wait.UntilAsync($"failed by {door}, shown by {name} as {expected ?? "nothing"}", TimeSpan.FromSeconds(15),
                async () => await read(cluster) == expected);
        }

        await cluster.DeregisterAsync("shop", "shop-1");
        foreach (var (name, read) in Doors)
        {
            await Wait.UntilAsync($"registered by {door}, gone for {name}", TimeSpan.FromSeconds(15),
                async () => await read(cluster) is null);
        }
    }

    private static readonly (string Name, Func<ClientCluster, Task<string?>> Read)[] Doors =
        [("native", NativeAsync), ("consul", ConsulAsync), ("eureka", EurekaAsync), ("dns", DnsAsync), ("http_sd", HttpSdAsync)];

    private static Task RegisterAsync(ClientCluster cluster, string door) => door switch
    {
        "native" => cluster.RegisterAsync("shop", "shop-1", 9601),
        "eureka" => cluster.RegisterWithEurekaAsync("SHOP", "shop-1", 9601),
        _ => PutAsync(cluster, "/v1/agent/service/register",
            """
            {"ID":"shop-1","Name":"shop","Address":"127.0.0.1","Port":9601,"Meta":{"region":"eu"},"Check":{"TTL":"60s","Status":"passing"}}
            """),
    };

    private static Task SetHealthAsync(ClientCluster cluster, string door) => door switch
    {
        "native" => cluster.ReportAsync("shop", "shop-1", "critical"),
        "eureka" => cluster.RegisterWithEurekaAsync("SHOP", "shop-1", 9601, "DOWN"),
        _ => PutAsync(cluster, "/v1/agent/check/fail/service:shop-1", null),
    };

    private static async Task PutAsync(ClientCluster cluster, string path, string? body)
    {
        using var http = new HttpClient { BaseAddress = cluster.Writer.Api.Url };
        using var content = new StringContent(body ?? "", Encoding.UTF8);
        using var answer = await http.PutAsync(path, content);
        ((int)answer.StatusCode).ShouldBe(200, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string?> NativeAsync(ClientCluster cluster) =>
        await JsonAsync(cluster, NodeApi.PathOf("shop", "shop-1")) is not { } json ? null : Line(
            json.GetProperty("id"), json.GetProperty("address"), json.GetProperty("port"), $"{json.GetProperty("status")}" == "passing",
            json.GetProperty("metadata").GetProperty("region"));

    private static async Task<string?> ConsulAsync(ClientCluster cluster)
    {
        if (await JsonAsync(cluster, "/v1/health/service/shop") is not { } json || json.GetArrayLength() != 1)
            return null;
        var service = json[0].GetProperty("Service");
        var isHealthy = json[0].GetProperty("Checks").EnumerateArray().All(check => $"{check.GetProperty("Status")}" == "passing");
        return Line(service.GetProperty("ID"), service.GetProperty("Address"), service.GetProperty("Port"), isHealthy,
            service.GetProperty("Meta").GetProperty("region"));
    }

    private static async Task<string?> EurekaAsync(ClientCluster cluster)
    {
        if (await JsonAsync(cluster, "/eureka/apps/SHOP/shop-1") is not { } json)
            return null;
        var instance = json.GetProperty("instance");
        return Line(instance.GetProperty("instanceId"), instance.GetProperty("ipAddr"), instance.GetProperty("port").GetProperty("$"),
            $"{instance.GetProperty("status")}" == "UP", instance.GetProperty("metadata").GetProperty("region"));
    }

    /// <summary>The SRV record's port, the address of its target, and what TXT tells.</summary>
    private static async Task<string?> DnsAsync(ClientCluster cluster)
    {
        var srv = (await DigAsync(cluster, "SRV")).Trim();
        if (srv.Length == 0)
            return null;
        var text = await DigAsync(cluster, "TXT");
        var id = text.Contains("shop-1", StringComparison.Ordinal) ? "shop-1" : text;
        var region = text.Contains("region=eu", StringComparison.Ordinal) ? "eu" : text;
        return Line(id, (await DigAsync(cluster, "A")).Trim(), srv.Split(' ')[2], true, region);
    }

    private static async Task<string?> HttpSdAsync(ClientCluster cluster)
    {
        if (await JsonAsync(cluster, "/api/v1/prometheus/targets?service=shop") is not { } json || json.GetArrayLength() != 1)
            return null;
        var labels = json[0].GetProperty("labels");
        var target = $"{json[0].GetProperty("targets")[0]}".Split(':');
        return Line(labels.GetProperty("__meta_akka_registry_instance_id"), target[0], target[1],
            $"{labels.GetProperty("__meta_akka_registry_status")}" == "passing", labels.GetProperty("__meta_akka_registry_metadata_region"));
    }

    private static string Line(object id, object address, object port, bool isHealthy, object region) =>
        $"id={id} address={address} port={port} healthy={isHealthy} region={region}";

    private static Task<string> DigAsync(ClientCluster cluster, string type)
    {
        var door = cluster.Dns.First();
        return ClientProcess.RunAsync("dig", $"@{door.Address}", "-p", $"{door.Port}", "+short", "+tries=2", "+time=3", "shop.service.consul", type);
    }

    private static async Task<JsonElement?> JsonAsync(ClientCluster cluster, string path) =>
        await cluster.GetAsync(new Uri(cluster.Reader.Api.Url, path), "application/json") is { } body ? JsonDocument.Parse(body).RootElement : null;
}
