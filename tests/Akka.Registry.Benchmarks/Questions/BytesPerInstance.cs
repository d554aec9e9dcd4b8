using System.Globalization;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Peers;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>What does an instance cost in memory?</summary>
/// <remarks>
/// Of those that come after the first <see cref="First"/>, with which a process compiles what it needs and makes its tables; and, for who wants
/// to know what a node takes, of all of them with what it takes once.
/// </remarks>
internal sealed class BytesPerInstance : IQuestion
{
    private const int First = 50_000;

    /// <summary>As long as it may take until memory is given back, at ours as at peers.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Two writes each: as many as ours would take minutes.</summary>
    private const int EtcdKeys = 50_000;

    public int Number => 8;

    public string Text => "Bytes an instance at one node (growth of the working set), indexes and lease included";

    public string Goal => "<= 450 B";

    public async Task AnswerAsync(BenchRun run)
    {
        foreach (var count in (int[])[run.Count(100_000, 1_000), run.Count(1_000_000, 1_000)])
        {
            var (what, entries) = ($"bytes an instance at {Answer.Text(count)}", LoadEntries.Many(First + count));
            var (ours, all) = await MeasureAsync(run, entries);
            if (run.WithPeers)
                await PrintPeersAsync(what, ours, count);
            else
                Answer.Print(what, ours, "B");
            Answer.Print($"the same by {Answer.Text(entries.Count)}, from an empty node on", all, "B");
        }

        // What values have in common is held once: these have nothing in common.
        var different = LoadEntries.Many(First + run.Count(1_000_000, 1_000));
        for (var i = 0; i < different.Count; i++)
            different[i].Value.Metadata["commit"] = string.Create(CultureInfo.InvariantCulture, $"{i:x40}");
        Answer.Print(
            $"bytes an instance at {Answer.Text(different.Count - First)}, each with metadata of its own",
            (await MeasureAsync(run, different)).Each, "B");
    }

    private static async Task<(double Each, double OfAll)> MeasureAsync(BenchRun run, List<Contracts.WireRegistration> entries)
    {
        var (each, ofAll) = (new double[run.Runs], new double[run.Runs]);
        for (var i = 0; i < run.Runs; i++)
            (each[i], ofAll[i]) = await MeasureAsync(entries);
        return (BenchRun.Median(each), BenchRun.Median(ofAll));
    }

    private static async Task<(double Each, double OfAll)> MeasureAsync(List<Contracts.WireRegistration> entries)
    {
        using var cluster = await BenchCluster.StartAsync(1);
        var empty = ProcessCost.ResidentBytes(cluster[1].Id);
        var first = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries[..First]);
        await Task.Delay(Pause);
        var before = ProcessCost.ResidentBytes(cluster[1].Id);
        var rest = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries[First..]);
        // Nothing is asked of the node: what it has not given back by itself counts as well.
        await Task.Delay(Pause);
        var after = ProcessCost.ResidentBytes(cluster[1].Id);
        await first.CloseAsync();
        await rest.CloseAsync();
        return ((double)(after - before) / (entries.Count - First), (double)(after - empty) / entries.Count);
    }

    private static async Task PrintPeersAsync(string what, double ours, int count)
    {
        using (var redis = await RedisPeer.StartAsync())
        {
            await redis.RegisterAsync(First, first: count);
            await Task.Delay(Pause);
            var before = redis.ResidentBytes;
            await redis.RegisterAsync(count);
            await Task.Delay(Pause);
            Answer.Print(what, ours, "B", "Redis, a key with an expiry and its place in a set", (double)(redis.ResidentBytes - before) / count);
        }

        using var etcd = await EtcdPeer.StartAsync();
        var keys = Math.Min(count, EtcdKeys);
        await etcd.FillAsync(First, first: keys);
        await Task.Delay(Pause);
        var etcdBefore = etcd.ResidentBytes;
        await etcd.FillAsync(keys);
        await Task.Delay(Pause);
        Answer.Print(
            what, ours, "B", $"etcd, a key with a lease, at {Answer.Text(keys)}", (double)(etcd.ResidentBytes - etcdBefore) / keys);
    }
}
