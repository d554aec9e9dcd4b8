using System.IO.Compression;
using System.Text.Json;
using Akka.Registry.Hosting;
using Akka.Registry.Server.Consul;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Consul;

/// <summary>What is read of the cluster, before a real node; and how every answer is sent.</summary>
public sealed class CatalogTests
{
    private const string Two =
        """{"ID":"web-2","Name":"web","Tags":["v2","blue"],"Port":81,"Meta":{"env":"test"},"Check":{"TTL":"1h","Status":"warning"}}""";

    private static async Task<ConsulNode> FilledAsync()
    {
        var node = await ConsulNode.StartAsync();
        await node.RegisterAsync(
            """
            {"ID":"web-1","Name":"web","Tags":["v1"],"Address":"10.0.0.1","Port":80,"Meta":{"env":"prod"},
             "Check":{"TTL":"1h","Status":"passing"}}
            """);
        await node.RegisterAsync(Two);
        return node;
    }

    [Fact]
    public async Task Every_answer_bears_the_headers_that_clients_need()
    {
        await using var node = await FilledAsync();

        foreach (var path in new[]
                 {
                     "/v1/health/service/web", "/v1/health/checks/web", "/v1/health/node/oracle", "/v1/health/state/any", "/v1/catalog/nodes",
                     "/v1/catalog/services", "/v1/catalog/service/web", "/v1/catalog/node/oracle", "/v1/catalog/node-services/oracle",
                     "/v1/health/service/nosuch", "/v1/catalog/node/nosuch",
                 })
        {
            var answer = await node.GetAsync(path);
            answer.Status.ShouldBe(200, path);
            answer.ContentType.ShouldBe("application/json", path);
            ConsulNode.IndexOf(answer).ShouldBeGreaterThan(0, path);
            answer.Headers.GetValues("X-Consul-KnownLeader").Single().ShouldBe("true");
            answer.Headers.GetValues("X-Consul-LastContact").Single().ShouldBe("0");
            answer.Headers.GetValues("X-Consul-Effective-Consistency").Single().ShouldBe("leader");
            answer.Headers.Vary.ShouldBe(["Accept-Encoding"]);
        }

        (await node.GetAsync("/v1/catalog/nodes?stale=")).Headers.GetValues("X-Consul-Effective-Consistency").Single().ShouldBe("stale");
        (await node.GetAsync("/v1/catalog/nodes?consistent")).Headers.GetValues("X-Consul-Effective-Consistency").Single().ShouldBe("consistent");
        (await node.GetAsync("/v1/catalog/nodes?cached")).Headers.GetValues("X-Cache").Single().ShouldBe("MISS");
    }

