using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Peers;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>How many registrations a second does one node take?</summary>
internal sealed class Registrations : IQuestion
{
    public int Number => 3;

    public string Text => "Registrations at one node over the session, 200-byte entries";

    public string Goal => ">= 400 k/s, >= 1 x Redis SET+SADD+PUBLISH";

    public async Task AnswerAsync(BenchRun run)
    {
        var count = run.Count(400_000, 1_000);
        var entries = LoadEntries.Many(count);
        TestCluster? cluster = null;
        var cost = new Cost("node", () => cluster!.ProcessorTime());
        var ours = await run.MedianAsync(async () =>
        {
            using (cluster = await BenchCluster.StartAsync(1))
            {
                await (await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(10_000, "warm"))).CloseAsync();
                return await cost.OverAsync(count, async () =>
                {
                    var began = TimeProvider.System.GetTimestamp();
                    var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries);
                    var rate = count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
                    await sessions.CloseAsync();
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

        using var redis = await RedisPeer.StartAsync();
        var redisCost = new Cost("Redis", () => redis.ProcessorTime);
        var beside = await run.MedianAsync(() => redisCost.OverAsync(count, () => redis.RegisterAsync(count)));
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

    public string Goal => ">= 100 k/s";

    public async Task AnswerAsync(BenchRun run)
    {
        var count = run.Count(200_000, 1_000);
        var entries = LoadEntries.Many(count);
        TestCluster? cluster = null;
        var cost = new Cost("three nodes", () => cluster!.ProcessorTime());
        var ours = await run.MedianAsync(async () =>
        {
            using (cluster = await BenchCluster.StartAsync(3))
            {
                const int Warm = 10_000;
                await (await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(Warm, "warm"))).CloseAsync();
                return await cost.OverAsync(count, async () =>
                {
                    var began = TimeProvider.System.GetTimestamp();
                    var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries);
                    while (!await cluster.AreEqualAsync(count + Warm))
                        await Task.Delay(5);
                    var rate = count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
                    await sessions.CloseAsync();
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
        var beside = await run.MedianAsync(() => etcdCost.OverAsync(writes, () => etcd.WriteAsync(writes, EtcdCallers)));
        Answer.Print("registrations held by three nodes", ours, "/s", $"etcd puts answered, {EtcdCallers} callers", beside);
        cost.Print("registration");
        etcdCost.Print("put");
    }
}
