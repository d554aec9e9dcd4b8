using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Peers;

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
        using var redis = run.WithPeers ? await RedisPeer.StartAsync() : null;
        var (cost, registered) = (TimeSpan.Zero, 0.0);
        var ours = await run.MedianAsync(async () =>
        {
            using var cluster = await BenchCluster.StartAsync(1);
            await (await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(10_000, "warm"))).CloseAsync();
            var before = cluster.ProcessorTime();
            var began = TimeProvider.System.GetTimestamp();
            var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries);
            var rate = count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            (cost, registered) = (cost + cluster.ProcessorTime() - before, registered + count);
            await sessions.CloseAsync();
            return rate;
        });
        if (redis is null)
            Answer.Print("registrations", ours, "/s");
        else
            Answer.Print("registrations", ours, "/s", "Redis SET+SADD+PUBLISH pipelined", await run.MedianAsync(() => redis.RegisterAsync(count)));
        Answer.PrintCost("node", cost, registered, "registration");
    }
}

/// <summary>And until three nodes hold them?</summary>
internal sealed class ReplicatedRegistrations : IQuestion
{
    public int Number => 4;

    public string Text => "Registrations at one of three nodes, until all three hold them";

    public string Goal => ">= 100 k/s";

    public async Task AnswerAsync(BenchRun run)
    {
        var count = run.Count(200_000, 1_000);
        var entries = LoadEntries.Many(count);
        var (cost, registered) = (TimeSpan.Zero, 0.0);
        var ours = await run.MedianAsync(async () =>
        {
            using var cluster = await BenchCluster.StartAsync(3);
            const int Warm = 10_000;
            await (await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(Warm, "warm"))).CloseAsync();
            var before = cluster.ProcessorTime();
            var began = TimeProvider.System.GetTimestamp();
            var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries);
            while (!await cluster.AreEqualAsync(count + Warm))
                await Task.Delay(5);
            var rate = count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            (cost, registered) = (cost + cluster.ProcessorTime() - before, registered + count);
            await sessions.CloseAsync();
            return rate;
        });
        Answer.Print("registrations held by three nodes", ours, "/s");
        Answer.PrintCost("three nodes", cost, registered, "registration");
    }
}
