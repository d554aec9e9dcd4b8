using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Consul;

/// <summary>Two nodes as one Consul: what is written at one is read, waited for and ended at the other.</summary>
public sealed class ConsulClusterTests
{
    private const string Web = """{"ID":"web-1","Name":"web","Port":80,"Address":"10.0.0.1","Check":{"TTL":"1h","Status":"passing"}}""";
    private const string Health = "/v1/health/service/web";

    [Fact]
    public async Task What_is_written_at_one_wakes_who_waits_at_the_other_and_indexes_carry_over()
    {
        await using var a = await ConsulNode.StartAsync("node-a", seed: 1);
        await using var b = await ConsulNode.StartAsync("node-b", a, seed: 2);
        var asked = b.Blocked(Health, await b.IndexAsync(Health));

        await a.RegisterAsync(Web);
        var answer = await asked;
        answer.Json[0].GetProperty("Node").GetProperty("Node").GetString().ShouldBe("node-a");

        // The agent is one node; the catalog is the cluster.
        (await a.GetAsync("/v1/agent/services")).Body.ShouldContain("web-1");
        (await b.GetAsync("/v1/agent/services")).Body.ShouldBe("{}");
        (await b.GetAsync("/v1/catalog/services")).Body.ShouldBe("""{"web":[]}""");
        (await b.GetAsync("/v1/agent/members")).Json.GetArrayLength().ShouldBe(2);
        (await a.GetAsync("/v1/status/leader")).Body.ShouldBe((await b.GetAsync("/v1/status/leader")).Body);

        // A load balancer moves the client back and forth: it neither stalls nor goes back.
        var index = ConsulNode.IndexOf(answer);
        for (var i = 0; i < 4; i++)
        {
            var (here, there) = i % 2 == 0 ? (a, b) : (b, a);
            var waits = here.Blocked(Health, index);
            waits.IsCompleted.ShouldBeFalse();
            await there.PutAsync($"/v1/agent/check/{(i % 2 == 0 ? "fail" : "pass")}/service:web-1");
            var next = ConsulNode.IndexOf(await waits);
            next.ShouldBeGreaterThan(index);
            index = next;
        }

        await b.PutAsync("/v1/agent/service/deregister/web-1");
        var gone = await a.Blocked(Health, index);
        gone.Body.ShouldBe("[]");
        ConsulNode.IndexOf(gone).ShouldBeGreaterThan(index);
    }

    [Fact]
    public async Task A_node_that_begins_later_gives_no_lower_index_and_holds_who_brings_one_of_another()
    {
        await using var a = await ConsulNode.StartAsync("node-a", seed: 3);
        await a.RegisterAsync(Web);
        var before = await a.IndexAsync(Health);

        await using var b = await ConsulNode.StartAsync("node-b", a, seed: 4);

        ConsulNode.Until(() => b.Node.Registry.Find("web") is not null);
        var later = await b.IndexAsync(Health);
        later.ShouldBeGreaterThanOrEqualTo(before);
        // Its index may be higher for the same content: at the older node that waits, and is woken by what comes next.
        var asked = a.Blocked(Health, later);
        asked.IsCompleted.ShouldBeFalse();
        await b.PutAsync("/v1/agent/check/warn/service:web-1");
        (await asked).Json[0].GetProperty("Checks").ToString().ShouldContain("\"warning\"");
    }

    [Fact]
    public async Task One_id_at_two_agents_is_two_instances_unless_it_is_the_same_one()
    {
        await using var a = await ConsulNode.StartAsync("node-a", seed: 5);
        await using var b = await ConsulNode.StartAsync("node-b", a, seed: 6);
        await a.RegisterAsync("""{"Name":"redis","Address":"10.0.0.1","Port":6379}""");
        ConsulNode.Until(() => b.Node.Registry.Find("redis") is not null);

        await b.RegisterAsync("""{"Name":"redis","Address":"10.0.0.2","Port":6379}""");

        var both = (await b.GetAsync("/v1/catalog/service/redis")).Json.EnumerateArray()
            .Select(each => (Text(each, "ServiceID"), Text(each, "Node"), Text(each, "ServiceAddress")));
        both.ShouldBe([("redis", "node-a", "10.0.0.1"), ("redis", "node-b", "10.0.0.2")]);
        (await b.GetAsync("/v1/agent/service/redis")).Json.GetProperty("Address").GetString().ShouldBe("10.0.0.2");
        await b.PutAsync("/v1/agent/service/deregister/redis");
        Text((await b.GetAsync("/v1/catalog/service/redis")).Json.EnumerateArray().ShouldHaveSingleItem(), "Node").ShouldBe("node-a");

        // At the same address it is the same one, which goes on at another node.
        await b.RegisterAsync("""{"Name":"redis","Address":"10.0.0.1","Port":6379}""");
        Text((await b.GetAsync("/v1/catalog/service/redis")).Json.EnumerateArray().ShouldHaveSingleItem(), "Node").ShouldBe("node-b");
    }

    [Fact]
    public async Task Nodes_and_their_checks_are_seen_everywhere()
    {
        await using var a = await ConsulNode.StartAsync("node-a", seed: 7);
        await using var b = await ConsulNode.StartAsync("node-b", a, seed: 8);
        await a.RegisterAsync(Web);
        ConsulNode.Until(() => b.Node.Registry.Find("web") is not null);
        var asked = b.Blocked(Health, await b.IndexAsync(Health));

        await a.PutAsync("/v1/agent/maintenance?enable=true&reason=x");

        (await asked).Body.ShouldContain("_node_maintenance");
        (await b.GetAsync(Health + "?passing")).Body.ShouldBe("[]");
        (await b.GetAsync("/v1/catalog/nodes")).Json.EnumerateArray().Select(node => Text(node, "Node")).ShouldBe(["node-a", "node-b"]);
    }

    [Fact]
    public async Task A_restarted_node_s_indexes_go_on_above_those_it_gave()
    {
        await using var a = await ConsulNode.StartAsync("node-a", seed: 9);
        await a.RegisterAsync(Web);
        long before, services;
        await using (var b = await ConsulNode.StartAsync("node-b", a, seed: 10))
        {
            ConsulNode.Until(() => b.Node.Registry.Find("web") is not null);
            (before, services) = (await b.IndexAsync(Health), await b.IndexAsync("/v1/catalog/services"));
        }

        await using var again = await ConsulNode.StartAsync("node-b", a, seed: 11);
        ConsulNode.Until(() => again.Node.Registry.Find("web") is not null);

        (await again.IndexAsync(Health)).ShouldBeGreaterThanOrEqualTo(before);
        (await again.IndexAsync("/v1/catalog/services")).ShouldBeGreaterThanOrEqualTo(services);
    }

    private static string? Text(System.Text.Json.JsonElement json, string name) => json.GetProperty(name).GetString();
}
