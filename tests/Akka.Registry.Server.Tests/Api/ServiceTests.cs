using System.Text.Json;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Api;

public sealed class ServiceTests
{
    [Fact]
    public async Task Services_are_listed_with_their_counts()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "1");
        door.Registry.Add("orders", "2", with => with with { Status = InstanceStatus.Draining });
        door.Registry.Add("billing", "1", with => with with { Status = InstanceStatus.Warning });

        var answer = await door.GetAsync("/api/v1/services");

        answer.Status.ShouldBe(200);
        answer.ContentType.ShouldBe("application/json");
        answer.Body.ShouldBe(
            Answer.OneLine("""
            {"revision":1003,"cursor":"c1003","services":[
            {"service":"billing","revision":1003,"instances":1,"starting":0,"passing":0,"warning":1,
            "critical":0,"draining":0,"outOfService":0,"unverified":0,"suspect":0},
            {"service":"orders","revision":1002,"instances":2,"starting":0,"passing":1,"warning":0,
            "critical":0,"draining":1,"outOfService":0,"unverified":0,"suspect":0}]}
            """));
    }

    [Fact]
    public async Task Services_come_in_pages()
    {
        await using var door = await Door.OpenAsync();
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
            door.Registry.Add(name, "1");

        await PagesShouldBe(door, "/api/v1/services?limit=2", "services", "service", ["a b", "c d", "e"]);
    }

    [Fact]
    public async Task A_service_shows_its_instances_by_id()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "2");
        door.Registry.Add("orders", "1");

        var answer = await door.GetAsync("/api/v1/services/orders");

        answer.Status.ShouldBe(200);
        answer.Names.ShouldBe("service revision cursor instances");
        answer.Json.GetProperty("revision").GetInt64().ShouldBe(1002);
        answer.Json.GetProperty("cursor").GetString().ShouldBe("c1002");
        IdsOf(answer.Json, "instances", "id").ShouldBe("1 2");
        Answer.NamesOf(answer.Json.GetProperty("instances")[0]).ShouldBe(RegistrationTests.EntryNames);
    }

    [Fact]
    public async Task Instances_come_in_pages_and_filters_count_before_pages()
    {
        await using var door = await Door.OpenAsync();
        for (var i = 0; i < 10; i++)
            door.Registry.Add("orders", $"{i}", with => with with { Zone = i % 2 == 0 ? "a" : "b" });

        await PagesShouldBe(door, "/api/v1/services/orders?zone=a&limit=2", "instances", "id", ["0 2", "4 6", "8"]);
        await PagesShouldBe(door, "/api/v1/services/orders?zone=b&limit=5", "instances", "id", ["1 3 5 7 9"]);
    }

    [Theory]
    [InlineData("status=passing", "1 3")]
    [InlineData("status=draining,warning", "2 4")]
    [InlineData("status=draining&status=passing", "1 2 3")]
    [InlineData("tag=x", "1 2")]
    [InlineData("tag=x&tag=y", "2")]
    [InlineData("meta.region=eu", "3")]
    [InlineData("meta.region=us", "")]
    [InlineData("zone=a", "1")]
    [InlineData("version=2", "4")]
    [InlineData("method=M.Do", "3")]
    [InlineData("method=M.Do&zone=a", "")]
    public async Task A_filter_keeps_what_meets_every_condition(string query, string ids)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("s", "1", with => with with { Tags = ["x"], Zone = "a" });
        door.Registry.Add("s", "2", with => with with { Tags = ["y", "x"], Status = InstanceStatus.Draining });
        door.Registry.Add("s", "3", with => with with { Metadata = new Dictionary<string, string> { ["region"] = "eu" }, Methods = ["M.Do"] });
        door.Registry.Add("s", "4", with => with with { Version = "2", Status = InstanceStatus.Warning });

        var answer = await door.GetAsync("/api/v1/services/s?" + query);

        IdsOf(answer.Json, "instances", "id").ShouldBe(ids);
    }

    [Theory]
    [InlineData("/api/v1/services/orders?stauts=passing", "stauts")]
    [InlineData("/api/v1/services/orders?status=up", "status")]
    [InlineData("/api/v1/services/orders?status=passing,", "status")]
    [InlineData("/api/v1/services/orders?limit=0", "limit")]
    [InlineData("/api/v1/services/orders?limit=100001", "limit")]
    [InlineData("/api/v1/services/orders?meta.=x", "meta.")]
    [InlineData("/api/v1/services/orders?zone=a&zone=b", "zone")]
    [InlineData("/api/v1/services?limit=ten", "limit")]
    [InlineData("/api/v1/services/orders/routees?count=0", "count")]
    [InlineData("/api/v1/services/orders/routees?count=1001", "count")]
    [InlineData("/api/v1/cluster?x=1", "x")]
    public async Task A_parameter_that_is_wrong_is_named(string path, string field)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "1");

        var answer = await door.GetAsync(path);

        answer.Status.ShouldBe(400);
        answer.ContentType.ShouldBe("application/problem+json");
        answer.Json.GetProperty("field").GetString().ShouldBe(field);
    }

    [Theory]
    [InlineData("/api/v1/services/orders")]
    [InlineData("/api/v1/services/orders/routees")]
    public async Task A_service_that_is_not_there_is_not_found(string path)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.GetAsync(path);

        answer.Status.ShouldBe(404);
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/not-found");
    }

    [Fact]
    public async Task Routees_are_chosen_by_the_registry_as_the_request_says()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "1", with => with with { Methods = ["M"], Tags = ["t"] });

        var answer = await door.GetAsync(
            "/api/v1/services/orders/routees?strategy=consistent-hashing&count=3&hashKey=k&zone=b&method=M&tag=t&status=passing&version=");

        answer.Status.ShouldBe(200);
        answer.Names.ShouldBe("service strategy routees");
        var asked = door.Registry.LastRouteeRequest!;
        (asked.Service, asked.Strategy, asked.Count, asked.HashKey, asked.PreferZone).ShouldBe(("orders", "consistent-hashing", 3, "k", "b"));
        asked.Filter.Zone.ShouldBeNull();
        asked.Filter.Method.ShouldBe("M");
        asked.Filter.Tags.ShouldBe(["t"]);
        asked.Filter.Statuses.ShouldBe([InstanceStatus.Passing]);
        IdsOf(answer.Json, "routees", "id").ShouldBe("1");
    }

    [Fact]
    public async Task Routees_are_one_by_round_robin_unless_the_request_says_otherwise()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "1");
        door.Registry.Add("orders", "2");

        var answer = await door.GetAsync("/api/v1/services/orders/routees");

        answer.Json.GetProperty("strategy").GetString().ShouldBe("round-robin");
        answer.Json.GetProperty("routees").GetArrayLength().ShouldBe(1);
        door.Registry.LastRouteeRequest!.Filter.ShouldBeSameAs(Queries.InstanceFilter.None);
    }

    [Fact]
    public async Task A_long_list_leaves_piece_by_piece_before_it_is_written_to_its_end()
    {
        await using var door = await Door.OpenOnSocketAsync();
        const int instances = 20_000;
        for (var i = 0; i < instances; i++)
            door.Registry.Add("big", $"{i:D6}");

        using var response = await door.Client.GetAsync("/api/v1/services/big", HttpCompletionOption.ResponseHeadersRead);

        response.Content.Headers.ContentLength.ShouldBeNull();
        var json = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
        json.RootElement.GetProperty("instances").GetArrayLength().ShouldBe(instances);
        json.RootElement.GetProperty("instances")[instances - 1].GetProperty("id").GetString().ShouldBe("019999");
    }

    private static async Task PagesShouldBe(Door door, string path, string list, string name, string[] pages)
    {
        string? after = null;
        foreach (var page in pages)
        {
            var answer = await door.GetAsync(after is null ? path : $"{path}&after={after}");
            IdsOf(answer.Json, list, name).ShouldBe(page);
            after = answer.Json.TryGetProperty("next", out var next) ? next.GetString() : null;
            (after is null).ShouldBe(page == pages[^1]);
        }
    }

    private static string IdsOf(JsonElement json, string list, string name) =>
        string.Join(' ', json.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(name).GetString()));
}
