using System.Net;
using System.Text.Json;
using Akka.Registry.Server.Consul;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Limits;

/// <summary>Clients that come too often, in crowds, or slowly, over real sockets: they are told so, it is counted, and others are served.</summary>
public sealed class HttpFloodTests
{
    private const string Orders = "/api/v1/services/orders/instances/orders-1";

    [Theory]
    [InlineData("/api/v1/services")]
    [InlineData("/v1/catalog/services")]
    [InlineData("/eureka/apps")]
    public async Task An_address_that_asks_too_fast_is_told_to_slow_down(string path)
    {
        await using var node = await RealNode.StartAsync(new HttpOptions { RequestsPerSecond = 1 });
        using var flooder = Visitor.Http(node);
        // Two at once, then one a second: on no machine do two hundred take as many seconds.
        using var refused = await UntilAsync(flooder, path, HttpStatusCode.TooManyRequests, tries: 200);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        var text = await refused.Content.ReadAsStringAsync();
        text.ShouldContain("(http.requests-per-second)");
        if (path.StartsWith("/api", StringComparison.Ordinal))
            JsonDocument.Parse(text).RootElement.GetProperty("limit").GetString().ShouldBe("http.requests-per-second");

        // Its orchestrator's probes are answered, and so is everybody else.
        for (var i = 0; i < 20; i++)
        {
            (await flooder.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await flooder.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await CountAsync(node, "http.requests-per-second")).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Without_a_rate_nobody_is_refused()
    {
        await using var node = await RealNode.StartAsync(new HttpOptions { RequestsPerSecond = 0 });
        for (var i = 0; i < 200; i++)
            (await node.Client.GetAsync("/api/v1/services")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_flood_of_connections_from_one_address_is_turned_away_and_others_come_in()
    {
        await using var node = await RealNode.StartAsync(new HttpOptions { ConnectionsPerClient = 3 });
        var flood = new List<Visitor>();
        for (var i = 0; i < 30; i++)
            flood.Add(await Visitor.ConnectAsync(node));
        using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10)))
        {
            while (await CountAsync(node, "http.connections-per-client") < 27)
                await timer.WaitForNextTickAsync();
        }

        // Three were let in and are served; the others find their connections closed.
        var served = 0;
        foreach (var visitor in flood)
            served += (await visitor.AskAsync("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).StartsWith(
                "HTTP/1.1 200", StringComparison.Ordinal) ? 1 : 0;
        served.ShouldBe(3);
        (await CountAsync(node, "http.connections-per-client")).ShouldBe(27);
        (await node.Client.GetAsync("/api/v1/services")).StatusCode.ShouldBe(HttpStatusCode.OK);

        // They are gone: there is room again.
        using var again = Visitor.Http(node);
        (await AgainAsync(() => again.GetAsync("/healthz"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        flood.ForEach(visitor => visitor.Dispose());
    }

    [Fact]
    public async Task More_connections_than_there_may_be_in_all_are_turned_away()
    {
        await using var node = await RealNode.StartAsync(new HttpOptions { ConnectionsMax = 2 });
        (await node.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var second = await Visitor.ConnectAsync(node);
        using var third = await Visitor.ConnectAsync(node);
        (await third.IsTurnedAwayAsync()).ShouldBeTrue();
        (await CountAsync(node, "http.connections-max")).ShouldBe(1);
    }

    [Fact]
    public async Task Event_streams_past_the_limit_of_an_address_are_refused_and_those_that_stand_go_on()
    {
        await using var node = await RealNode.StartAsync(new HttpOptions { StreamsPerClient = 1 });
        using var first = await node.Client.GetAsync("/api/v1/watch?service=orders", HttpCompletionOption.ResponseHeadersRead);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var second = await node.Client.GetAsync("/api/v1/watch?service=orders", HttpCompletionOption.ResponseHeadersRead);
        second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await second.Content.ReadAsStringAsync()).ShouldContain("\"limit\":\"http.streams-per-client\"");
        (await CountAsync(node, "http.streams-per-client")).ShouldBe(1);

        using var stranger = Visitor.Http(node);
        using var other = await stranger.GetAsync("/api/v1/watch?service=orders", HttpCompletionOption.ResponseHeadersRead);
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await RegisterAsync(node)).StatusCode.ShouldBe(HttpStatusCode.Created);
        using var reader = new StreamReader(await first.Content.ReadAsStreamAsync());
        while (!(await reader.ReadLineAsync().WaitAsync(Visitor.Patience))!.Contains("orders-1", StringComparison.Ordinal))
        {
            // Other lines of the stream.
        }
    }

    [Fact]
    public async Task Blocking_queries_past_the_limit_of_an_address_are_refused_and_others_are_held()
    {
        await using var node = await RealNode.StartAsync(consul: new ConsulOptions { BlockedPerClient = 3 });
        const string health = "/v1/health/service/orders";
        var index = (await node.Client.GetAsync(health)).Headers.GetValues("X-Consul-Index").Single();
        using var flooder = Visitor.Http(node);
        var held = Enumerable.Range(0, 3).Select(_ => flooder.GetAsync($"{health}?index={index}&wait=60s")).ToList();
        SpinWait.SpinUntil(() => node.Services.GetRequiredService<ConsulDoor>().Blocked == 3, Visitor.Patience).ShouldBeTrue();
        using var refused = await flooder.GetAsync($"{health}?index={index}&wait=60s");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("(consul.blocked-per-client)");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await CountAsync(node, "consul.blocked-per-client")).ShouldBeGreaterThan(0);

        var other = node.Client.GetAsync($"{health}?index={index}&wait=60s");
        (await RegisterAsync(node)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await other.WaitAsync(Visitor.Patience)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var one in held)
            (await one.WaitAsync(Visitor.Patience)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Clients_that_send_their_headers_byte_by_byte_are_cut_off_and_others_are_served()
    {
        await using var node = await RealNode.StartAsync(new HttpOptions { RequestHeadersTimeout = TimeSpan.FromSeconds(1) });
        var slow = new List<Visitor>();
        for (var i = 0; i < 50; i++)
        {
            slow.Add(await Visitor.ConnectAsync(node));
            await slow[i].SayAsync("GET / HTTP/1.1\r\nHost: x\r\nX-");
        }

        (await node.Client.GetAsync("/api/v1/services")).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var visitor in slow)
            (await visitor.HearToEndAsync()).ShouldStartWith("HTTP/1.1 408");
        slow.ForEach(visitor => visitor.Dispose());
    }

    [Fact]
    public async Task A_client_that_sends_its_body_byte_by_byte_is_cut_off_and_nothing_is_registered()
    {
        await using var node = await RealNode.StartAsync(new HttpOptions { DataRateBytesMin = 10_000 });
        using var slow = await Visitor.ConnectAsync(node);
        await slow.SayAsync($"PUT {Orders} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{");
        (await node.Client.GetAsync("/api/v1/services")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await slow.HearToEndAsync()).ShouldContain("408");
        (await node.Client.GetAsync(Orders)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>What the node's own metrics say of a limit.</summary>
    internal static async Task<long> CountAsync(RealNode node, string setting)
    {
        var begin = $"akka_registry_limits_reached_total{{limit=\"{setting}\"}} ";
        var metrics = await node.Client.GetStringAsync("/metrics");
        var line = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(begin, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[begin.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Task<HttpResponseMessage> RegisterAsync(RealNode node) =>
        node.Client.PutAsync(Orders, new StringContent("{\"address\":\"10.0.0.7\"}", null, "application/json"));

    private static async Task<HttpResponseMessage> UntilAsync(HttpClient client, string path, HttpStatusCode status, int tries)
    {
        for (var i = 0; i < tries; i++)
        {
            var response = await client.GetAsync(path);
            if (response.StatusCode == status)
                return response;
            response.Dispose();
        }

        throw new InvalidOperationException($"{tries} times without {status}.");
    }

    /// <summary>The server sees the end of a connection in a moment.</summary>
    private static async Task<HttpResponseMessage> AgainAsync(Func<Task<HttpResponseMessage>> send)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await send();
            }
            catch (HttpRequestException) when (attempt < 2_000)
            {
                await timer.WaitForNextTickAsync();
            }
        }
    }
}
