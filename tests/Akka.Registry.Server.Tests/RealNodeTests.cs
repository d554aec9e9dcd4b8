using System.Net;
using System.Text;
using System.Text.Json;
using Akka.Registry.Server.Tests.Api;
using Akka.Registry.Server.Tests.Streams;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests;

/// <summary>The door before the real registry of one node.</summary>
public sealed class RealNodeTests
{
    [Fact]
    public async Task An_instance_lives_through_the_door_from_registration_to_its_end()
    {
        await using var node = await RealNode.StartAsync();
        var http = node.Client;

        var created = await PutAsync(http, RegistrationTests.Path + "?consistency=all", RegistrationTests.Body);
        created.Status.ShouldBe(HttpStatusCode.Created);
        Answer.NamesOf(created.Json).ShouldBe(RegistrationTests.EntryNames + " heldBy members consistencyReached");
        created.Json.GetProperty("consistencyReached").GetBoolean().ShouldBeTrue();
        var epoch = created.Json.GetProperty("epoch").GetUInt64();

        var replaced = await PutAsync(http, RegistrationTests.Path, RegistrationTests.Body);
        replaced.Status.ShouldBe(HttpStatusCode.OK);
        replaced.Json.GetProperty("epoch").GetUInt64().ShouldBe(epoch);

        (await PutAsync(http, $"{RegistrationTests.Path}/heartbeat?epoch={epoch}")).Status.ShouldBe(HttpStatusCode.OK);
        (await PutAsync(http, $"{RegistrationTests.Path}/heartbeat?epoch={epoch - 1}")).Status.ShouldBe(HttpStatusCode.Conflict);
        var drained = await PutAsync(http, RegistrationTests.Path + "/status", """{"status":"draining"}""");
        drained.Json.GetProperty("status").GetString().ShouldBe("draining");

        const string filter = "?status=draining&tag=v2&meta.region=eu&zone=a&method=Orders.Get";
        var service = JsonDocument.Parse(await http.GetStringAsync("/api/v1/services/orders" + filter)).RootElement;
        service.GetProperty("instances").GetArrayLength().ShouldBe(1);
        (await http.GetStringAsync("/api/v1/services/orders/routees")).ShouldBe("""{"service":"orders","strategy":"round-robin","routees":[]}""");
        (await http.GetStringAsync(RegistrationTests.Path + "/explain")).ShouldContain("\"isThisNode\":true");

        (await http.DeleteAsync($"{RegistrationTests.Path}?epoch={epoch}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await http.GetAsync("/api/v1/services/orders")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var late = await PutAsync(http, $"{RegistrationTests.Path}/heartbeat?epoch={epoch}");
        late.Status.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_watch_begins_where_the_answer_before_it_ended()
    {
        await using var node = await RealNode.StartAsync();
        await PutAsync(node.Client, RegistrationTests.Path, RegistrationTests.Body);
        var list = JsonDocument.Parse(await node.Client.GetStringAsync("/api/v1/services")).RootElement;
        await PutAsync(node.Client, "/api/v1/services/orders/instances/orders-2", RegistrationTests.Body);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/watch?cursor=" + list.GetProperty("cursor").GetString());
        using var stream = new EventReader(await node.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        var told = (await stream.NextAsync())!.Split('|', 3);

        told[0].ShouldBe("event: changes");
        var changes = JsonDocument.Parse(told[2]["data: ".Length..]).RootElement.GetProperty("changes");
        changes.EnumerateArray().Select(change => change.GetProperty("id").GetString()).ShouldBe(["orders-2"]);
    }

    [Fact]
    public async Task A_watch_without_a_cursor_begins_with_everything()
    {
        await using var node = await RealNode.StartAsync();
        await PutAsync(node.Client, RegistrationTests.Path, RegistrationTests.Body);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/watch?service=orders");
        using var stream = new EventReader(await node.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        var first = (await stream.NextAsync())!;
        await PutAsync(node.Client, "/api/v1/services/orders/instances/orders-2", RegistrationTests.Body);
        var second = (await stream.NextAsync())!;

        first.ShouldStartWith("event: snapshot|id: ");
        first.ShouldContain("\"id\":\"orders-1\"");
        second.ShouldStartWith("event: changes|id: ");
        second.ShouldContain("\"id\":\"orders-2\"");
        second.ShouldNotContain("\"id\":\"orders-1\"");
    }

    [Fact]
    public async Task A_drain_is_confirmed_by_a_watch_once_it_is_written_to_its_socket()
    {
        await using var node = await RealNode.StartAsync();
        await PutAsync(node.Client, RegistrationTests.Path, RegistrationTests.Body);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/watch?service=orders");
        using var stream = new EventReader(await node.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        (await stream.NextAsync())!.ShouldContain("\"status\":\"passing\"");

        using var answer = await node.Client.PostAsync(RegistrationTests.Path + "/drain?deadline=30s", null);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldStartWith("{\"confirmed\":true,\"laggardCount\":0,");
        (await stream.NextAsync())!.ShouldContain("\"status\":\"draining\"");
    }

    [Theory]
    [InlineData("/api/v1/services/orders/instances/orders-1", """{"address":"http://h"}""", "address")]
    [InlineData("/api/v1/services/or!ders/instances/orders-1", """{"address":"h"}""", "service")]
    [InlineData("/api/v1/services/orders/instances/orders-1", """{"address":"h","ttl":"1ms"}""", "ttl")]
    [InlineData("/api/v1/services/orders/instances/orders-1", """{"address":"h","tags":["a",""]}""", "tags[1]")]
    public async Task What_the_registry_refuses_names_its_field_as_the_body_does(string path, string body, string field)
    {
        await using var node = await RealNode.StartAsync();

        var answer = await PutAsync(node.Client, path, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Json.GetProperty("field").GetString().ShouldBe(field);
    }

    [Fact]
    public async Task A_node_alone_is_converged()
    {
        await using var node = await RealNode.StartAsync();
        await PutAsync(node.Client, RegistrationTests.Path, RegistrationTests.Body);

        var cluster = JsonDocument.Parse(await node.Client.GetStringAsync("/api/v1/cluster")).RootElement;

        cluster.GetProperty("ready").GetBoolean().ShouldBeTrue();
        cluster.GetProperty("converged").GetBoolean().ShouldBeTrue();
        cluster.GetProperty("liveEntries").GetInt32().ShouldBe(1);
        cluster.GetProperty("members").GetArrayLength().ShouldBe(1);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Json)> PutAsync(HttpClient http, string path, string? body = null)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PutAsync(path, content);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, JsonDocument.Parse(text).RootElement);
    }
}
