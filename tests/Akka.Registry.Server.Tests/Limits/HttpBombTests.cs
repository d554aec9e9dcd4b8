using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Akka.Registry.Limits;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Limits;

/// <summary>Requests that are small to send and would be large to read, and memory that is full, over real sockets.</summary>
public sealed class HttpBombTests
{
    private const string Orders = "/api/v1/services/orders/instances/orders-1";

    /// <summary>No door unpacks anything: a bomb is refused before it is read.</summary>
    [Theory]
    [InlineData("PUT", Orders, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("PUT", "/v1/agent/service/register", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("POST", "/eureka/apps/ORDERS", HttpStatusCode.BadRequest)]
    public async Task A_compressed_body_is_refused_unread(string method, string path, HttpStatusCode status)
    {
        await using var node = await RealNode.StartAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(new byte[16 * 1024 * 1024]);
        packed.Length.ShouldBeLessThan(64 * 1024);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        using var answer = await node.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("compressed");
        (await node.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("PUT", Orders)]
    [InlineData("PUT", "/v1/agent/service/register")]
    [InlineData("POST", "/eureka/apps/ORDERS")]
    public async Task Json_that_nests_without_end_is_refused(string method, string path)
    {
        await using var node = await RealNode.StartAsync();
        var deep = "{\"address\":" + new string('[', 20_000);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(deep, Encoding.UTF8,
            "application/json") };
        (await node.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var whole = "{\"address\":" + new string('[', 20_000) + new string(']', 20_000) + "}";
        using var closed = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(whole, Encoding.UTF8,
            "application/json") };
        (await node.Client.SendAsync(closed)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(200, 20, "431")]
    [InlineData(2, 40_000, "431")]
    public async Task Headers_in_floods_are_refused(int count, int length, string status)
    {
        await using var node = await RealNode.StartAsync();
        using var visitor = await Visitor.ConnectAsync(node);
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: {new string('a', length)}\r\n"));
        await visitor.SayAsync($"GET /api/v1/services HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        (await visitor.HearToEndAsync()).ShouldStartWith($"HTTP/1.1 {status}");
        (await node.Client.GetAsync("/api/v1/services")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_line_that_is_too_long_is_refused()
    {
        await using var node = await RealNode.StartAsync();
        using var visitor = await Visitor.ConnectAsync(node);
        await visitor.SayAsync($"GET /api/v1/services?x={new string('a', 40_000)} HTTP/1.1\r\nHost: x\r\n\r\n");
        (await visitor.HearToEndAsync()).ShouldStartWith("HTTP/1.1 414");
    }

    [Fact]
    public async Task Thousands_of_parameters_are_not_answered_with_thousands_of_sentences()
    {
        await using var node = await RealNode.StartAsync();
        var query = string.Join('&', Enumerable.Range(0, 4_000).Select(i => $"p{i}"));
        using var answer = await node.Client.GetAsync("/api/v1/services/orders?" + query);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var text = await answer.Content.ReadAsStringAsync();
        JsonDocument.Parse(text).RootElement.GetProperty("errors").GetArrayLength().ShouldBe(20);
        text.Length.ShouldBeLessThan(16 * 1024);
    }

    [Fact]
    public async Task A_body_and_an_entry_past_their_limits_are_refused_by_name_and_what_stands_stays()
    {
        await using var node = await RealNode.StartAsync();
        (await PutAsync(node, "{\"address\":\"10.0.0.7\"}")).StatusCode.ShouldBe(HttpStatusCode.Created);

        using var body = await PutAsync(node, "{\"address\":\"" + new string('a', 70_000) + "\"}");
        body.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await LimitAsync(body)).ShouldBe("http.body-bytes-max");
        (await HttpFloodTests.CountAsync(node, "http.body-bytes-max")).ShouldBe(1);

        var pairs = string.Join(',', Enumerable.Range(0, 40).Select(i => $"\"k{i}\":\"{new string('v', 1_000)}\""));
        using var entry = await PutAsync(node, $"{{\"address\":\"10.0.0.8\",\"metadata\":{{{pairs}}}}}");
        entry.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await LimitAsync(entry)).ShouldBe("limits.entry-bytes");

        using var tags = await PutAsync(node,
            $"{{\"address\":\"10.0.0.8\",\"tags\":[{string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"t{i}\""))}]}}");
        tags.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await LimitAsync(tags)).ShouldBe("limits.tags");
        (await HttpFloodTests.CountAsync(node, "limits.tags")).ShouldBeGreaterThan(0);

        (await node.Client.GetStringAsync(Orders)).ShouldContain("10.0.0.7");
    }

    [Fact]
    public async Task Entries_past_the_limit_of_all_are_refused_with_429_and_one_that_goes_makes_room()
    {
        await using var node = await RealNode.StartAsync(limits: new LimitOptions { Entries = 1 });
        (await PutAsync(node, "{\"address\":\"10.0.0.7\"}")).StatusCode.ShouldBe(HttpStatusCode.Created);
        using var refused = await PutAsync(node, "{\"address\":\"10.0.0.8\"}", "orders-2");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await LimitAsync(refused)).ShouldBe("limits.entries");
        (await HttpFloodTests.CountAsync(node, "limits.entries")).ShouldBeGreaterThan(0);
        (await node.Client.PutAsync(Orders + "/heartbeat", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await node.Client.DeleteAsync(Orders)).IsSuccessStatusCode.ShouldBeTrue();
        (await PutAsync(node, "{\"address\":\"10.0.0.8\"}", "orders-2")).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/services/orders/instances/orders-", "{\"address\":\"10.0.0.8\"}")]
    [InlineData("PUT", "/v1/agent/service/register?", "{\"Name\":\"web\",\"ID\":\"web-#\"}")]
    public async Task At_the_high_water_mark_of_memory_new_registrations_are_refused_with_503_and_all_else_goes_on(
        string method, string path, string body)
    {
        var memory = new FixedMemory();
        await using var node = await RealNode.StartAsync(memory: memory);
        (await PutAsync(node, "{\"address\":\"10.0.0.7\"}")).StatusCode.ShouldBe(HttpStatusCode.Created);
        memory.UsedShare = 0.99;
        HttpResponseMessage answer;
        var tried = 1;
        do
        {
            tried++;
            using var request = new HttpRequestMessage(new HttpMethod(method), path + tried);
            request.Content = new StringContent(body.Replace("#", tried.ToString(System.Globalization.CultureInfo.InvariantCulture),
                StringComparison.Ordinal), null, "application/json");
            answer = await node.Client.SendAsync(request);
        }
        while (answer.IsSuccessStatusCode && tried < 100_000);

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.Content.ReadAsStringAsync()).ShouldContain("limits.memory-high-water");
        (await HttpFloodTests.CountAsync(node, "limits.memory-high-water")).ShouldBeGreaterThan(0);

        (await node.Client.PutAsync(Orders + "/heartbeat", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PutAsync(node, "{\"address\":\"10.0.0.9\"}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await node.Client.GetStringAsync(Orders)).ShouldContain("10.0.0.9");
        (await node.Client.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await node.Client.DeleteAsync(Orders)).IsSuccessStatusCode.ShouldBeTrue();
    }

    private static Task<HttpResponseMessage> PutAsync(RealNode node, string body, string id = "orders-1") =>
        node.Client.PutAsync($"/api/v1/services/orders/instances/{id}", new StringContent(body, null, "application/json"));

    private static async Task<string?> LimitAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("limit").GetString();

    private sealed class FixedMemory : IMemoryGauge
    {
        private double _usedShare;

        public double UsedShare
        {
            get => Volatile.Read(ref _usedShare);
            set => Volatile.Write(ref _usedShare, value);
        }

        public void Refresh()
        {
            // It stays as it is.
        }
    }
}