    [Fact]
    public async Task An_instance_shows_with_its_node_and_checks()
    {
        await using var node = await FilledAsync();

        var health = (await node.GetAsync("/v1/health/service/web")).Json[0];

        Answer.NamesOf(health).ShouldBe("Node Service Checks");
        Answer.NamesOf(health.GetProperty("Node")).ShouldBe("ID Node Address Datacenter TaggedAddresses Meta CreateIndex ModifyIndex");
        Answer.NamesOf(health.GetProperty("Service")).ShouldBe(
            "ID Service Tags Address TaggedAddresses Meta Port Weights EnableTagOverride CreateIndex ModifyIndex");
        var checks = health.GetProperty("Checks").EnumerateArray().Select(check => check.GetProperty("CheckID").GetString());
        checks.ShouldBe(["serfHealth", "service:web-1"]);
        health.GetProperty("Checks")[1].GetProperty("ModifyIndex").GetInt64().ShouldBeGreaterThan(0);

        var flat = (await node.GetAsync("/v1/catalog/service/web")).Json;
        Answer.NamesOf(flat[0]).ShouldBe(Answer.OneLine(
            """
            ID Node Address Datacenter TaggedAddresses NodeMeta ServiceKind ServiceID ServiceName ServiceTags ServiceAddress 
            ServiceTaggedAddresses ServiceWeights ServiceMeta ServicePort ServiceEnableTagOverride CreateIndex ModifyIndex
            """));
        // Without an address of its own the node's counts, and clients know that by an empty one.
        flat[1].GetProperty("ServiceAddress").GetString().ShouldBe("");
        flat[1].GetProperty("Address").GetString().ShouldBe("127.0.0.1");
        flat[1].TryGetProperty("ServiceTaggedAddresses", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("", "web-1 web-2")]
    [InlineData("?passing", "web-1")]
    [InlineData("?passing=1", "web-1")]
    [InlineData("?passing=true", "web-1")]
    [InlineData("?passing=false", "web-1 web-2")]
    [InlineData("?tag=v2", "web-2")]
    [InlineData("?tag=V2&tag=blue", "web-2")]
    [InlineData("?tag=v2&tag=v1", "")]
    [InlineData("?near=_agent&dc=dc1&stale&token=x&node-meta=consul-network-segment:", "web-1 web-2")]
    [InlineData("?node-meta=rack:7", "")]
    [InlineData("?filter=Service.Meta.env+==+test", "web-2")]
    [InlineData("?filter=Service.Meta.none+!=+test", "web-1 web-2")]
    [InlineData("?filter=%22v1%22+in+Service.Tags+and+Checks.Status==passing", "web-1")]
    [InlineData("?filter=Node.Node+matches+`^ora`+and+not+Service.Port==80", "web-2")]
    [InlineData("?passing&filter=Service.Port==81", "")]
    public async Task Instances_are_chosen_by_the_query(string query, string ids)
    {
        await using var node = await FilledAsync();

        var answer = await node.GetAsync("/v1/health/service/web" + query);

        answer.Status.ShouldBe(200, answer.Body);
        string.Join(' ', answer.Json.EnumerateArray().Select(each => each.GetProperty("Service").GetProperty("ID").GetString())).ShouldBe(ids);
    }

    [Theory]
    [InlineData("/v1/health/service/web?passing=maybe", 400, "Invalid value for ?passing")]
    [InlineData("/v1/health/service/web?index=abc", 400, "Invalid index")]
    [InlineData("/v1/health/service/web?index=-1", 400, "Invalid index")]
    [InlineData("/v1/health/service/web?wait=abc", 400, "Invalid wait time")]
    [InlineData("/v1/health/service/web?wait=10", 400, "Invalid wait time")]
    [InlineData("/v1/health/service/web?stale&consistent", 400, "Cannot specify ?stale with ?consistent, conflicting semantics.")]
    [InlineData("/v1/health/service/web?dc=nosuch", 500, "No path to datacenter")]
    [InlineData("/v1/health/service/", 400, "Missing service name")]
    [InlineData("/v1/health/service", 400, "Missing service name")]
    [InlineData("/v1/catalog/node/", 400, "Missing node name")]
    [InlineData("/v1/agent/service/register", 405, "method GET not allowed")]
    public async Task A_wrong_request_is_refused_in_Consul_s_words(string path, int status, string text)
    {
        await using var node = await ConsulNode.StartAsync();

        var answer = await node.GetAsync(path);

        (answer.Status, answer.Body, answer.ContentType).ShouldBe((status, text, "text/plain; charset=utf-8"));
        if (status == 405)
            answer.ContentHeaders.Allow.ShouldBe(["OPTIONS", "PUT"]);
    }

    [Theory]
    [InlineData("/v1/health/service/nosuch?filter=Service.Nope==1", "Selector \"Service.Nope\" is not valid: there is no \"Nope\" at position 1")]
    [InlineData("/v1/catalog/service/nosuch?filter=ServiceName=web", "Expected '==' and found '=' at position 12")]
    [InlineData("/v1/catalog/nodes?filter=Checks.Status==1", "Selector \"Checks.Status\" is not valid: there is no \"Checks\" at position 1")]
    [InlineData("/v1/agent/checks?filter=Status%20is", "Expected 'empty' or 'not empty' and found the end at position 10")]
    public async Task A_filter_that_is_wrong_is_400_and_says_where(string path, string text)
    {
        await using var node = await ConsulNode.StartAsync();

        var answer = await node.GetAsync(path);

        (answer.Status, answer.Body).ShouldBe((400, "Failed to create boolean expression evaluator: " + text));
    }

    [Theory]
    [InlineData("GET", "/v1/nosuch", 404)]
    [InlineData("GET", "/v1/", 404)]
    [InlineData("PUT", "/v1/kv/a", 501)]
    [InlineData("PUT", "/v1/session/create", 501)]
    [InlineData("GET", "/v1/acl/tokens", 501)]
    [InlineData("PUT", "/v1/event/fire/x", 501)]
    [InlineData("GET", "/v1/connect/ca/roots", 501)]
    [InlineData("PUT", "/v1/txn", 501)]
    public async Task What_there_is_not_is_refused_with_what_there_is(string method, string path, int status)
    {
        await using var node = await ConsulNode.StartAsync();

        var answer = await node.SendAsync(method, path);

        answer.Status.ShouldBe(status);
        answer.Body.ShouldEndWith(ConsulRoutes.Supported);
    }

    [Fact]
    public async Task Nothing_is_an_empty_list_but_an_unknown_node_is_null()
    {
        await using var node = await ConsulNode.StartAsync();

        (await node.GetAsync("/v1/catalog/services")).Body.ShouldBe("{}");
        (await node.GetAsync("/v1/catalog/service/nosuch")).Body.ShouldBe("[]");
        (await node.GetAsync("/v1/health/service/nosuch")).Body.ShouldBe("[]");
        (await node.GetAsync("/v1/health/checks/nosuch")).Body.ShouldBe("[]");
        (await node.GetAsync("/v1/health/node/nosuch")).Body.ShouldBe("[]");
        (await node.GetAsync("/v1/health/state/bogus")).Body.ShouldBe("[]");
        (await node.GetAsync("/v1/catalog/node/nosuch")).Body.ShouldBe("null");
        (await node.GetAsync("/v1/catalog/datacenters")).Body.ShouldBe("""["dc1"]""");
    }

    [Fact]
    public async Task The_catalog_lists_services_with_tags_and_nodes_with_services()
    {
        await using var node = await FilledAsync();

        (await node.GetAsync("/v1/catalog/services")).Body.ShouldBe("""{"web":["blue","v1","v2"]}""");
        var one = (await node.GetAsync("/v1/catalog/node/oracle")).Json;
        Answer.NamesOf(one.GetProperty("Services")).ShouldBe("web-1 web-2");
        (await node.GetAsync("/v1/catalog/node-services/oracle")).Json.GetProperty("Services").GetArrayLength().ShouldBe(2);
        (await node.GetAsync("/v1/catalog/nodes")).Json[0].GetProperty("Node").GetString().ShouldBe("oracle");
        (await node.GetAsync("/v1/health/state/warning")).Json.GetArrayLength().ShouldBe(1);
        (await node.GetAsync("/v1/health/state/any")).Json.GetArrayLength().ShouldBe(3);
        (await node.GetAsync("/v1/health/node/oracle")).Json.GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task An_external_node_comes_with_service_and_check_and_goes_piece_by_piece()
    {
        await using var node = await ConsulNode.StartAsync();
        var registered = await node.PutAsync(
            "/v1/catalog/register",
            """
            {"Node":"ext","Address":"10.9.9.9","NodeMeta":{"rack":"7"},"Service":{"ID":"ext1","Service":"ext","Port":99},
             "Check":{"Node":"ext","CheckID":"c1","Name":"c1","Status":"passing","ServiceID":"ext1","Output":"fine"}}
            """);
        registered.Body.ShouldBe("true");

        var health = (await node.GetAsync("/v1/health/service/ext?passing&node-meta=rack:7")).Json[0];
        health.GetProperty("Node").GetProperty("Node").GetString().ShouldBe("ext");
        health.GetProperty("Node").GetProperty("Address").GetString().ShouldBe("10.9.9.9");
        health.GetProperty("Node").GetProperty("TaggedAddresses").ValueKind.ShouldBe(JsonValueKind.Null);
        health.GetProperty("Service").GetProperty("Address").GetString().ShouldBe("");
        var check = health.GetProperty("Checks").EnumerateArray().ShouldHaveSingleItem(); // No serfHealth: nobody speaks for it.
        (check.GetProperty("CheckID").GetString(), check.GetProperty("Output").GetString()).ShouldBe(("c1", "fine"));
        (await node.GetAsync("/v1/catalog/services")).Body.ShouldBe("""{"ext":[]}""");
        (await node.GetAsync("/v1/agent/services")).Body.ShouldBe("{}");

        await node.PutAsync(
            "/v1/catalog/register",
            """
            {"Node":"ext","Address":"10.9.9.9","SkipNodeUpdate":true,
             "Check":{"CheckID":"c1","Name":"c1","Status":"critical","ServiceID":"ext1"}}
            """);
        (await node.GetAsync("/v1/health/service/ext?passing")).Body.ShouldBe("[]");

        (await node.PutAsync("/v1/catalog/deregister", """{"Node":"ext","ServiceID":"ext1"}""")).Body.ShouldBe("true");
        (await node.GetAsync("/v1/catalog/services")).Body.ShouldBe("{}");
        (await node.GetAsync("/v1/catalog/nodes")).Json.GetArrayLength().ShouldBe(2);
        (await node.PutAsync("/v1/catalog/deregister", """{"Node":"ext"}""")).Body.ShouldBe("true");
        (await node.GetAsync("/v1/catalog/nodes")).Json.GetArrayLength().ShouldBe(1);
        (await node.SendAsync("PUT", "/v1/catalog/register", """{"Node":"ext"}""")).Body.ShouldBe("Must provide node and address");
    }

    [Fact]
    public async Task An_instance_of_another_door_shows_with_a_ttl_check_for_its_lease()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.SendAsync(
            "PUT", "/api/v1/services/orders/instances/o-1",
            """{"address":"10.0.0.9","port":9,"tags":["x"],"metadata":{"region":"eu"},"zone":"a","version":"1.2","weight":5,"status":"warning"}""");

        var health = (await node.GetAsync("/v1/health/service/orders")).Json[0];

        var service = health.GetProperty("Service");
        service.GetProperty("ID").GetString().ShouldBe("o-1");
        service.GetProperty("Meta").ToString().ShouldBe("""{"region":"eu","version":"1.2","zone":"a"}""");
        service.GetProperty("Weights").GetProperty("Passing").GetInt32().ShouldBe(5);
        var check = health.GetProperty("Checks")[1];
        check.GetProperty("CheckID").GetString().ShouldBe("service:o-1");
        check.GetProperty("Status").GetString().ShouldBe("warning");
        await node.PutAsync("/v1/agent/check/pass/service:o-1");
        (await node.GetAsync("/v1/health/service/orders?passing")).Json.GetArrayLength().ShouldBe(1);
        (await node.SendAsync("PUT", "/api/v1/services/orders/instances/o-1/status", """{"override":"out-of-service"}""")).Status.ShouldBe(200);
        (await node.GetAsync("/v1/agent/health/service/id/o-1?format=text")).Body.ShouldBe("maintenance");
    }

    [Fact]
    public async Task What_an_entry_lacks_is_kept_and_shown_and_not_among_the_client_s_pairs()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync(
            """
            {"Name":"web","Address":"10.0.0.1","Port":80,"Meta":{"a":"b"},"Weights":{"Passing":10,"Warning":3},"EnableTagOverride":true,
             "TaggedAddresses":{"lan":{"address":"10.1.1.1","port":8}}}
            """);

        var service = (await node.GetAsync("/v1/health/service/web")).Json[0].GetProperty("Service");

        service.GetProperty("Meta").ToString().ShouldBe("""{"a":"b"}""");
        service.GetProperty("Weights").ToString().ShouldBe("""{"Passing":10,"Warning":3}""");
        service.GetProperty("EnableTagOverride").GetBoolean().ShouldBeTrue();
        service.GetProperty("TaggedAddresses").ToString().ShouldBe("""{"lan":{"Address":"10.1.1.1","Port":8}}""");
        var native = JsonDocument.Parse(await node.Client.GetStringAsync("/api/v1/services/web/instances/web")).RootElement;
        native.GetProperty("weight").GetInt32().ShouldBe(10);
        native.GetProperty("metadata").GetProperty("consul.weight-warning").GetString().ShouldBe("3");
    }

