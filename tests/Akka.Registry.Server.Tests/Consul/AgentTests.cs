using System.Text.Json;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Consul;

/// <summary>What an agent's clients register and read, before a real node.</summary>
public sealed class AgentTests
{
    private const string Register = "/v1/agent/service/register";

    /// <summary>The answers of a real Consul 1.8.7 to the same requests, field by field.</summary>
    [Fact]
    public async Task A_service_shows_as_Consul_shows_it()
    {
        await using var node = await ConsulNode.StartAsync();
        var registered = await node.PutAsync(
            Register,
            """
            {"ID":"web-1","Name":"web","Tags":["v1","primary"],"Address":"10.0.0.1","Port":8080,"Meta":{"ver":"1.0"},
             "Check":{"TTL":"15s","DeregisterCriticalServiceAfter":"1m"}}
            """);
        registered.Body.ShouldBeEmpty();
        (await node.PutAsync("/v1/agent/check/pass/service:web-1?note=hello")).Body.ShouldBeEmpty();

        var service = (await node.GetAsync("/v1/agent/services")).Json.GetProperty("web-1");
        service.ToString().ShouldBe(Answer.OneLine(
            """
            {"ID":"web-1","Service":"web","Tags":["v1","primary"],"Address":"10.0.0.1",
            "TaggedAddresses":{"lan_ipv4":{"Address":"10.0.0.1","Port":8080},"wan_ipv4":{"Address":"10.0.0.1","Port":8080}},
            "Meta":{"ver":"1.0"},"Port":8080,"Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,"Datacenter":"dc1"}
            """));
        var check = (await node.GetAsync("/v1/agent/checks")).Json.GetProperty("service:web-1");
        check.ToString().ShouldBe(Answer.OneLine(
            """
            {"Node":"oracle","CheckID":"service:web-1","Name":"Service 'web' check","Status":"passing","Notes":"","Output":"hello",
            "ServiceID":"web-1","ServiceName":"web","ServiceTags":["v1","primary"],"Type":"ttl","Definition":{},
            "CreateIndex":0,"ModifyIndex":0}
            """));
    }

    /// <summary>python sends lower case, others snake case, and no Content-Type.</summary>
    [Theory]
    [InlineData("""{"name":"web","id":"w","address":"h","tags":["a"],"port":1,"check":{"ttl":"9s","deregister_critical_service_after":"5m"}}""")]
    [InlineData("""{"NAME":"web","ID":"w","Address":"h","Tags":["a"],"Port":1,"Check":null,"Checks":[{"TTL":9000000000}],"Meta":null,"X":{"x":1}}""")]
    [InlineData("""{"Name":"web","ID":"w","Address":"h","Tags":["a",""],"Port":1,"Check":{},"Checks":[{"Ttl":"9s"},null],"Weights":null}""")]
    public async Task Bodies_are_taken_as_clients_write_them(string body)
    {
        await using var node = await ConsulNode.StartAsync();

        await node.RegisterAsync(body);

        var service = (await node.GetAsync("/v1/agent/services")).Json.GetProperty("w");
        service.GetProperty("Tags").ToString().ShouldBe("""["a"]""");
        service.GetProperty("Meta").ToString().ShouldBe("{}");
        (await node.GetAsync("/v1/agent/checks")).Json.GetProperty("service:w").GetProperty("Status").GetString().ShouldBe("critical");
    }

