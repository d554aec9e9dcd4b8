using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Peers;
using Akka.Registry.Contracts;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How many heartbeats a second does one node take over the session?</summary>
internal sealed class SessionBeats : IQuestion
{
    private const int Batch = 1_000;
    private const int Frames = 2_000;
    private const int EtcdLeases = 20_000;

    public int Number => 1;

    public string Text => "Heartbeats at one node over the session, random order, batches of 1,000";

    public string Goal => ">= 4 M/s; >= 3 x Redis pipelined EXPIRE";

    public async Task AnswerAsync(BenchRun run)
    {
        var leases = run.Count(1_000_000, Batch);
        using var cluster = await BenchCluster.StartAsync(1);
        var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(leases));
        var frames = sessions.ConvertAll(session => FramesOf(session.Leases, Frames / sessions.Count));
        await BeatAsync(sessions, frames, TimeSpan.FromSeconds(1));     // Warm.

        var cost = new Cost("node", cluster.ProcessorTime);
        var span = TimeSpan.FromSeconds(3);
        var (ours, table) = await run.AlternateAsync(
            () => cost.OverAsync(span, () => BeatAsync(sessions, frames, span)),
            () => Task.FromResult(TableLimit(leases)));
        var refused = sessions.Sum(session => session.Session.Refused);
        if (refused > 0)
            throw new InvalidOperationException($"{refused} beats were refused.");
        Answer.Print($"heartbeats of {Answer.Text(leases)} leases", ours, "/s", "random renewals in an array", table);
        cost.Print("heartbeat");
        if (run.WithPeers)
            await PrintPeersAsync(run, ours, leases, span);
        await sessions.CloseAsync();
    }

    private static async Task PrintPeersAsync(BenchRun run, double ours, int leases, TimeSpan span)
    {
        using (var redis = await RedisPeer.StartAsync())
        {
            await redis.FillAsync(leases);
            var cost = new Cost("Redis", () => redis.ProcessorTime);
            var beside = await run.MedianAsync(() => cost.OverAsync(span, () => redis.ExpireAsync(leases, span)));
            Answer.Print("heartbeats", ours, "/s", "Redis pipelined EXPIRE", beside);
            cost.Print("EXPIRE");
        }

        using var etcd = await EtcdPeer.StartAsync();
        // Each grant is a write of its own: as many as ours would take minutes.
        var granted = await etcd.GrantAsync(Math.Min(leases, EtcdLeases));
        var etcdCost = new Cost("etcd", () => etcd.ProcessorTime);
        var kept = await run.MedianAsync(() => etcdCost.OverAsync(span, () => etcd.KeepAliveAsync(granted, span)));
        Answer.Print("heartbeats", ours, "/s", $"etcd keep-alive of {Answer.Text(granted.Length)} leases", kept);
        etcdCost.Print("keep-alive");
    }

    internal static byte[][] FramesOf(ulong[] leases, int count)
    {
        var random = new Random(1);
        var frames = new byte[count][];
        var some = new ulong[Batch];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < Batch; j++)
                some[j] = leases[random.Next(leases.Length)];
            frames[i] = LoadSession.Wire(LeasePack.Write(some));
        }

        return frames;
    }

    internal static async Task<double> BeatAsync(
        List<(LoadSession Session, ulong[] Leases)> sessions, List<byte[][]> frames, TimeSpan span)
    {
        var began = TimeProvider.System.GetTimestamp();
        var sent = await Task.WhenAll(sessions.Select((session, index) => Task.Run(async () =>
        {
            var count = 0L;
            for (var i = 0; TimeProvider.System.GetElapsedTime(began) < span; i = (i + 1) % frames[index].Length)
            {
                await session.Session.BeatAsync(frames[index][i]);
                count += Batch;
            }

            await session.Session.BeatsAnsweredAsync();
            return count;
        })));
        return sent.Sum() / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>What the memory allows: the same renewals without a registry.</summary>
    private static double TableLimit(int leases)
    {
        var (table, random) = (new long[leases], new Random(2));
        var order = new int[leases];
        for (var i = 0; i < order.Length; i++)
            order[i] = random.Next(leases);
        var began = TimeProvider.System.GetTimestamp();
        var renewals = 0L;
        while (TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(1))
        {
            foreach (var lease in order)
                table[lease] = renewals++;
        }

        return renewals / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }
}