    [Fact]
    public async Task Pretty_is_for_people_and_gzip_for_who_asks()
    {
        await using var node = await FilledAsync();

        (await node.GetAsync("/v1/catalog/datacenters?pretty")).Body.ShouldBe("[\n    \"dc1\"\n]\n");
        (await node.GetAsync("/v1/health/service/web")).ContentHeaders.ContentEncoding.ShouldBeEmpty();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/health/service/web");
        request.Headers.Add("Accept-Encoding", "deflate, gzip;q=0.5");
        using var response = await node.Client.SendAsync(request);
        response.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        await using var unzipped = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);
        var plain = await node.GetAsync("/v1/health/service/web");
        (await reader.ReadToEndAsync()).ShouldBe(plain.Body);
        var refused = await node.SendAsync("GET", "/v1/health/service/web", null, with => with.Headers.Add("Accept-Encoding", "gzip;q=0"));
        refused.ContentHeaders.ContentEncoding.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tokens_and_credentials_are_ignored()
    {
        await using var node = await ConsulNode.StartAsync();

        var answer = await node.SendAsync("GET", "/v1/catalog/services?token=x", null, request =>
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Basic Og==");
            request.Headers.TryAddWithoutValidation("X-Consul-Token", "");
        });

        answer.Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_long_list_is_handed_on_in_pieces_and_is_whole()
    {
        await using var node = await ConsulNode.StartAsync();
        for (var i = 0; i < 200; i++)
            await node.RegisterAsync($$"""{"ID":"web-{{i:000}}","Name":"web","Port":{{i + 1}}}""");

        var plain = await node.GetAsync("/v1/health/service/web");

        plain.Body.Length.ShouldBeGreaterThan(100_000);
        plain.Json.GetArrayLength().ShouldBe(200);
    }

