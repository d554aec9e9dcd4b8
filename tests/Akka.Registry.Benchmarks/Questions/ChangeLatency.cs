using System.Threading.Channels;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Peers;
using Akka.Registry.Contracts;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How long until a watcher at another node sees a change?</summary>
internal sealed class ChangeLatency : IQuestion
{
    /// <summary>So many times as many changes go before those that count: while a node's first thousands are made it still compiles.</summary>
    private const int TimesBefore = 8;

    private const string Service = "watched";

    public int Number => 6;

    public string Text => "A change at node 1 until a watcher at node 3 sees it";

    public string Goal => "p50 / p99 <= 0.5 / 3 ms idle, <= 5 / 20 ms under 10 k changes/s";

    public async Task AnswerAsync(BenchRun run)
    {
        using var cluster = await BenchCluster.StartAsync(3);
        var changes = run.Count(1_000);
        var etcd = run.WithPeers ? await BesideAsync(changes) : [];
        await MeasureAsync(cluster, changes, "idle", etcd);
        using var end = new CancellationTokenSource();
        var load = LoadAsync(cluster[2].ClusterPort, 10_000, end.Token);
        await MeasureAsync(cluster, changes, "under load", []);
        await end.CancelAsync();
        Answer.Print("  changes made beside", await load, "/s");
    }

    private static async Task MeasureAsync(TestCluster cluster, int changes, string when, double[] etcd)
    {
        await using var writer = await LoadSession.OpenAsync(cluster[1].ClusterPort);
        await using var watcher = await LoadSession.OpenAsync(cluster[3].ClusterPort);
        var seen = Channel.CreateUnbounded<(uint Weight, long At)>();
        watcher.Told = part =>
        {
            var at = TimeProvider.System.GetTimestamp();
            foreach (var change in part.Changes)
            {
                if (change.Value.Length > 0)
                    seen.Writer.TryWrite((InstanceValue.Parser.ParseFrom(change.Value).Weight, at));
            }
        };
        await watcher.SubscribeAsync(1, Service);
        var latencies = new List<double>();
        for (var i = 1; i <= (TimesBefore + 1) * changes; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await writer.RegisterAsync([LoadEntries.One(Service, 1, weight: i)]);
            (uint Weight, long At) told;
            do
                told = await seen.Reader.ReadAsync();
            while (told.Weight != i);
            if (i > TimesBefore * changes)
                latencies.Add(TimeProvider.System.GetElapsedTime(began, told.At).TotalMilliseconds);
        }

        latencies.Sort();
        foreach (var percentile in (int[])[50, 99])
        {
            var (what, ours) = ($"change to watcher, {when}, p{percentile}", Answer.Percentile(latencies, percentile));
            if (etcd.Length == 0)
                Answer.Print(what, ours, "ms");
            else
                Answer.Print(what, ours, "ms", "etcd, put at member 1 to watch at member 3", Answer.Percentile(etcd, percentile));
        }
    }

    private static async Task<double[]> BesideAsync(int changes)
    {
        using var etcd = await EtcdPeer.StartAsync(3);
        await etcd.LatencyAsync(TimesBefore * changes);
        return await etcd.LatencyAsync(changes);
    }

    /// <summary>Changes instances at an even rate.</summary>
    /// <returns>How many a second were made.</returns>
    private static async Task<double> LoadAsync(int port, int perSecond, CancellationToken end)
    {
        await using var session = await LoadSession.OpenAsync(port);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var began = TimeProvider.System.GetTimestamp();
        var made = 0;
        try
        {
            while (await ticks.WaitForNextTickAsync(end))
            {
                var due = (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * perSecond) - made;
                var some = Enumerable.Range(made, Math.Min(due, 1_000)).Select(i => LoadEntries.One("beside", i % 5_000, weight: 1 + (i / 5_000)));
                made += (await session.RegisterAsync(some.ToList())).Length;
            }
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }

        return made / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }
}
