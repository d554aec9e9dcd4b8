using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Tests.Engine;
using Akka.Registry.Etcd.Tests.Harness;
using Akka.Registry.Etcd.Wire;
using Akka.Registry.Subscriptions;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Akka.Registry.Etcd.Tests.Measure;

/// <summary>
/// The registry on etcd beside etcd itself, used directly with a lease an instance, in one run: <c>AKREG_ETCD_MEASURE=1</c>. Nothing is asserted
/// of time.
/// </summary>
public class MeasureTests(ITestOutputHelper output)
{
    private const int Callers = 64;

    [MeasureFact]
    public async Task Registrations_lookups_and_watch_latency_beside_direct_use_of_etcd()
    {
        await using var ground = new EtcdGround(await TestEtcd.StartAsync(3));
        var nodes = await ground.StartAsync(2);
        var options = new EtcdOptions { Endpoints = ground.Etcd.Endpoints, AttemptTimeout = TimeSpan.FromSeconds(20) };
        using var client = new EtcdClient(options, TimeProvider.System);
        using var gateway = new HttpClient { BaseAddress = new Uri(ground.Etcd.Endpoints[0]) };
        await nodes[0].RegisterAsync("warm");
        for (var warm = 0; warm < 200; warm++)
            await DirectAsync(client, $"/warm/{warm}");

        const int count = 3_000;
        Tell("registrations/s, registry on etcd", await RateAsync(count, i => nodes[i % 2].RegisterAsync($"i-{i}", ttl: 600)));
        Tell("registrations/s, etcd by gRPC, a lease each", await RateAsync(count, i => DirectAsync(client, $"/direct/{i}")));
        Tell("registrations/s, etcd by its JSON gateway, a lease each", await RateAsync(count / 3, i => GatewayAsync(gateway, $"/gateway/{i}")));
        Tell("writes/s, etcd by gRPC", await RateAsync(count, i => PutAsync(client, $"/put/{i}", 0)));
        Tell("writes/s, etcd by its JSON gateway", await RateAsync(count / 3, i => GatewayPutAsync(gateway, $"/put/{i}", null)));

        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 1_000_000; i++)
            nodes[1].Registry.Find("orders")!.Instances.Find("i-7").ShouldNotBeNull();
        Tell("look-ups/s of one instance, registry (one thread)", 1_000_000 / clock.Elapsed.TotalSeconds);
        Tell("look-ups/s of one instance, etcd by gRPC", await RateAsync(count, i => ReadAsync(client, $"/direct/{i}")));