    [Fact]
    public async Task The_node_tells_of_itself_and_its_cluster()
    {
        await using var node = await ConsulNode.StartAsync();

        var self = (await node.GetAsync("/v1/agent/self")).Json;
        self.GetProperty("Config").GetProperty("NodeName").GetString().ShouldBe("oracle");
        self.GetProperty("Config").GetProperty("Datacenter").GetString().ShouldBe("dc1");
        self.GetProperty("Member").GetProperty("Status").GetInt32().ShouldBe(1);
        (await node.GetAsync("/v1/agent/members?segment=_all")).Json[0].GetProperty("Tags").GetProperty("role").GetString().ShouldBe("consul");
        var leader = (await node.GetAsync("/v1/status/leader")).Json.GetString();
        leader.ShouldBe(node.Node.Self.Address.ToString());
        (await node.GetAsync("/v1/status/peers")).Json[0].GetString().ShouldBe(leader);
        (await node.GetAsync("/v1/agent/metrics")).Json.GetProperty("Gauges").GetArrayLength().ShouldBe(5);
        (await node.GetAsync("/v1/agent/metrics?format=prometheus")).Body.ShouldContain("akka_registry_");
        (await node.GetAsync("/v1/agent/host")).Json.GetProperty("Host").GetProperty("hostname").GetString().ShouldNotBeEmpty();
        await node.PutAsync("/v1/agent/join/oracle");
        (await node.SendAsync("PUT", "/v1/agent/join/10.99.99.99")).Body.ShouldContain("cluster.seed-nodes");
    }

