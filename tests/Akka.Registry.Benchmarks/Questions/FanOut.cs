using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Peers;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How long until all of many watchers have seen a change?</summary>
internal sealed class FanOut : IQuestion
{
    private const string Service = "watched";
    private const int ConnectionsMax = 500;
    private const int PeerWatchersMax = 1_000;

    public int Number => 7;

    public string Text => "One change to many watchers of one service at one node";

    public string Goal => "1,000: p50 / max <= 5 / 10 ms; 10,000: max <= 60 ms";

    public async Task AnswerAsync(BenchRun run)
    {
        using var cluster = await BenchCluster.StartAsync(1);
        foreach (var watchers in (int[])[run.Count(1_000), run.Count(10_000)])
            await MeasureAsync(run, cluster, watchers, run.WithPeers && watchers <= PeerWatchersMax);
    }

    private static void Print(string what, double ours, double[] etcd, int place)
    {
        if (etcd.Length == 0)
            Answer.Print(what, ours, "ms");
        else
            Answer.Print(what, ours, "ms", "etcd, as many watchers of one prefix", etcd[place]);
    }

    private static async Task<double[]> BesideAsync(int watchers, int changes)
    {
        using var etcd = await EtcdPeer.StartAsync();
        return await etcd.FanOutAsync(watchers, changes);
    }

    private static async Task MeasureAsync(BenchRun run, TestCluster cluster, int watchers, bool withPeer)
    {
        var connections = Math.Min(watchers, ConnectionsMax);
        var sessions = new List<LoadSession>();
        var expected = connections * Math.Max(1, watchers / connections);
        var (told, began) = (new double[expected], 0L);
        var (count, all) = (0, new TaskCompletionSource());
        try
        {
            for (var i = 0; i < connections; i++)
            {
                var session = await LoadSession.OpenAsync(cluster[1].ClusterPort);
                sessions.Add(session);
                session.Told = _ =>
                {
                    var place = Interlocked.Increment(ref count) - 1;
                    if (place < expected)
                        told[place] = TimeProvider.System.GetElapsedTime(Volatile.Read(ref began)).TotalMilliseconds;
                    if (place == expected - 1)
                        all.TrySetResult();
                };
                for (var j = 0; j < expected / connections; j++)
                    await session.SubscribeAsync((ulong)j + 1, Service);
            }

            await using var writer = await LoadSession.OpenAsync(cluster[1].ClusterPort);
            var (medians, worst) = (new List<double>(), new List<double>());
            var (before, load) = (cluster.ProcessorTime(), Environment.CpuUsage.TotalTime);
            for (var i = 1; i <= Math.Max(run.Runs, 3) + 1; i++)
            {
                (count, all) = (0, new TaskCompletionSource());
                Volatile.Write(ref began, TimeProvider.System.GetTimestamp());
                await writer.RegisterAsync([LoadEntries.One(Service, watchers, weight: i)]);
                await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
                if (i == 1)
                    continue;       // The first finds everything cold.
                Array.Sort(told);
                medians.Add(told[told.Length / 2]);
                worst.Add(told[^1]);
            }

            var (node, own) = (cluster.ProcessorTime() - before, Environment.CpuUsage.TotalTime - load);
            var etcd = withPeer ? await BesideAsync(expected, medians.Count) : [];
            Print($"{Answer.Text(expected)} watchers, p50", BenchRun.Median([.. medians]), etcd, etcd.Length / 2);
            Print($"{Answer.Text(expected)} watchers, max", BenchRun.Median([.. worst]), etcd, etcd.Length - 1);
            Answer.PrintCost("node", node, (double)expected * (medians.Count + 1), "watcher told");
            Answer.PrintCost("load at node", own, (double)expected * (medians.Count + 1), "watcher told");
        }
        finally
        {
            foreach (var session in sessions)
                await session.DisposeAsync();
        }
    }
}
