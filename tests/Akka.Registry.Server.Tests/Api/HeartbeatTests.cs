using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Api;
using Akka.Registry.Server.Tests.Limits;
using Akka.Registry.Server.Tests.Security;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Api;

/// <summary>Many heartbeats in one request.</summary>
public sealed class HeartbeatTests
{
    private const string Path = "/api/v1/heartbeats";

    [Fact]
    public async Task Many_heartbeats_count_and_those_that_do_not_are_named_with_their_problem()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "o-1", epoch: 5);
        door.Registry.Add("orders", "ö/\"2\"", epoch: 5);

        var answer = await door.SendAsync("POST", Path,
            """
            [{"service":"orders","id":"o-1","epoch":5}, {"id":"none","service":"orders"}, {"service":"orders","id":"o-1","epoch":"4"},
             {"service":"orders","id":"\u00f6/\"2\"","epoch":null}]
            """);

        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe(Answer.OneLine(
            """
            {"accepted":2,"refused":[
            {"index":1,"service":"orders","id":"none","type":"/problems/unknown-lease","status":404,
            "detail":"Nobody knows 'none' of 'orders'.","retryable":false},
            {"index":2,"service":"orders","id":"o-1","type":"/problems/stale-epoch","status":409,"detail":"Epoch 5 stands.","retryable":false}]}
            """));
    }

    [Theory]
    [InlineData("""[{"service":"orders"}]""", "[0].id")]
    [InlineData("""[{"service":"orders","id":"o-1"},{"id":"o-1"}]""", "[1].service")]
    [InlineData("""[{"service":"orders","id":7}]""", "[0].id")]
    [InlineData("""[{"service":"orders","id":"o-1","id":"o-2"}]""", "[0].id")]
    [InlineData("""[{"service":"orders","id":"o-1","epoch":0}]""", "[0].epoch")]
    [InlineData("""[{"service":"orders","id":"o-1","epoch":{"a":[1]}}]""", "[0].epoch")]
    [InlineData("""[{"service":"orders","id":"o-1","ttl":[1,{}]}]""", "[0]")]
    [InlineData("""[{"service":"orders","id":"\ud800"}]""", "[0].id")]
    [InlineData("""["orders/o-1"]""", "[0]")]
    public async Task A_heartbeat_that_cannot_be_read_is_named_and_none_counts(string body, string field)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("orders", "o-1");

        var answer = await door.SendAsync("POST", Path, body);

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/invalid");
        answer.Json.GetProperty("field").GetString().ShouldBe(field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[{]")]
    [InlineData("[] []")]
    [InlineData("""[{"service":"orders","id":"o-1"}""")]
    public async Task What_is_no_json_is_refused(string body)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("POST", Path, body);

        (answer.Status, answer.Json.GetProperty("type").GetString()).ShouldBe((400, "/problems/malformed-json"));
    }

    [Fact]
    public async Task A_body_that_is_no_list_is_refused()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("POST", Path, """{"service":"orders","id":"o-1"}""");

        (answer.Status, answer.Json.GetProperty("type").GetString()).ShouldBe((400, "/problems/invalid"));
    }

    [Fact]
    public async Task More_than_the_limit_is_refused_by_its_name_and_as_many_as_it_says_are_taken()
    {
        await using var node = await RealNode.StartAsync(new HttpOptions { HeartbeatsPerRequest = 100 });

        using var most = await PostAsync(node.Client, Of(100, i => $"none-{i}"));
        using var more = await PostAsync(node.Client, Of(101, i => $"none-{i}"));
        using var large = await PostAsync(node.Client, Of(100, i => new string('x', 700)));

        most.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await JsonOf(most)).GetProperty("refused").GetArrayLength().ShouldBe(100);
        foreach (var refused in (HttpResponseMessage[])[more, large])
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
            (await JsonOf(refused)).GetProperty("limit").GetString().ShouldBe("http.heartbeats-per-request");
        }

        (await HttpFloodTests.CountAsync(node, "http.heartbeats-per-request")).ShouldBe(2);
    }

    [Fact]
    public async Task A_node_renews_the_leases_of_a_whole_list()
    {
        await using var node = await RealNode.StartAsync();
        for (var i = 0; i < 50; i++)
        {
            var registration = new Registration { Service = "orders", Id = $"o-{i}", Address = "10.0.0.1", Port = 80 };
            await node.Node.Registry.RegisterAsync(registration, WriteOptions.Default);
        }

        var began = TimeProvider.System.GetTimestamp();
        using var answer = await PostAsync(node.Client, Of(51, i => $"o-{i}"));

        var json = await JsonOf(answer);
        json.GetProperty("accepted").GetInt32().ShouldBe(50);
        json.GetProperty("refused").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe("o-50");
        // Each has beaten since the request began.
        for (var i = 0; i < 50; i++)
        {
            var age = node.Node.Registry.Explain(new RecordKey("orders", $"o-{i}")).LastBeatAge;
            age.ShouldNotBeNull().ShouldBeLessThan(TimeProvider.System.GetElapsedTime(began));
        }
    }

    [Fact]
    public async Task A_heartbeat_without_a_right_is_refused_by_name_and_told_to_the_audit_log()
    {
        var node = new GuardedNode();
        await node.InitializeAsync();
        await node.AddAsync(id: "mine");
        await node.AddAsync("other", "theirs");

        using var answer = await PostAsync(node[Caller.Writer], """[{"service":"other","id":"theirs"},{"service":"orders","id":"mine"}]""");

        var json = await JsonOf(answer);
        json.GetProperty("accepted").GetInt32().ShouldBe(1);
        var refused = json.GetProperty("refused").EnumerateArray().ShouldHaveSingleItem();
        (refused.GetProperty("index").GetInt32(), refused.GetProperty("status").GetInt32()).ShouldBe((0, 403));
        refused.GetProperty("detail").GetString()!.ShouldContain("write:other");
        node.Audit.Lines.ShouldContain(line => line.StartsWith(
            "4070 Denied: Writer by http from 127.0.0.1: heartbeat other/theirs; missing: write:other.", StringComparison.Ordinal));
        await node.DisposeAsync();
    }

    /// <summary>The arrays come from a pool and go back to it; whatever else is made, is made a beat.</summary>
    [Fact]
    public async Task Reading_a_list_of_heartbeats_allocates_nothing_for_what_is_registered()
    {
        await using var node = await RealNode.StartAsync();
        for (var i = 0; i < 100; i++)
        {
            var registration = new Registration { Service = "orders", Id = $"o-{i}", Address = "10.0.0.1", Port = 80 };
            await node.Node.Registry.RegisterAsync(registration, WriteOptions.Default);
        }

        var body = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Of(1_000, i => $"o-{i % 100}")));
        // A registration is answered a moment before its lease is granted.
        var (registry, entries) = (node.Node.Registry, node.Node.Registry.Find("orders")!.Instances);
        SpinWait.SpinUntil(() => entries.All(entry => registry.ExpiresIn(entry) is not null), TimeSpan.FromSeconds(20)).ShouldBeTrue();
        Read();

        // The least of some: a collection may empty the pool in between.
        Enumerable.Range(0, 5).Min(_ => Read()).ShouldBe(0);

        long Read()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var beats = HeartbeatBodies.Read(body, registry, max: 1_000);
            if (beats.Count != 1_000)
                throw new InvalidOperationException($"{beats.Count} were read.");
            ArrayPool<InstanceBeat>.Shared.Return(beats.Array!);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static string Of(int count, Func<int, string> id) =>
        "[" + string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"service":"orders","id":"{{id(i)}}"}""")) + "]";

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string json) =>
        client.PostAsync(Path, new StringContent(json, Encoding.UTF8, "application/json"));

    private static async Task<JsonElement> JsonOf(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
}