    [Theory]
    [InlineData("""{"Port":1}""", "Missing service name")]
    [InlineData("{bad", "Request decode failed: ")]
    [InlineData("", "Request decode failed: EOF")]
    [InlineData("[]", "Request decode failed: ")]
    [InlineData("""{"Name":"web","Port":"80"}""", "Request decode failed: 'Port' expected a whole number, got a string")]
    [InlineData("""{"Name":"web","Port":70000}""", "Invalid service port")]
    [InlineData("""{"Name":"web","Address":"0.0.0.0"}""", "Invalid service address")]
    [InlineData("""{"Name":"web","Weights":{"Passing":0}}""", "Invalid Weights: Passing must be greater than 0")]
    [InlineData("""{"Name":"web","Meta":{"a.b":"c"}}""", "Invalid Service Meta: Couldn't load metadata pair ('a.b', 'c'): Key contains")]
    [InlineData("""{"Name":"web","Check":{"TTL":"abc"}}""", "Request decode failed: time: invalid duration \"abc\"")]
    [InlineData("""{"Name":"web","Check":{"Name":"x"}}""", "Invalid check: TTL must be > 0 for TTL checks")]
    [InlineData("""{"Name":"web","Check":{"HTTP":"http://h/"}}""", "Invalid check: Interval must be > 0")]
    [InlineData("""{"Name":"web","Check":{"HTTP":"http://h/","Interval":"1s","TTL":"1s"}}""", "Invalid check: TTL and Interval cannot both be")]
    [InlineData("""{"Name":"web","Check":{"TTL":"1s","Status":"great"}}""", "Status for checks must 'passing', 'warning', 'critical'")]
    [InlineData("""{"Name":"web","Check":{"Args":["sh"],"Interval":"1s"}}""", "Scripts are disabled on this agent")]
    [InlineData("""{"Name":"web","Check":{"TCP":"nowhere","Interval":"1s"}}""", "Invalid check: TCP 'nowhere' is no host:port")]
    [InlineData("""{"Name":"we b"}""", "'service' holds ' '")]
    public async Task A_body_that_cannot_be_is_400_in_plain_text(string body, string text)
    {
        await using var node = await ConsulNode.StartAsync();

        var answer = await node.SendAsync("PUT", Register, body);

        answer.Status.ShouldBe(400);
        answer.ContentType.ShouldBe("text/plain; charset=utf-8");
        answer.Body.ShouldStartWith(text);
        (await node.GetAsync("/v1/agent/services")).Body.ShouldBe("{}");
    }

    [Fact]
    public async Task Checks_without_a_name_are_numbered_where_there_are_several()
    {
        await using var node = await ConsulNode.StartAsync();

        await node.RegisterAsync("""{"Name":"web","Check":{"TTL":"1m"},"Checks":[{"TTL":"1m","CheckID":"mine"},{"TTL":"1m","Status":"passing"}]}""");

        var checks = (await node.GetAsync("/v1/agent/checks")).Json;
        Answer.NamesOf(checks).ShouldBe("mine service:web:1 service:web:3");
        checks.GetProperty("service:web:3").GetProperty("Status").GetString().ShouldBe("passing");
        (await node.PutAsync("/v1/agent/check/warn/service:web:1")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Registered_again_a_check_keeps_its_status_and_those_that_are_left_out_stay()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync("""{"Name":"web","Port":1,"Checks":[{"TTL":"1m","CheckID":"a"},{"TTL":"1m","CheckID":"b"}]}""");
        await node.PutAsync("/v1/agent/check/warn/a");

        await node.RegisterAsync("""{"Name":"web","Port":2,"Check":{"TTL":"1m","CheckID":"a","Status":"passing"}}""");

        var checks = (await node.GetAsync("/v1/agent/checks")).Json;
        Answer.NamesOf(checks).ShouldBe("a b");
        checks.GetProperty("a").GetProperty("Status").GetString().ShouldBe("warning");
        (await node.GetAsync("/v1/agent/services")).Json.GetProperty("web").GetProperty("Port").GetInt32().ShouldBe(2);

        await node.RegisterAsync("""{"Name":"web","Port":2,"Check":{"TTL":"1m","CheckID":"a"}}""", "?replace-existing-checks=true");
        Answer.NamesOf((await node.GetAsync("/v1/agent/checks")).Json).ShouldBe("a");
    }

    [Fact]
    public async Task An_id_that_is_registered_under_another_name_moves()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync("""{"ID":"x","Name":"old"}""");

        await node.RegisterAsync("""{"ID":"x","Name":"new"}""");

        (await node.GetAsync("/v1/catalog/services")).Body.ShouldBe("""{"new":[]}""");
        (await node.GetAsync("/v1/agent/services")).Json.GetProperty("x").GetProperty("Service").GetString().ShouldBe("new");
    }

    /// <summary>"Output TTL expired (last output before timeout follows): ..."; event by event, no clock is watched.</summary>
    [Fact]
    public async Task A_ttl_that_passes_makes_the_check_critical_and_tells_the_last_note()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync("""{"Name":"web","Check":{"TTL":"300ms"}}""");
        await node.PutAsync("/v1/agent/check/pass/service:web?note=all%20well");
        var answer = await node.GetAsync("/v1/health/service/web");
        while (answer.Json[0].GetProperty("Checks")[1].GetProperty("Status").GetString() == "passing")
            answer = await node.Blocked("/v1/health/service/web", ConsulNode.IndexOf(answer));

