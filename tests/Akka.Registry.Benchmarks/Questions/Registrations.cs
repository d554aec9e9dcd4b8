using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Peers;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How many registrations a second does one node take, once as many have gone before?</summary>
internal sealed class Registrations : IQuestion
{
    /// <summary>Registrations before those that count: nodes still compile while the first of them come.</summary>
    public const int Before = 400_000;

    public int Number => 3;

    public string Text => "Registrations at one node over the session, 200-byte entries";

    public string Goal => ">= 400 k/s, >= 1 x Redis SET+SADD+PUBLISH";

    public async Task AnswerAsync(BenchRun run)
    {
        var count = run.Count(400_000, 1_000);
        var frames = RegistrationFrames.Share(LoadEntries.Many(count));
        var before = run.Count(Before, 1_000);
        var warm = RegistrationFrames.Share(LoadEntries.Many(before, "warm"));
        TestCluster? cluster = null;
        var cost = new Cost("node", () => cluster!.ProcessorTime());
        var ours = await run.MedianAsync(async () =>
        {
            using (cluster = await BenchCluster.StartAsync(1))
            {
                var open = await BenchCluster.FillAsync(cluster[1].ClusterPort, warm);
                return await cost.OverAsync(count, async () =>
                {
                    var began = TimeProvider.System.GetTimestamp();
                    var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, frames);
                    var rate = count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
                    await sessions.Concat(open).CloseAsync();
                    return rate;
                });
            }
        });
        if (!run.WithPeers)
        {
            Answer.Print("registrations", ours, "/s");
            cost.Print("registration");
            return;
        }

        RedisPeer? redis = null;
        var redisCost = new Cost("Redis", () => redis!.ProcessorTime);
        var beside = await run.MedianAsync(async () =>
        {
            using (redis = await RedisPeer.StartAsync())
            {
                await redis.RegisterAsync(before, first: count);
                return await redisCost.OverAsync(count, () => redis.RegisterAsync(count));
            }
        });
        Answer.Print("registrations", ours, "/s", "Redis SET+SADD+PUBLISH pipelined", beside);
        cost.Print("registration");
        redisCost.Print("registration");
    }
}

/// <summary>And until three nodes hold them?</summary>
internal sealed class ReplicatedRegistrations : IQuestion
{
    private const int EtcdCallers = 512;

    public int Number => 4;

    public string Text => "Registrations at one of three nodes, until all three hold them";

    public string Goal => ">= 100 k/s, >= 30 x etcd";

    public async Task AnswerAsync(BenchRun run)
    {
        var count = run.Count(200_000, 1_000);
        var frames = RegistrationFrames.Share(LoadEntries.Many(count));
        var before = run.Count(Registrations.Before, 1_000);
        var warm = RegistrationFrames.Share(LoadEntries.Many(before, "warm"));
        TestCluster? cluster = null;
        var cost = new Cost("three nodes", () => cluster!.ProcessorTime());
        var ours = await run.MedianAsync(async () =>
        {
            using (cluster = await BenchCluster.StartAsync(3))
            {
                var open = await BenchCluster.FillAsync(cluster[1].ClusterPort, warm);
                await UntilEqualAsync(cluster, before);
                return await cost.OverAsync(count, async () =>
                {
                    var began = TimeProvider.System.GetTimestamp();
                    var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, frames);
                    await UntilEqualAsync(cluster, before + count);
                    var rate = count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
                    await sessions.Concat(open).CloseAsync();
                    return rate;
                });
            }
        });
        if (!run.WithPeers)
        {
            Answer.Print("registrations held by three nodes", ours, "/s");
            cost.Print("registration");
            return;
        }

        using var etcd = await EtcdPeer.StartAsync(3);
        var writes = run.Count(20_000);
        var etcdCost = new Cost("three members of etcd", () => etcd.ProcessorTime);
        var puts = await run.MedianAsync(() => etcd.WriteAsync(writes, EtcdCallers));   // Before there are leases: they make it slower.
        var beside = await run.MedianAsync(() => etcdCost.OverAsync(writes, () => etcd.RegisterAsync(writes, EtcdCallers)));
        Answer.Print("registrations held by three nodes", ours, "/s", $"etcd leases and their keys answered, {EtcdCallers} callers", beside);
        Answer.Print("the same", ours, "/s", "etcd keys without a lease", puts);
        cost.Print("registration");
        etcdCost.Print("registration");
    }

    private static async Task UntilEqualAsync(TestCluster cluster, int entries)
    {
        while (!await cluster.AreEqualAsync(entries))
            await Task.Delay(5);
    }
}
