using System.Diagnostics;
using System.Text;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Hosting;
using Akka.Registry.Server.Metrics;
using Akka.Registry.Server.Tests.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Tracing;

/// <summary>What of a node's traces reaches a collector.</summary>
[Collection(TracedCluster.Listening)]
public sealed class OtlpTracesTests
{
    private const string Instance = "/api/v1/services/orders/instances/otlp";

    [Fact]
    public async Task Traces_reach_a_collector_by_otlp_and_heartbeats_and_probes_do_not()
    {
        var sent = new List<(string? Type, byte[] Body)>();
        await using var collector = await CollectAsync(sent);
        var options = new TelemetryOptions { OtlpEndpoint = collector.Urls.Single(), OtlpTracesRatio = 0 };
        await using (var without = await NodeAsync(options))
            await RegisterAsync(without, ActivityTraceId.CreateRandom());
        var (trace, beat) = (ActivityTraceId.CreateRandom(), ActivityTraceId.CreateRandom());
        await using (var node = await NodeAsync(options with { OtlpTracesRatio = 0.001 }))
        {
            // What the caller traces is traced on, whatever the share of what begins here.
            await RegisterAsync(node, trace);
            await SendAsync(node, HttpMethod.Put, Instance + "/heartbeat", beat);
            await SendAsync(node, HttpMethod.Get, "/readyz", beat);
            await node.StopAsync();         // Sends what waits.
        }

        sent.ShouldNotBeEmpty();
        sent.ShouldAllBe(each => each.Type == "application/x-protobuf");
        var bytes = sent.SelectMany(each => each.Body).ToArray();
        var text = Encoding.Latin1.GetString(bytes);
        Count(bytes, trace).ShouldBe(2, "the door's and the call's");
        Count(bytes, beat).ShouldBe(0);
        text.ShouldContain("registry.register");
        text.ShouldContain("PUT /api/v1/services/{service}/instances/{id}");
        text.ShouldContain("http.response.status_code");
        text.ShouldContain("akka-registry");
        text.ShouldContain("otlp-node");
    }

    [Theory]
    [InlineData("PUT", "/api/v1/services/orders/instances/a/heartbeat", true)]
    [InlineData("PUT", "/api/v1/services/orders/instances/a/checks/queue", true)]
    [InlineData("DELETE", "/api/v1/services/orders/instances/a/checks/queue", false)]
    [InlineData("PUT", "/api/v1/services/orders/instances/a", false)]
    [InlineData("GET", "/api/v1/services/orders", false)]
    [InlineData("GET", "/api/v1/watch", true)]
    [InlineData("GET", "/metrics", true)]
    [InlineData("GET", "/readyz", true)]
    [InlineData("PUT", "/v1/agent/check/pass/service:o-1", true)]
    [InlineData("PUT", "/v1/agent/check/update/service:o-1", true)]
    [InlineData("PUT", "/v1/agent/check/register", false)]
    [InlineData("PUT", "/v1/agent/service/register", false)]
    [InlineData("PUT", "/eureka/apps/ORDERS/host:orders:8080", true)]
    [InlineData("PUT", "/eureka/v2/apps/ORDERS/host:orders:8080/", true)]
    [InlineData("PUT", "/eureka/apps/ORDERS/host:orders:8080/status", false)]
    [InlineData("POST", "/eureka/apps/ORDERS", false)]
    [InlineData("GET", "/eureka/apps", false)]
    public void What_only_repeats_itself_is_dropped_even_if_its_caller_traces_it(string method, string path, bool isDropped)
    {
        var parent = new ActivityContext(
            ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, traceState: null, isRemote: true);
        KeyValuePair<string, object?>[] tags = [new("http.request.method", method), new("url.path", path)];

        var decision = new RequestSampler(0).ShouldSample(new SamplingParameters(
            parent, parent.TraceId, "Microsoft.AspNetCore.Hosting.HttpRequestIn", ActivityKind.Server, tags)).Decision;

        decision.ShouldBe(isDropped ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
    }

    private static async Task<WebApplication> CollectAsync(List<(string? Type, byte[] Body)> sent)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = builder.Build();
        collector.MapPost("/v1/metrics", () => Results.Ok());
        collector.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            lock (sent)
                sent.Add((request.ContentType, body.ToArray()));
            return Results.Ok();
        });
        await collector.StartAsync();
        return collector;
    }

    private static async Task<WebApplication> NodeAsync(TelemetryOptions telemetry)
    {
        var app = RegistryServer.Build(new HttpOptions { Urls = ["http://127.0.0.1:0"] }, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddRegistryNode(new RegistryNodeOptions { Transport = new TransportOptions { Port = 0 } });
            builder.Services.AddRegistryTelemetry(telemetry, "otlp-node");
        });
        await app.StartAsync();
        await ConformanceNode.Until(() => app.Services.GetRequiredService<RegistryNode>().Registry.IsReady, "the node is ready");
        return app;
    }

    private static Task RegisterAsync(WebApplication node, ActivityTraceId trace) => SendAsync(node, HttpMethod.Put, Instance, trace);

    /// <summary>Asks on behalf of a trace of another process.</summary>
    private static async Task SendAsync(WebApplication node, HttpMethod method, string path, ActivityTraceId trace)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null });
        using var request = new HttpRequestMessage(method, node.Urls.Single() + path);
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        if (path == Instance)
            request.Content = new StringContent("""{"address":"10.0.0.7","port":80}""", Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    private static int Count(byte[] bytes, ActivityTraceId trace)
    {
        var wanted = new byte[16];
        trace.CopyTo(wanted);
        var count = 0;
        for (var at = bytes.AsSpan().IndexOf(wanted); at >= 0;)
        {
            count++;
            var next = bytes.AsSpan(at + 1).IndexOf(wanted);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return count;
    }
}
