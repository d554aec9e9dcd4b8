using System.Net;
using System.Text.Json;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.Etcd.Tests.Harness;

namespace Akka.Registry.Etcd.Tests.Real;

/// <summary>Whoever comes to a door need not know where the entries are: real processes over a real etcd.</summary>
public class DoorsTests
{
    [EtcdFact]
    public async Task What_one_door_of_a_node_takes_every_door_of_another_shows()
    {
        using var cluster = await TestCluster.StartAsync(2);
        var (here, there) = (cluster[1].Api, cluster[2].Api);
        (await here.SendAsync(HttpMethod.Put, "/v1/agent/service/register", """
            {"Name":"orders","ID":"o-1","Address":"10.0.0.7","Port":8080,"Tags":["v2"],"Check":{"TTL":"30s","Status":"passing"}}
            """)).Status.ShouldBe(HttpStatusCode.OK);
        await here.RegisterAsync("orders", "o-2", "30s");

        await EventuallyAsync(there, "/api/v1/services/orders", body => body.GetProperty("instances").GetArrayLength() == 2);
        var consul = await EventuallyAsync(there, "/v1/health/service/orders?passing=1", body => body.GetArrayLength() == 2);
        consul.EnumerateArray().Select(item => item.GetProperty("Service").GetProperty("ID").GetString()).Order().ShouldBe(["o-1", "o-2"]);
        await EventuallyAsync(there, "/v1/catalog/services", body => body.TryGetProperty("orders", out _));
        foreach (var id in new[] { "o-1", "o-2" })
            await Harness.Wait.UntilAsync(id, async () => await there.StatusOfAsync($"/eureka/apps/ORDERS/{id}") == HttpStatusCode.OK);
        await EventuallyAsync(
            there, "/api/v1/prometheus/targets?service=orders", body => body.ToString().Contains("10.0.0.7:8080", StringComparison.Ordinal));
        await EventuallyAsync(there, "/api/v1/cluster", body => body.GetProperty("members").GetArrayLength() == 2);
        (await there.StatusOfAsync("/")).ShouldBe(HttpStatusCode.OK);
        (await there.StatusOfAsync("/metrics")).ShouldBe(HttpStatusCode.OK);

        // And back: what the other node's door ends is gone at the first one's.
        (await there.SendAsync(HttpMethod.Delete, NodeApi.PathOf("orders", "o-2"))).Status.ShouldBe(HttpStatusCode.NoContent);
        await EventuallyAsync(here, "/v1/health/service/orders", body => body.GetArrayLength() == 1);
    }

    private static async Task<JsonElement> EventuallyAsync(NodeApi api, string path, Func<JsonElement, bool> condition)
    {
        JsonElement seen = default;
        await Harness.Wait.UntilAsync(path, async () =>
        {
            var (status, body) = await api.GetAsync(path);
            seen = body;
            return status == HttpStatusCode.OK && body.ValueKind is JsonValueKind.Object or JsonValueKind.Array && condition(body);
        }, () => $"{path}: {seen}");
        return seen;
    }
}