        await LatencyAsync(nodes, client);
    }

    [MeasureFact]
    public async Task Ten_thousand_beat_and_etcd_hears_of_changes_alone()
    {
        await using var ground = new EtcdGround(await TestEtcd.StartAsync());
        var nodes = await ground.StartAsync(2);
        var before = await ground.Etcd.RevisionAsync();
        await RateAsync(10_000, i => nodes[i % 2].RegisterAsync($"i-{i}", ttl: 30));
        var registered = await ground.Etcd.RevisionAsync();
        registered.ShouldBe(before + 10_000);
        var clock = Stopwatch.StartNew();
        var beats = 0;
        for (var round = 0; round < 4; round++)
        {
            await RateAsync(10_000, i => nodes[i % 2].Registry.HeartbeatAsync(new RecordKey("orders", $"i-{i}"), null));
            beats += 10_000;
            var rest = TimeSpan.FromSeconds(10 * (round + 1)) - clock.Elapsed;
            if (rest > TimeSpan.Zero)
                await Wait.PassAsync(rest);
        }

        (await ground.Etcd.RevisionAsync()).ShouldBe(registered);
        nodes[0].Registry.Find("orders")!.Instances.Count(entry => entry.Status == InstanceStatus.Passing).ShouldBe(10_000);
        output.WriteLine($"10,000 instances, {beats} beats in {clock.Elapsed.TotalSeconds:0} s: the revision grew by 0");
    }

    private async Task LatencyAsync(TestNode[] nodes, EtcdClient client)
    {
        await using var subscription = await nodes[1].Registry.SubscribeAsync(new SubscriptionRequest { Service = "late" });
        await using var batches = subscription.ReadAllAsync().GetAsyncEnumerator();
        await batches.MoveNextAsync();
        var registry = new List<double>();
        for (var i = 0; i < 400; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            var write = nodes[0].RegisterAsync($"i-{i}", ttl: 600, service: "late");
            while (await batches.MoveNextAsync() && batches.Current.Changes.IsEmpty)
            {
                // The vector moved alone.
            }

            registry.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            await write;
        }

        using var watch = await EtcdWatch.OpenAsync(client, [("/late/", 0)], TimeSpan.FromSeconds(20), TimeProvider.System, default);
        var direct = new List<double>();
        for (var i = 0; i < 400; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            var write = DirectAsync(client, $"/late/{i}");
            while ((await watch.NextAsync(default)).Answer.Events.Count == 0)
            {
                // A sign of life.
            }

            direct.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            await write;
        }

        Tell("registration to watcher at another node, median ms, registry on etcd", Median(registry));
        Tell("the same, 99th percentile", At(registry, 0.99));
        Tell("grant and put to watcher, median ms, etcd by gRPC", Median(direct));
        Tell("the same, 99th percentile", At(direct, 0.99));
    }

    private static double Median(List<double> times) => At(times, 0.5);

    private static double At(List<double> times, double share) => times.Order().ElementAt((int)(times.Count * share));

    private void Tell(string what, double figure) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {figure:#,0.0}"));

    private static async Task<double> RateAsync(int count, Func<int, Task> act)
    {
        var (next, clock) = (-1, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var i && i < count)
                await act(i);
        }));
        return count / clock.Elapsed.TotalSeconds;
    }

    private static async Task DirectAsync(EtcdClient client, string key) =>
        await PutAsync(client, key, await client.GrantAsync(TimeSpan.FromMinutes(10), default));

    private static Task<TxnResponse> PutAsync(EtcdClient client, string key, long lease)
    {
        var request = new TxnRequest();
        var put = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(Entry), Lease = lease };
        request.Success.Add(new RequestOp { RequestPut = put });
        return client.TxnAsync(request, default);
    }

    private static Task<RangeResponse> ReadAsync(EtcdClient client, string key) =>
        client.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8(key) }, default);

    private static async Task GatewayAsync(HttpClient gateway, string key)
    {
        using var granted = await gateway.PostAsJsonAsync("/v3/lease/grant", new JsonObject { ["TTL"] = 600 });
        var lease = (await granted.Content.ReadFromJsonAsync<JsonObject>())!["ID"]!.GetValue<string>();
        await GatewayPutAsync(gateway, key, lease);
    }

    private static async Task GatewayPutAsync(HttpClient gateway, string key, string? lease)
    {
        var put = new JsonObject { ["key"] = Base64(key), ["value"] = Base64(Entry), ["lease"] = lease ?? "0" };
        var txn = new JsonObject { ["success"] = new JsonArray(new JsonObject { ["requestPut"] = put }) };
        using var response = await gateway.PostAsJsonAsync("/v3/kv/txn", txn);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private const string Entry =
        """{"address":"10.0.0.7","port":8080,"status":"passing","weight":1,"ttl":"30s","epoch":1795948248025,"owner":"81ea1d7a987cb932"}""";
}

/// <summary>A measurement: only when it is asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MeasureFactAttribute : FactAttribute
{
    public MeasureFactAttribute() => Skip = Environment.GetEnvironmentVariable("AKREG_ETCD_MEASURE") == "1"
        ? new EtcdFactAttribute().Skip
        : "Measures; AKREG_ETCD_MEASURE=1 runs it.";
}
