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

    /// <summary>Changes before those that are measured: the first ones find everything cold, here and at the peer's client.</summary>
    private const int WarmChanges = 200;

    private const int Changes = 20;

    public int Number => 7;

    public string Text => "One change to many watchers of one service at one node";

    public string Goal => "1,000: p50 / max <= 5 / 10 ms; 10,000: max <= 60 ms";

    public async Task AnswerAsync(BenchRun run)
    {
        using var cluster = await BenchCluster.StartAsync(1);
        await PrintAsync(run, cluster, run.Count(1_000), run.Count(100));
        await PrintAsync(run, cluster, run.Count(1_000), run.Count(ConnectionsMax));
        await PrintAsync(run, cluster, run.Count(10_000), run.Count(ConnectionsMax));
    }

    private static void Print(string what, double ours, double[] etcd, int place)
    {
        if (etcd.Length == 0)
            Answer.Print(what, ours, "ms");
        else
            Answer.Print(what, ours, "ms", "etcd, as many watchers of one prefix over as many connections", etcd[place]);
    }

    private static async Task<double[]> BesideAsync(int watchers, int connections)
    {
        using var etcd = await EtcdPeer.StartAsync();
        return await etcd.FanOutAsync(watchers, connections, WarmChanges, Changes);
    }

    private static async Task PrintAsync(BenchRun run, TestCluster cluster, int watchers, int connections)
    {
        var ours = await MeasureAsync(cluster, watchers, connections);
        var etcd = run.WithPeers && watchers <= PeerWatchersMax ? await BesideAsync(ours.Watchers, connections) : [];
        var what = $"{Answer.Text(ours.Watchers)} watchers over {Answer.Text(connections)} connections";
        Print($"{what}, p50", ours.Median, etcd, etcd.Length / 2);
        Print($"{what}, max", ours.Worst, etcd, etcd.Length - 1);
        Answer.PrintCost("node", ours.Node, ours.Told, "watcher told");
        Answer.PrintCost("load at node", ours.Load, ours.Told, "watcher told");
    }

    /// <summary>Opens as many watchers, and makes some changes one after the other.</summary>
    internal static Task<FanOutResult> MeasureAsync(TestCluster cluster, int watchers) =>
        MeasureAsync(cluster, watchers, Math.Min(watchers, ConnectionsMax));

    private static async Task<FanOutResult> MeasureAsync(TestCluster cluster, int watchers, int connections)
    {
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
            for (var i = 1; i <= WarmChanges + Changes; i++)
            {
                if (i == WarmChanges + 1)
                    (before, load) = (cluster.ProcessorTime(), Environment.CpuUsage.TotalTime);
                (count, all) = (0, new TaskCompletionSource());
                Volatile.Write(ref began, TimeProvider.System.GetTimestamp());
                await writer.RegisterAsync([LoadEntries.One(Service, watchers, weight: i)]);
                await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
                if (i <= WarmChanges)
                    continue;
                Array.Sort(told);
                medians.Add(told[told.Length / 2]);
                worst.Add(told[^1]);
            }

            var (node, own) = (cluster.ProcessorTime() - before, Environment.CpuUsage.TotalTime - load);
            return new FanOutResult(
                expected, BenchRun.Median([.. medians]), BenchRun.Median([.. worst]), node, own, (double)expected * medians.Count);
        }
        finally
        {
            foreach (var session in sessions)
                await session.DisposeAsync();
        }
    }
}

/// <summary>What a change to many watchers took.</summary>
/// <param name="Watchers">How many.</param>
/// <param name="Median">Until half of them were told; ms, the median of the changes.</param>
/// <param name="Worst">Until the last one was; likewise.</param>
/// <param name="Node">Processor time of the node, of all changes.</param>
/// <param name="Load">Processor time of the watchers.</param>
/// <param name="Told">How often a watcher was told.</param>
internal sealed record FanOutResult(int Watchers, double Median, double Worst, TimeSpan Node, TimeSpan Load, double Told)
{
    /// <summary>Processor time of the node for each watcher and change.</summary>
    public double MicrosecondsEach => Node.TotalMicroseconds / Told;
}
