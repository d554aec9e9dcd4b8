using System.Globalization;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Peers;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>What does an instance cost in memory?</summary>
internal sealed class BytesPerInstance : IQuestion
{
    /// <summary>Two writes each: as many as ours would take minutes.</summary>
    private const int EtcdKeys = 50_000;

    public int Number => 8;

    public string Text => "Bytes an instance at one node (growth of the working set), indexes and lease included";

    public string Goal => "<= 450 B";

    public async Task AnswerAsync(BenchRun run)
    {
        foreach (var count in (int[])[run.Count(100_000, 1_000), run.Count(1_000_000, 1_000)])
        {
            var (what, entries) = ($"bytes an instance at {Answer.Text(count)}", LoadEntries.Many(count));
            var ours = await run.MedianAsync(() => MeasureAsync(entries));
            if (run.WithPeers)
                await PrintPeersAsync(what, ours, count);
            else
                Answer.Print(what, ours, "B");
        }

        // What values have in common is held once: these have nothing in common.
        var different = LoadEntries.Many(run.Count(1_000_000, 1_000));
        for (var i = 0; i < different.Count; i++)
            different[i].Value.Metadata["commit"] = string.Create(CultureInfo.InvariantCulture, $"{i:x40}");
        Answer.Print(
            $"bytes an instance at {Answer.Text(different.Count)}, each with metadata of its own",
            await run.MedianAsync(() => MeasureAsync(different)), "B");
    }

    private static async Task<double> MeasureAsync(List<Contracts.WireRegistration> entries)
    {
        using var cluster = await BenchCluster.StartAsync(1);
        var before = ProcessCost.ResidentBytes(cluster[1].Id);
        var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries);
        // Nothing is asked of the collector: what it has not given back yet counts as well.
        await Task.Delay(TimeSpan.FromSeconds(5));
        var grown = ProcessCost.ResidentBytes(cluster[1].Id) - before;
        await sessions.CloseAsync();
        return (double)grown / entries.Count;
    }

    private static async Task PrintPeersAsync(string what, double ours, int count)
    {
        using (var redis = await RedisPeer.StartAsync())
        {
            var empty = redis.ResidentBytes;
            await redis.RegisterAsync(count);
            Answer.Print(what, ours, "B", "Redis, a key with an expiry and its place in a set", (double)(redis.ResidentBytes - empty) / count);
        }

        using var etcd = await EtcdPeer.StartAsync();
        var (keys, before) = (Math.Min(count, EtcdKeys), etcd.ResidentBytes);
        await etcd.FillAsync(keys);
        await Task.Delay(TimeSpan.FromSeconds(5));
        Answer.Print(
            what, ours, "B", $"etcd, a key with a lease, at {Answer.Text(keys)}", (double)(etcd.ResidentBytes - before) / keys);
    }
}