    [Fact]
    public async Task The_server_starts_with_the_door()
    {
        var options = new RegistryNodeOptions { Transport = new Cluster.Transport.TransportOptions { Port = 0 } };
        await using var app = RegistryServer.Build(
            new HttpOptions { Urls = ["http://127.0.0.1:0"] },
            builder => builder.Services.AddRegistryNode(options).Services.AddRegistryConsul(new ConsulOptions()));

        await app.StartAsync();

        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        (await client.GetStringAsync("/v1/catalog/datacenters")).ShouldBe("""["dc1"]""");
    }

    [Fact]
    public async Task The_door_can_listen_by_itself_or_not_at_all()
    {
        await using var apart = await ConsulNode.StartAsync(consul: new ConsulOptions { Urls = ["http://127.0.0.1:0"], Datacenter = "east" });
        var listener = apart.Services.GetServices<IHostedService>().OfType<ConsulListener>().Single();
        using var client = new HttpClient { BaseAddress = new Uri(listener.Urls.Single()) };
        (await client.GetStringAsync("/v1/catalog/datacenters")).ShouldBe("""["east"]""");
        (await client.GetAsync("/api/v1/services")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        (await apart.GetAsync("/v1/catalog/datacenters")).Status.ShouldBe(404);

        await using var off = await ConsulNode.StartAsync(consul: new ConsulOptions { Enabled = false });
        (await off.GetAsync("/v1/catalog/datacenters")).Status.ShouldBe(404);
    }
}
