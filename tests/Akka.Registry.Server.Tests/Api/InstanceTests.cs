using Akka.Registry.DistributedData;
using Akka.Registry.Server.Tests.Fakes;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Api;

public sealed class InstanceTests
{
    private const string Path = RegistrationTests.Path;

    [Fact]
    public async Task A_heartbeat_answers_with_the_lease()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.SendAsync("PUT", Path + "/heartbeat?epoch=5");

        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe("""{"status":"passing","ttl":"30s","expiresIn":"30s"}""");
    }

    [Fact]
    public async Task A_heartbeat_that_nobody_knows_is_told_to_register_again()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path + "/heartbeat");

        answer.Status.ShouldBe(404);
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/unknown-lease");
        answer.Json.GetProperty("title").GetString().ShouldBe("Unknown: register again.");
        answer.Json.GetProperty("instance").GetString().ShouldBe(Path + "/heartbeat");
    }

    [Theory]
    [InlineData("PUT", "/heartbeat?epoch=4", null)]
    [InlineData("PUT", "/status?epoch=4", """{"status":"draining"}""")]
    [InlineData("DELETE", "?epoch=4", null)]
    [InlineData("PUT", "", """{"address":"h","epoch":4}""")]
    public async Task An_ended_epoch_is_refused(string method, string path, string? body)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1", epoch: 5);

        var answer = await door.SendAsync(method, Path + path, body);

        answer.Status.ShouldBe(409);
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/stale-epoch");
        answer.Json.GetProperty("field").GetString().ShouldBe("epoch");
        answer.Json.GetProperty("retryable").GetBoolean().ShouldBeFalse();
    }

    [Theory]
    [InlineData("PUT", "/heartbeat?epoch=0", null)]
    [InlineData("DELETE", "?epoch=x", null)]
    [InlineData("PUT", "/status?epoch=+5", """{"status":"draining"}""")]
    public async Task An_epoch_that_is_no_number_is_refused(string method, string path, string? body)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync(method, Path + path, body);

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("field").GetString().ShouldBe("epoch");
    }

    [Fact]
    public async Task An_instance_reports_its_status()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.SendAsync("PUT", Path + "/status?epoch=5", """{"status":"draining"}""");

        answer.Status.ShouldBe(200);
        answer.Names.ShouldBe(RegistrationTests.EntryNames);
        answer.Json.GetProperty("status").GetString().ShouldBe("draining");
        answer.Json.GetProperty("reported").GetString().ShouldBe("draining");
    }

    [Fact]
    public async Task An_operator_overrides_and_takes_it_back()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var taken = await door.SendAsync("PUT", Path + "/status", """{"override":"out-of-service"}""");
        var back = await door.SendAsync("PUT", Path + "/status", """{"override":null}""");

        taken.Json.GetProperty("status").GetString().ShouldBe("out-of-service");
        taken.Json.GetProperty("override").GetString().ShouldBe("out-of-service");
        taken.Json.GetProperty("reported").GetString().ShouldBe("passing");
        back.Status.ShouldBe(200);
        back.Json.GetProperty("status").GetString().ShouldBe("passing");
        back.Names.ShouldBe(RegistrationTests.EntryNames);
    }

    [Theory]
    [InlineData("{}", "status", "The field 'status' is required.")]
    [InlineData("""{"status":null}""", "status", "The field 'status' is required.")]
    [InlineData("""{"status":"passing","override":null}""", "override",
        "'status' is the instance's word and 'override' the operator's: send one of them.")]
    [InlineData("""{"status":"out-of-service"}""", "status", "'status' may not be out-of-service: set it as 'override'.")]
    [InlineData("""{"override":"down"}""", "override", "'override' must be one of starting, passing, warning, critical, draining, out-of-service.")]
    [InlineData("""{"state":"passing"}""", "state", "2 fields are not valid: state, status.")]
    public async Task A_status_that_is_wrong_is_named(string body, string field, string detail)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.SendAsync("PUT", Path + "/status", body);

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("field").GetString().ShouldBe(field);
        answer.Json.GetProperty("detail").GetString().ShouldBe(detail);
    }

    [Fact]
    public async Task An_override_takes_no_epoch()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.SendAsync("PUT", Path + "/status?epoch=5", """{"override":null}""");

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("field").GetString().ShouldBe("epoch");
    }

    [Fact]
    public async Task Deregistering_answers_with_nothing_and_the_entry_is_gone()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.SendAsync("DELETE", Path + "?epoch=5&consistency=all&timeout=2s");
        var again = await door.SendAsync("DELETE", Path);

        answer.Status.ShouldBe(204);
        answer.Body.ShouldBe("");
        door.Registry.LastWriteOptions.ShouldBe(new WriteOptions(WriteConsistency.All, TimeSpan.FromSeconds(2)));
        again.Status.ShouldBe(404);
        again.Json.GetProperty("type").GetString().ShouldBe("/problems/not-found");
    }

    [Fact]
    public async Task An_instance_is_shown()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.GetAsync(Path);

        answer.Status.ShouldBe(200);
        answer.Names.ShouldBe(RegistrationTests.EntryNames);
        answer.Json.GetProperty("expiresIn").GetString().ShouldBe("29.8s");
    }

    [Fact]
    public async Task Where_another_node_owns_the_lease_its_end_is_not_known()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1", owner: FakeRegistry.Other);

        var answer = await door.GetAsync(Path);

        answer.Json.GetProperty("expiresIn").GetRawText().ShouldBe("null");
        answer.Json.GetProperty("owner").GetString().ShouldBe("node-2");
        answer.Json.GetProperty("ownerUid").GetString().ShouldBe("00000000000000b2");
    }

    [Theory]
    [InlineData(Path)]
    [InlineData("/api/v1/services/orders/instances/other")]
    public async Task An_instance_that_is_not_there_is_not_found(string path)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-2");

        var answer = await door.GetAsync(path);

        answer.Status.ShouldBe(404);
        answer.Json.GetProperty("title").GetString().ShouldBe("Not registered.");
    }

    [Fact]
    public async Task A_drain_that_everybody_knows_of_answers_200()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.SendAsync("POST", Path + "/drain?deadline=1m30s");

        answer.Status.ShouldBe(200);
        answer.Names.ShouldBe("confirmed laggardCount laggards entry");
        answer.Json.GetProperty("confirmed").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty("laggards").GetArrayLength().ShouldBe(0);
        answer.Json.GetProperty("entry").GetProperty("status").GetString().ShouldBe("draining");
        door.Registry.LastDrainDeadline.ShouldBe(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task A_drain_that_is_not_confirmed_answers_202_and_names_the_laggards()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");
        door.Registry.Laggards = (
            [
                new DrainLaggard(FakeRegistry.Self, "node-1", DrainLag.Subscriber, "watch of 10.0.0.9:5000"),
                new DrainLaggard(FakeRegistry.Other, "node-2", DrainLag.NoAnswer, null),
            ], 5);

        var answer = await door.SendAsync("POST", Path + "/drain");

        answer.Status.ShouldBe(202);
        answer.Json.GetProperty("confirmed").GetBoolean().ShouldBeFalse();
        answer.Json.GetProperty("laggardCount").GetInt32().ShouldBe(5);
        answer.Json.GetProperty("laggards").GetRawText().ShouldBe(Answer.OneLine("""
            [{"node":"node-1","nodeUid":"00000000000000a1","lag":"subscriber","subscriber":"watch of 10.0.0.9:5000"},
            {"node":"node-2","nodeUid":"00000000000000b2","lag":"no-answer","subscriber":null}]
            """));
        door.Registry.LastDrainDeadline.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("?deadline=10", "deadline")]
    [InlineData("?deadline=soon", "deadline")]
    [InlineData("?epoch=x", "epoch")]
    [InlineData("?timeout=10s", "timeout")]
    public async Task A_drain_that_is_asked_for_wrongly_is_refused(string query, string field)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.SendAsync("POST", Path + "/drain" + query);

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("field").GetString().ShouldBe(field);
    }

    [Fact]
    public async Task A_failure_report_counts_for_the_address_that_it_comes_from()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.SendAsync("POST", Path + "/reports?epoch=9007199254740991");

        answer.Status.ShouldBe(202);
        answer.Body.ShouldBeEmpty();
        (await door.SendAsync("POST", Path + "/reports")).Status.ShouldBe(202);
        door.Registry.Reports.Select(report => (report.Key.Instance, report.Epoch))
            .ShouldBe([("orders-1", 9007199254740991ul), ("orders-1", (ulong?)null)]);
        door.Registry.Reports.Select(report => report.Reporter).Distinct().ShouldHaveSingleItem().ShouldNotBe(0ul);
        (await door.SendAsync("POST", "/api/v1/services/orders/instances/none/reports")).Status.ShouldBe(404);
        (await door.SendAsync("POST", Path + "/reports?reporter=1")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task An_instance_is_explained()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1");

        var answer = await door.GetAsync(Path + "/explain");

        answer.Status.ShouldBe(200);
        answer.Names.ShouldBe("service id hiddenBy owner lastBeatAge expiresIn entry nodes");
        var nodes = answer.Json.GetProperty("nodes");
        Answer.NamesOf(nodes[0]).ShouldBe(
            "name uid state answered held epoch stamp owner ownerUid status unverified suspect ownsLease lastBeatAge expiresIn");
        nodes[0].GetProperty("lastBeatAge").GetString().ShouldBe("124ms");
        nodes[1].GetRawText().ShouldBe("""{"name":"node-2","uid":"00000000000000b2","state":"suspect","answered":false,"held":false}""");
        answer.Json.GetProperty("hiddenBy").GetRawText().ShouldBe("null");
        answer.Json.GetProperty("owner").GetRawText().ShouldBe("""{"name":"node-1","uid":"00000000000000a1","state":"up","isThisNode":true}""");
        answer.Json.GetProperty("lastBeatAge").GetString().ShouldBe("124ms");
        answer.Json.GetProperty("expiresIn").GetString().ShouldBe("29.8s");
        Answer.NamesOf(answer.Json.GetProperty("entry")).ShouldBe(RegistrationTests.EntryNames);
    }

    [Fact]
    public async Task An_instance_of_an_owner_that_nobody_knows_is_explained()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "orders-1", owner: FakeRegistry.Other);

        var answer = await door.GetAsync(Path + "/explain");

        answer.Json.GetProperty("owner").GetRawText().ShouldBe("""{"name":"node-2","uid":"00000000000000b2","state":null,"isThisNode":false}""");
        answer.Json.GetProperty("lastBeatAge").GetRawText().ShouldBe("null");
        answer.Json.GetProperty("expiresIn").GetRawText().ShouldBe("null");
    }

    [Fact]
    public async Task An_instance_that_is_not_there_is_explained_too()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.GetAsync(Path + "/explain");

        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe(
            Answer.OneLine("""
            {"service":"orders","id":"orders-1","hiddenBy":"It is not registered.","owner":null,"lastBeatAge":null,"expiresIn":null,
            "entry":null,"nodes":[{"name":"node-1","uid":"00000000000000a1","state":"up","answered":true,"held":false},
            {"name":"node-2","uid":"00000000000000b2","state":"suspect","answered":false,"held":false}]}
            """));
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("10d")]
    [InlineData("2")]
    public async Task An_explanation_waits_no_longer_than_may_be(string timeout)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.GetAsync(Path + "/explain?timeout=" + timeout);

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("field").GetString().ShouldBe("timeout");
    }

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%2fb%2Fc", "a/b/c")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%C3%BC%2F%20", "ü/ ")]
    [InlineData("a%20b", "a b")]
    public async Task An_id_is_what_the_path_means(string segment, string id)
    {
        await using var door = await Door.OpenOnSocketAsync();

        var answer = await door.SendAsync("PUT", "/api/v1/services/orders/instances/" + segment, RegistrationTests.Body);

        answer.Status.ShouldBe(201);
        answer.Json.GetProperty("id").GetString().ShouldBe(id);
        (await door.SendAsync("PUT", answer.Headers.Location!.OriginalString + "/heartbeat")).Status.ShouldBe(200);
    }
}
