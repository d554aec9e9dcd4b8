using Akka.Registry.Server.Consul;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Consul;

/// <summary>Blocking queries before a real node: what wakes them, what does not, and which index they bear.</summary>
public sealed class BlockingTests
{
    private const string Web = """{"ID":"web-1","Name":"web","Port":80,"Address":"10.0.0.1","Check":{"TTL":"1h","Status":"passing"}}""";
    private const string Health = "/v1/health/service/web";
    private const string Catalog = "/v1/catalog/service/web";

    [Fact]
    public async Task Index_0_and_none_and_an_older_one_never_block()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync(Web);

        var index = await node.IndexAsync(Health);

        index.ShouldBeGreaterThan(0);
        (await node.IndexAsync(Health + "?index=0&wait=5m")).ShouldBe(index);
        (await node.IndexAsync($"{Health}?index={index - 1}&wait=5m")).ShouldBe(index);
        (await node.IndexAsync("/v1/health/service/nosuch")).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task After_the_wait_the_answer_comes_with_the_same_index()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync(Web);
        var index = await node.IndexAsync(Health);

        var answer = await node.Blocked(Health, index, "50ms");

        answer.Status.ShouldBe(200);
        ConsulNode.IndexOf(answer).ShouldBe(index);
        answer.Json.GetArrayLength().ShouldBe(1);
    }

    /// <summary>"An index in the future blocks the full wait, then returns the real, lower index."</summary>
    [Fact]
    public async Task An_index_of_the_future_waits_and_gets_the_true_one()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync(Web);
        var index = await node.IndexAsync(Health);

        var answer = await node.Blocked(Health, index + 1_000, "50ms");

        ConsulNode.IndexOf(answer).ShouldBe(index);
    }

    [Theory]
    [InlineData(Health, "/v1/agent/check/warn/service:web-1", null)]
    [InlineData(Health + "?passing", "/v1/agent/check/fail/service:web-1", null)]
    [InlineData(Health + "?tag=none", "/v1/agent/check/fail/service:web-1", null)]
    [InlineData(Health, "/v1/agent/service/deregister/web-1", null)]
    [InlineData(Health, "/v1/agent/service/maintenance/web-1?enable=true", null)]
    [InlineData(Health, "/v1/agent/maintenance?enable=true", null)]
    [InlineData(Health, "/v1/agent/check/register", """{"Name":"node-check","TTL":"1h"}""")]
    [InlineData(Health, "/v1/agent/check/register", """{"Name":"more","ServiceID":"web-1","TTL":"1h"}""")]
    [InlineData(Health, "/v1/agent/service/register", """{"ID":"web-2","Name":"web","Port":81}""")]
    [InlineData(Health, "/v1/agent/service/register", """{"ID":"web-1","Name":"web","Port":81}""")]
    [InlineData(Catalog, "/v1/agent/service/register", """{"ID":"web-1","Name":"web","Port":80,"Address":"10.0.0.1","Tags":["new"]}""")]
    [InlineData(Catalog, "/v1/agent/service/deregister/web-1", null)]
    [InlineData("/v1/health/checks/web", "/v1/agent/check/fail/service:web-1", null)]
    [InlineData("/v1/health/state/any", "/v1/agent/check/fail/service:web-1", null)]
    [InlineData("/v1/health/node/oracle", "/v1/agent/check/fail/service:web-1", null)]
    [InlineData("/v1/catalog/services", "/v1/agent/service/register", """{"Name":"other","Port":81}""")]
    [InlineData("/v1/catalog/services", "/v1/agent/service/deregister/web-1", null)]
    [InlineData("/v1/catalog/nodes", "/v1/catalog/register", """{"Node":"ext","Address":"10.9.9.9"}""")]
    [InlineData("/v1/catalog/node/oracle", "/v1/agent/service/register", """{"Name":"other","Port":81}""")]
    [InlineData("/v1/health/service/new", "/v1/agent/service/register", """{"Name":"new","Port":81}""")]
    public async Task Wakes(string query, string change, string? body)
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync(Web);
        var index = await node.IndexAsync(query);
        var asked = node.Blocked(query, index);
        asked.IsCompleted.ShouldBeFalse();

        await node.PutAsync(change, body);

        ConsulNode.IndexOf(await asked).ShouldBeGreaterThan(index);
    }

    [Theory]
    [InlineData(Health, "/v1/agent/check/pass/service:web-1?note=again", null)]
    [InlineData(Health, "/v1/agent/service/register", Web)]
    [InlineData(Health, "/v1/agent/service/register", """{"Name":"other","Port":81}""")]
    [InlineData(Catalog, "/v1/agent/check/fail/service:web-1", null)]
    [InlineData("/v1/catalog/services", "/v1/agent/check/fail/service:web-1", null)]
    [InlineData("/v1/catalog/nodes", "/v1/agent/service/register", """{"Name":"other","Port":81}""")]
    [InlineData("/v1/health/service/nosuch", "/v1/agent/service/register", """{"Name":"other","Port":81}""")]
    public async Task Does_not_wake(string query, string change, string? body)
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync(Web);
        var index = await node.IndexAsync(query);
        var asked = node.Blocked(query, index);

        await node.PutAsync(change, body);

        // Who waits is woken only where the index moves, and by now it would have.
        (await node.IndexAsync(query)).ShouldBe(index);
        asked.IsCompleted.ShouldBeFalse();
        node.Client.CancelPendingRequests();
        await Should.ThrowAsync<OperationCanceledException>(asked);
    }

    [Fact]
    public async Task A_change_through_another_door_wakes_too()
    {
        await using var node = await ConsulNode.StartAsync();
        var index = await node.IndexAsync(Health);
        var asked = node.Blocked(Health, index);

        var put = await node.SendAsync("PUT", "/api/v1/services/web/instances/i-1", """{"address":"10.0.0.9","port":9}""");

        put.Status.ShouldBe(201);
        var answer = await asked;
        answer.Json[0].GetProperty("Service").GetProperty("ID").GetString().ShouldBe("i-1");
    }

    [Fact]
    public async Task A_node_that_joins_and_leaves_wakes_who_watches_the_nodes()
    {
        await using var node = await ConsulNode.StartAsync();
        var asked = node.Blocked("/v1/catalog/nodes", await node.IndexAsync("/v1/catalog/nodes"));
        asked.IsCompleted.ShouldBeFalse();
        long index;
        await using (var other = await ConsulNode.StartAsync("delphi", with: node, seed: 2))
        {
            var answer = await asked;
            while (answer.Json.GetArrayLength() < 2)
                answer = await node.Blocked("/v1/catalog/nodes", ConsulNode.IndexOf(answer));
            index = ConsulNode.IndexOf(answer);
            asked = node.Blocked("/v1/catalog/nodes", index);
            (await other.Node.Registry.LeaveAsync(TimeSpan.FromSeconds(10))).ShouldNotBeNull();
        }

        ConsulNode.IndexOf(await asked).ShouldBeGreaterThan(index);
    }

    [Fact]
    public async Task A_client_that_goes_frees_its_place()
    {
        await using var node = await ConsulNode.StartAsync();
        using var gone = new CancellationTokenSource();
        var asked = node.Client.GetAsync($"{Health}?index={long.MaxValue}&wait=10m", gone.Token);
        ConsulNode.Until(() => node.Door.Blocked == 1);

        await gone.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asked);
        ConsulNode.Until(() => node.Door.Blocked == 0);
        node.Indexes.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Past_the_limit_a_query_is_refused_and_those_that_wait_go_on()
    {
        await using var node = await ConsulNode.StartAsync(consul: new ConsulOptions { BlockedMax = 1 });
        var index = await node.IndexAsync(Health);
        var asked = node.Blocked(Health, index);

        var refused = await node.GetAsync($"{Health}?index={index}");
        await node.RegisterAsync(Web);

        refused.Status.ShouldBe(429);
        (await asked).Json.GetArrayLength().ShouldBe(1);
        (await node.GetAsync(Health)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_service_at_its_agent_blocks_by_hash()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync(Web);
        var first = await node.GetAsync("/v1/agent/service/web-1");
        var hash = first.Headers.GetValues("X-Consul-ContentHash").Single();
        first.Json.GetProperty("ContentHash").GetString().ShouldBe(hash);

        (await node.GetAsync("/v1/agent/service/web-1?hash=other&wait=5m")).Status.ShouldBe(200);
        var asked = node.GetAsync($"/v1/agent/service/web-1?hash={hash}&wait=5m");
        ConsulNode.Until(() => node.Door.Blocked == 1);
        await node.RegisterAsync(Web.Replace(":80,", ":81,", StringComparison.Ordinal));

        var second = await asked;
        second.Json.GetProperty("Port").GetInt32().ShouldBe(81);
        second.Headers.GetValues("X-Consul-ContentHash").Single().ShouldNotBe(hash);
    }

    [Fact]
    public async Task A_key_that_is_missing_is_404_with_an_index_and_holds_who_polls_it()
    {
        await using var node = await ConsulNode.StartAsync();

        var first = await node.GetAsync("/v1/kv/fabio/config?consistent=");
        first.Status.ShouldBe(404);
        var index = ConsulNode.IndexOf(first);
        index.ShouldBeGreaterThan(0);
        var asked = node.Blocked("/v1/kv/fabio/config", index, "50ms");

        var second = await asked;
        second.Status.ShouldBe(404);
        ConsulNode.IndexOf(second).ShouldBe(index);
    }
}