        var check = answer.Json[0].GetProperty("Checks")[1];
        check.GetProperty("Status").GetString().ShouldBe("critical");
        check.GetProperty("Output").GetString().ShouldBe("TTL expired (last output before timeout follows): all well");
        (await node.GetAsync("/v1/health/service/web?passing")).Body.ShouldBe("[]");
    }

    /// <summary>Spring's default: the agent runs an HTTP check.</summary>
    [Fact]
    public async Task The_node_runs_http_and_tcp_checks()
    {
        await using var node = await ConsulNode.StartAsync();
        var url = node.Client.BaseAddress!;
        await node.RegisterAsync(
            $$"""
            {"Name":"web","Port":{{url.Port}},"Checks":[
              {"CheckID":"h","HTTP":"{{url}}readyz","Interval":"1s"},{"CheckID":"t","TCP":"127.0.0.1:{{url.Port}}","Interval":"1s"},
              {"CheckID":"no","HTTP":"{{url}}nothing","Interval":"1s","Status":"passing"}]}
            """);

        var answer = await node.GetAsync("/v1/health/checks/web");
        string Of(string id) => answer.Json.EnumerateArray().Single(check => check.GetProperty("CheckID").GetString() == id)
            .GetProperty("Status").GetString()!;
        while (Of("h") != "passing" || Of("t") != "passing" || Of("no") != "critical")
            answer = await node.Blocked("/v1/health/checks/web", ConsulNode.IndexOf(answer));

        answer.Json[0].GetProperty("Output").GetString()!.ShouldContain("200");
        answer.Json[0].GetProperty("Definition").GetProperty("HTTP").GetString().ShouldBe($"{url}readyz");
        (await node.GetAsync("/v1/health/service/web?passing")).Body.ShouldBe("[]");
    }

    [Fact]
    public async Task Pass_warn_fail_and_update_say_how_a_check_is()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync("""{"Name":"web","Check":{"TTL":"1h"}}""");
        async Task<(string?, string?)> State()
        {
            var check = (await node.GetAsync("/v1/agent/checks")).Json.GetProperty("service:web");
            return (check.GetProperty("Status").GetString(), check.GetProperty("Output").GetString());
        }

        (await State()).ShouldBe(("critical", ""));
        await node.PutAsync("/v1/agent/check/pass/service%3Aweb?note=fine");
        (await State()).ShouldBe(("passing", "fine"));
        await node.PutAsync("/v1/agent/check/warn/service:web?note=hm");
        (await State()).ShouldBe(("warning", "hm"));
        await node.PutAsync("/v1/agent/check/fail/service:web?note=no");
        (await State()).ShouldBe(("critical", "no"));
        await node.PutAsync("/v1/agent/check/update/service:web", """{"Status":"passing","Output":"o"}""");
        (await State()).ShouldBe(("passing", "o"));

        var bogus = await node.SendAsync("PUT", "/v1/agent/check/update/service:web", """{"Status":"bogus"}""");
        (bogus.Status, bogus.Body).ShouldBe((400, "Invalid check status: 'bogus'"));
        var unknown = await node.SendAsync("PUT", "/v1/agent/check/pass/nosuch");
        (unknown.Status, unknown.Body).ShouldBe((500, "CheckID \"nosuch\" does not have associated TTL"));
    }

    [Fact]
    public async Task Ids_may_hold_slashes_raw_and_encoded()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync("""{"ID":"a/b c","Name":"web","Check":{"TTL":"1h"}}""");

        (await node.GetAsync("/v1/agent/service/a/b%20c")).Json.GetProperty("ID").GetString().ShouldBe("a/b c");
        (await node.GetAsync("/v1/agent/service/a%2Fb%20c")).Status.ShouldBe(200);
        await node.PutAsync("/v1/agent/check/pass/service:a%2Fb%20c");
        await node.PutAsync("/v1/agent/check/fail/service%3Aa/b%20c");
        await node.PutAsync("/v1/agent/service/deregister/a%2fb%20c");
        (await node.GetAsync("/v1/agent/services")).Body.ShouldBe("{}");
    }

    [Fact]
    public async Task What_is_not_there_is_deregistered_already_and_is_404_to_read()
    {
        await using var node = await ConsulNode.StartAsync();

        (await node.PutAsync("/v1/agent/service/deregister/nosuch")).Body.ShouldBeEmpty();
        (await node.PutAsync("/v1/agent/check/deregister/nosuch")).Body.ShouldBeEmpty();
        (await node.GetAsync("/v1/agent/service/nosuch")).Status.ShouldBe(404);
        (await node.SendAsync("PUT", "/v1/agent/service/maintenance/nosuch?enable=true")).Status.ShouldBe(404);
        (await node.SendAsync("PUT", "/v1/agent/service/maintenance/nosuch")).Status.ShouldBe(400);
        (await node.SendAsync("PUT", "/v1/agent/check/register", """{"Name":"c","ServiceID":"nosuch","TTL":"1m"}""")).Status.ShouldBe(404);
        (await node.SendAsync("PUT", "/v1/agent/check/register", """{"TTL":"1m"}""")).Body.ShouldBe("Missing check name");
    }

    [Fact]
    public async Task Maintenance_is_a_critical_check_with_the_reason_and_hides_the_service()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync("""{"ID":"web-2","Name":"web","Tags":["v2"]}""");

        await node.PutAsync("/v1/agent/service/maintenance/web-2?enable=true&reason=moving+house");

        var check = (await node.GetAsync("/v1/health/checks/web")).Json[0];
        check.GetProperty("CheckID").GetString().ShouldBe("_service_maintenance:web-2");
        check.GetProperty("Name").GetString().ShouldBe("Service Maintenance Mode");
        check.GetProperty("Status").GetString().ShouldBe("critical");
        check.GetProperty("Notes").GetString().ShouldBe("moving house");
        check.GetProperty("Type").GetString().ShouldBe("maintenance");
        (await node.GetAsync("/v1/health/service/web?passing")).Body.ShouldBe("[]");
        (await node.GetAsync("/v1/agent/health/service/id/web-2?format=text")).Body.ShouldBe("maintenance");
        await node.PutAsync("/v1/agent/service/maintenance/web-2?enable=false");
        (await node.GetAsync("/v1/health/service/web?passing")).Json.GetArrayLength().ShouldBe(1);
        (await node.GetAsync("/v1/health/checks/web")).Body.ShouldBe("[]");
    }

    [Fact]
    public async Task A_node_s_check_counts_for_all_that_is_on_it()
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync("""{"Name":"web"}""");

        await node.PutAsync("/v1/agent/check/register", """{"Name":"disk","TTL":"1h","Notes":"zz"}""");
        (await node.GetAsync("/v1/health/service/web?passing")).Body.ShouldBe("[]");
        (await node.GetAsync("/v1/agent/health/service/name/web?format=text")).Body.ShouldBe("critical");
        await node.PutAsync("/v1/agent/check/pass/disk");
        (await node.GetAsync("/v1/health/service/web?passing")).Json.GetArrayLength().ShouldBe(1);
        await node.PutAsync("/v1/agent/maintenance?enable=true&reason=x");
        var maintenance = (await node.GetAsync("/v1/agent/checks")).Json.GetProperty("_node_maintenance");
        maintenance.GetProperty("Notes").GetString().ShouldBe("x");
        (await node.GetAsync("/v1/health/service/web?passing")).Body.ShouldBe("[]");
        await node.PutAsync("/v1/agent/maintenance?enable=false");
        await node.PutAsync("/v1/agent/check/deregister/disk");
        (await node.GetAsync("/v1/health/service/web?passing")).Json.GetArrayLength().ShouldBe(1);
        (await node.GetAsync("/v1/agent/checks")).Body.ShouldBe("{}");
    }

    [Theory]
    [InlineData("pass", 200, "passing")]
    [InlineData("warn", 429, "warning")]
    [InlineData("fail", 503, "critical")]
    public async Task Health_of_one_service_is_a_status_code(string word, int status, string text)
    {
        await using var node = await ConsulNode.StartAsync();
        await node.RegisterAsync("""{"ID":"web-1","Name":"web","Check":{"TTL":"1h"}}""");
        await node.PutAsync($"/v1/agent/check/{word}/service:web-1");

        foreach (var path in new[] { "/v1/agent/health/service/id/web-1", "/v1/agent/health/service/name/web" })
        {
            var json = await node.GetAsync(path);
            json.Status.ShouldBe(status);
            json.Headers.GetValues("X-Consul-Reason").Single().ShouldBe(text);
            var one = json.Json.ValueKind == JsonValueKind.Array ? json.Json[0] : json.Json;
            one.GetProperty("AggregatedStatus").GetString().ShouldBe(text);
            one.GetProperty("Checks").GetArrayLength().ShouldBe(1);
            var plain = await node.GetAsync(path + "?format=text");
            (plain.Status, plain.Body, plain.ContentType).ShouldBe((status, text, "text/plain"));
        }

        var missing = await node.GetAsync("/v1/agent/health/service/id/nosuch");
        missing.Status.ShouldBe(404);
        missing.Body.ShouldBe("""{"AggregatedStatus":"critical","Service":null,"Checks":null}""");
        (await node.GetAsync("/v1/agent/health/service/name/nosuch")).Status.ShouldBe(404);
    }
}
