using Akka.Registry.Benchmarks.Load;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How many heartbeats a second does one node take over HTTP?</summary>
internal sealed class HttpBeats : IQuestion
{
    private const int Connections = 64;

    public int Number => 2;

    public string Text => "Heartbeats at one node by HTTP, one lease a request, 64 connections";

    public string Goal => ">= 80 % of what the same server answers on an empty endpoint";

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
        var (cost, made) = (TimeSpan.Zero, 0.0);
        var (ours, limit) = await run.AlternateAsync(
            async () =>
            {
                var before = cluster.ProcessorTime();
                var rate = await HttpLoad.RunAsync(cluster[1].HttpPort, Connections, beats, span);
                (cost, made) = (cost + cluster.ProcessorTime() - before, made + (rate * span.TotalSeconds));
                return rate;
            },
            () => HttpLoad.RunAsync(cluster[1].HttpPort, Connections, empty, span));
        Answer.Print("heartbeats by HTTP", ours, "/s", "/healthz of the same server", limit);
        Answer.PrintCost("node", cost, made, "heartbeat");
        await sessions.CloseAsync();
    }
}
