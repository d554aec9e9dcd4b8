using System.Text.Json;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Eureka;

/// <summary>What is told to the door, and the rules of the dirty timestamp.</summary>
public sealed class EurekaWriteTests
{
    private const string Path = "/eureka/apps/WEB/h1:web:8080";

    [Fact]
    public async Task An_instance_lives_from_registration_over_heartbeats_to_its_end()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);

        (await eureka.PutAsync(Path)).Status.ShouldBe(404);
        var registered = await eureka.SendAsync("POST", "/eureka/apps/WEB", EurekaClient.Body());
        registered.Status.ShouldBe(204);
        registered.Body.ShouldBe("");
        foreach (var query in (string[])["", "?status=UP&lastDirtyTimestamp=1700000000000", "?status=UP&lastDirtyTimestamp=1600000000000"])
        {
            var beat = await eureka.PutAsync(Path + query);
            beat.Status.ShouldBe(200);
            beat.Body.ShouldBe("");
        }

        (await eureka.DeleteAsync(Path)).Status.ShouldBe(200);
        (await eureka.DeleteAsync(Path)).Status.ShouldBe(404);
        (await eureka.PutAsync(Path)).Status.ShouldBe(404);
        (await eureka.GetAsync("/eureka/apps/WEB")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_heartbeat_with_a_newer_dirty_timestamp_makes_the_client_register_again()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync();

        (await eureka.PutAsync(Path + "?status=UP&lastDirtyTimestamp=1800000000000")).Status.ShouldBe(404);

        await eureka.RegisterAsync(dirty: 1_800_000_000_000);
        (await eureka.PutAsync(Path + "?status=UP&lastDirtyTimestamp=1800000000000")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(1_700_000_000_000, 1_699_999_999_999, "first")]
    [InlineData(1_700_000_000_000, 1_700_000_000_000, "second")]
    [InlineData(1_700_000_000_000, 1_700_000_000_001, "second")]
    public async Task An_older_registration_leaves_the_newer_one_and_renews_its_lease(long first, long second, string stands)
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);

        await eureka.RegisterAsync(dirty: first, more: ",\"metadata\":{\"which\":\"first\"}");
        await eureka.RegisterAsync(dirty: second, more: ",\"metadata\":{\"which\":\"second\"}");

        var instance = await eureka.InstanceAsync();
        instance.GetProperty("metadata").GetProperty("which").GetString().ShouldBe(stands);
        instance.GetProperty("lastDirtyTimestamp").GetString().ShouldBe($"{Math.Max(first, second)}");
    }

    [Fact]
    public async Task An_operators_status_outlives_heartbeats_and_registrations_until_it_is_taken_back()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync();

        (await eureka.PutAsync(Path + "/status?value=OUT_OF_SERVICE&lastDirtyTimestamp=1700000000001")).Status.ShouldBe(200);
        var overridden = await eureka.InstanceAsync();
        overridden.GetProperty("status").GetString().ShouldBe("OUT_OF_SERVICE");
        overridden.GetProperty("overriddenStatus").GetString().ShouldBe("OUT_OF_SERVICE");
        overridden.GetProperty("lastDirtyTimestamp").GetString().ShouldBe("1700000000001");
        (await eureka.PutAsync(Path + "?status=UP&lastDirtyTimestamp=1700000000001")).Status.ShouldBe(200);
        await eureka.RegisterAsync(dirty: 1_700_000_000_002);
        (await eureka.StatusAsync()).ShouldBe("OUT_OF_SERVICE");

        (await eureka.DeleteAsync(Path + "/status?value=UP")).Status.ShouldBe(200);
        var bare = await eureka.InstanceAsync();
        bare.GetProperty("status").GetString().ShouldBe("UP");
        bare.GetProperty("overriddenStatus").GetString().ShouldBe("UNKNOWN");
        (await eureka.DeleteAsync(Path + "/status")).Status.ShouldBe(200);
        (await eureka.StatusAsync()).ShouldBe("UP");
    }

    [Fact]
    public async Task What_comes_with_the_removal_of_an_override_counts_until_the_instance_says_otherwise()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync();
        await eureka.PutAsync(Path + "/status?value=OUT_OF_SERVICE");

        await eureka.DeleteAsync(Path + "/status?value=DOWN");
        (await eureka.StatusAsync()).ShouldBe("DOWN");
        await eureka.RegisterAsync(dirty: 1_700_000_000_003);
        (await eureka.StatusAsync()).ShouldBe("UP");
    }

    [Theory]
    [InlineData("PUT", Path + "/status?value=BOGUS", 500)]
    [InlineData("PUT", Path + "/status", 500)]
    [InlineData("DELETE", Path + "/status?value=BOGUS", 500)]
    [InlineData("PUT", "/eureka/apps/WEB/nosuch/status?value=UP", 404)]
    [InlineData("DELETE", "/eureka/apps/WEB/nosuch/status", 404)]
    [InlineData("PUT", "/eureka/apps/WEB/nosuch/metadata?a=1", 404)]
    [InlineData("PUT", "/eureka/apps/WEB/nosuch?status=UP&lastDirtyTimestamp=1800000000000", 404)]
    public async Task Status_changes_fail_as_clients_know_it(string method, string path, int status)
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync();

        (await eureka.SendAsync(method, path)).Status.ShouldBe(status);
        (await eureka.StatusAsync()).ShouldBe("UP");
    }

    [Theory]
    [InlineData("UP", "passing")]
    [InlineData("DOWN", "critical")]
    [InlineData("STARTING", "starting")]
    [InlineData("OUT_OF_SERVICE", "draining")]
    [InlineData("UNKNOWN", "starting")]
    [InlineData("whatever", "starting", "UNKNOWN")]
    public async Task Statuses_inward_follow_the_table_and_come_back_as_they_were(string status, string native, string? shown = null)
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);

        await eureka.RegisterAsync(status: status);

        (await eureka.StatusAsync()).ShouldBe(shown ?? status);
        (await eureka.AppsAsync()).HashCode.ShouldBe($"{shown ?? status}_1_");
        (await NativeAsync(node)).GetProperty("status").GetString().ShouldBe(native);
    }

    [Fact]
    public async Task Metadata_is_merged_and_the_rest_stays()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync();
        await eureka.PutAsync(Path + "/status?value=OUT_OF_SERVICE");

        (await eureka.PutAsync(Path + "/metadata?a=1&b=2&zone=z2&eureka.c=3")).Status.ShouldBe(200);

        var instance = await eureka.InstanceAsync();
        instance.GetProperty("metadata").GetRawText().ShouldBe("""{"a":"1","b":"2","eureka.c":"3","zone":"z2"}""");
        instance.GetProperty("status").GetString().ShouldBe("OUT_OF_SERVICE");
        instance.GetProperty("lastDirtyTimestamp").GetString().ShouldBe("1700000000000");
        (await NativeAsync(node)).GetProperty("zone").GetString().ShouldBe("z2");
    }

    [Fact]
    public async Task When_it_was_first_up_outlives_registrations()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync(status: "STARTING");
        ServiceUp(await eureka.InstanceAsync()).ShouldBe(0);
        await eureka.RegisterAsync(dirty: 1_700_000_000_001);
        var up = ServiceUp(await eureka.InstanceAsync());
        up.ShouldBeGreaterThan(0);

        await eureka.RegisterAsync(status: "DOWN", dirty: 1_700_000_000_002);
        await eureka.RegisterAsync(dirty: 1_700_000_000_003);

        ServiceUp(await eureka.InstanceAsync()).ShouldBe(up);

        static long ServiceUp(JsonElement instance) => instance.GetProperty("leaseInfo").GetProperty("serviceUpTimestamp").GetInt64();
    }

    [Theory]
    [InlineData("""{"instance":{"hostName":"h1"}}""", "Missing app")]
    [InlineData("""{"instance":{"app":"WEB","ipAddr":"1.1.1.1","dataCenterInfo":{"name":"MyOwn"}}}""", "Missing hostName")]
    [InlineData("""{"instance":{"hostName":"h","app":"WEB","dataCenterInfo":{"name":"MyOwn"}}}""", "Missing ipAddr")]
    [InlineData("""{"instance":{"hostName":"h","app":"WEB","ipAddr":"1.1.1.1"}}""", "Missing dataCenterInfo")]
    [InlineData("""{"instance":{"hostName":"h","app":"WEB","ipAddr":"1.1.1.1","dataCenterInfo":{}}}""", "Missing dataCenterInfo Name")]
    [InlineData("""{"instance":{"hostName":"h","app":"OTHER","ipAddr":"1.1.1.1","dataCenterInfo":{"name":"MyOwn"}}}""",
        "Mismatched appName, expecting WEB but was OTHER")]
    [InlineData("""{"instance":{"hostName":"h","app":"WEB","ipAddr":"1.1.1.1","port":8080,"dataCenterInfo":{"name":"MyOwn"}}}""", "port has no $")]
    [InlineData("""{"instance":{"hostName":"h","app":"WEB","ipAddr":"1.1.1.1","port":{"$":70000},"dataCenterInfo":{"name":"MyOwn"}}}""",
        "port is not within")]
    [InlineData("{bad", "cannot parse request body")]
    [InlineData("[]", "the body is no object")]
    [InlineData("", "cannot parse request body")]
    public async Task A_registration_that_lacks_something_is_refused_and_says_what(string body, string sentence)
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);

        var answer = await eureka.SendAsync("POST", "/eureka/apps/WEB", body, EurekaClient.Json, ("Accept", "application/json"));

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("error").GetString()!.ShouldContain(sentence);
        (await eureka.AppsAsync()).Instances.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_registry_refuses_is_refused_with_its_sentence()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);

        var address = await eureka.SendAsync("POST", "/eureka/apps/WEB", EurekaClient.Body().Replace("10.0.0.1", "not an address"));
        address.Status.ShouldBe(400);
        address.Body.ShouldContain("neither a host name nor an IP address");
        (await eureka.SendAsync("POST", "/eureka/apps/MY%20APP", EurekaClient.Body(app: "MY APP"))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_with_and_without_its_length()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        var body = EurekaClient.Body(more: $",\"metadata\":{{\"x\":\"{new string('x', 70_000)}\"}}");

        (await eureka.SendAsync("POST", "/eureka/apps/WEB", body)).Status.ShouldBe(413);
        (await eureka.SendAsync("POST", "/eureka/apps/WEB", body, EurekaClient.Json, ("Transfer-Encoding", "chunked"))).Status.ShouldBe(413);
    }

    [Fact]
    public async Task A_chunked_body_without_a_type_is_taken_as_what_it_is()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);

        var json = await eureka.SendAsync("POST", "/eureka/apps/WEB", EurekaClient.Body("1"), null, ("Transfer-Encoding", "chunked"));
        var xml = await eureka.SendAsync("POST", "/eureka/v2/apps/web/", InstanceNotationTests.Xml("2"), null, ("Transfer-Encoding", "chunked"));

        json.Status.ShouldBe(204);
        xml.Status.ShouldBe(204);
        (await eureka.AppsAsync()).Instances.ShouldBe(["WEB/1=UP:ADDED", "WEB/2=UP:ADDED"]);
    }

    [Fact]
    public async Task Without_an_id_the_host_name_is_the_id_and_ids_may_hold_slashes()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.SendAsync("POST", "/eureka/apps/WEB", EurekaClient.Body().Replace("\"instanceId\":\"h1:web:8080\",", ""));
        await eureka.RegisterAsync("a/b c+d");

        (await eureka.PutAsync("/eureka/apps/WEB/h1")).Status.ShouldBe(200);
        (await eureka.PutAsync("/eureka/apps/WEB/a%2Fb%20c+d")).Status.ShouldBe(200);
        (await eureka.InstanceAsync("a%2Fb%20c%2Bd")).GetProperty("instanceId").GetString().ShouldBe("a/b c+d");
    }

    [Fact]
    public async Task The_lease_is_as_long_as_it_asks_for_but_never_shorter_than_two_renewals()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);

        await eureka.RegisterAsync();
        (await NativeAsync(node)).GetProperty("ttl").GetString().ShouldBe("15s");
        await eureka.RegisterAsync(more: ",\"leaseInfo\":{\"renewalIntervalInSecs\":5,\"durationInSecs\":5}");
        (await NativeAsync(node)).GetProperty("ttl").GetString().ShouldBe("10s");
        (await eureka.InstanceAsync()).GetProperty("leaseInfo").GetProperty("durationInSecs").GetInt32().ShouldBe(5);
        await eureka.RegisterAsync(more: ",\"leaseInfo\":{\"durationInSecs\":2000000000}");
        (await NativeAsync(node)).GetProperty("ttl").GetString().ShouldBe("24h");
        (await eureka.InstanceAsync()).GetProperty("leaseInfo").GetProperty("durationInSecs").GetInt32().ShouldBe(2_000_000_000);
    }

    [Fact]
    public async Task An_instance_that_another_door_registered_stays_in_its_service()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        using var body = new StringContent("""{"address":"10.0.0.9","port":1}""", System.Text.Encoding.UTF8, "application/json");
        (await node.Client.PutAsync("/api/v1/services/Web/instances/native", body)).IsSuccessStatusCode.ShouldBeTrue();

        await eureka.RegisterAsync("h2");

        var services = JsonDocument.Parse(await node.Client.GetStringAsync("/api/v1/services")).RootElement.GetProperty("services");
        services.GetArrayLength().ShouldBe(1);
        services[0].GetProperty("service").GetString().ShouldBe("Web");
        services[0].GetProperty("instances").GetInt32().ShouldBe(2);
        (await eureka.DeleteAsync("/eureka/apps/WEB/native")).Status.ShouldBe(200);
    }

    private static async Task<JsonElement> NativeAsync(RealNode node) =>
        JsonDocument.Parse(await node.Client.GetStringAsync("/api/v1/services/web/instances/h1:web:8080")).RootElement;
}
