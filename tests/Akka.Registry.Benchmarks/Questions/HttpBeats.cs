using Akka.Registry.Benchmarks.Load;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How many heartbeats a second does one node take over HTTP?</summary>
internal sealed class HttpBeats : IQuestion
{
    private const int Connections = 64;
    private const int Batch = 1_000;
    private const int Batches = 400;

    public int Number => 2;

    public string Text => "Heartbeats at one node by HTTP, 64 connections: one lease a request, and batches of 1,000 in random order";

    public string Goal => ">= 80 % of what the same server answers on an empty endpoint; >= 1 M/s in batches";

    public async Task AnswerAsync(BenchRun run)
    {
        using var cluster = await BenchCluster.StartAsync(1);
        var entries = LoadEntries.Many(run.Count(10_000, 1_000));
        var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries);
        var beats = entries.ConvertAll(entry =>
            HttpLoad.Request("PUT", $"/api/v1/services/{entry.Service}/instances/{entry.Instance}/heartbeat"));
        var empty = new[] { HttpLoad.Request("GET", "/healthz") };
        var span = TimeSpan.FromSeconds(3);
        await HttpLoad.RunAsync(cluster[1].HttpPort, Connections, beats, span);     // Warm.
        var cost = new Cost("node", cluster.ProcessorTime);
        var (ours, limit) = await run.AlternateAsync(
            () => cost.OverAsync(span, () => HttpLoad.RunAsync(cluster[1].HttpPort, Connections, beats, span)),
            () => HttpLoad.RunAsync(cluster[1].HttpPort, Connections, empty, span));
        Answer.Print("heartbeats by HTTP", ours, "/s", "/healthz of the same server", limit);
        cost.Print("heartbeat");
        await sessions.CloseAsync();
        await AnswerBatchesAsync(run, cluster, empty, span);
    }

    private static async Task AnswerBatchesAsync(BenchRun run, TestCluster cluster, byte[][] empty, TimeSpan span)
    {
        var leases = LoadEntries.Many(run.Count(1_000_000, Batch), "batched");
        var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, leases);
        var random = new Random(1);
        var batches = new byte[Batches][];
        for (var i = 0; i < Batches; i++)
        {
            var beats = Enumerable.Range(0, Batch).Select(_ => leases[random.Next(leases.Count)])
                .Select(entry => $$"""{"service":"{{entry.Service}}","id":"{{entry.Instance}}"}""");
            batches[i] = HttpLoad.Request("POST", "/api/v1/heartbeats", $"[{string.Join(',', beats)}]");
        }

        await HttpLoad.RunAsync(cluster[1].HttpPort, Connections, batches, span);     // Warm.
        var cost = new Cost("node", cluster.ProcessorTime);
        var (ours, limit) = await run.AlternateAsync(
            () => cost.OverAsync(span, async () => Batch * await HttpLoad.RunAsync(cluster[1].HttpPort, Connections, batches, span)),
            () => HttpLoad.RunAsync(cluster[1].HttpPort, Connections, empty, span));
        Answer.Print($"heartbeats of {Answer.Text(leases.Count)} leases by HTTP in batches", ours, "/s", "/healthz of the same server", limit);
        cost.Print("heartbeat");
        await sessions.CloseAsync();
    }
}
