using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Contracts;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>What does a registry cost in which nothing changes?</summary>
internal sealed class IdleCost : IQuestion
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public int Number => 11;

    public string Text => "Three nodes, 100,000 instances that beat every 10 s at them: CPU of a node";

    public string Goal => "<= 3 % of a core a node";

    public async Task AnswerAsync(BenchRun run)
    {
        var count = run.Count(100_000, 3_000);
        using var cluster = await BenchCluster.StartAsync(3);
        var sessions = new List<(LoadSession Session, ulong[] Leases)>();
        for (var node = 1; node <= 3; node++)
            sessions.AddRange(await BenchCluster.FillAsync(cluster[node].ClusterPort, LoadEntries.Many(count / 3, $"node-{node}"), sessions: 1));
        await Task.Delay(TimeSpan.FromSeconds(10));     // What filling left behind is done.
        var before = cluster.ProcessorTime();
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var second = 0; second < 2 * Interval.TotalSeconds; second++)
        {
            foreach (var (session, leases) in sessions)
            {
                // A tenth of them each second.
                var share = leases.Length / 10;
                foreach (var some in leases.Skip(second % 10 * share).Take(share).Chunk(1_000))
                    await session.BeatAsync(LoadSession.Wire(LeasePack.Write(some)));
            }

            await ticks.WaitForNextTickAsync();
        }

        var share3 = (cluster.ProcessorTime() - before) / (2 * Interval) / 3;
        Answer.Print($"{Answer.Text(count)} instances that beat", share3 * 100, "% of a core a node");
        before = cluster.ProcessorTime();
        await Task.Delay(Interval);
        Answer.Print("without a beat", (cluster.ProcessorTime() - before) / Interval / 3 * 100, "% of a core a node");
        await sessions.CloseAsync();
    }
}
