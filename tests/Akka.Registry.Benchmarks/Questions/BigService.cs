using Akka.Registry.Benchmarks.Load;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>Does a change of a big service cost more than one of a small one?</summary>
internal sealed class BigService : IQuestion
{
    private const int Watchers = 100;
    private const int ChangesPerSecond = 1_000;

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(5);

    public int Number => 10;

    public string Text => "A service that churns at 1,000 changes/s before 100 watchers: CPU of the node a change";

    public string Goal => "no cliff: at 10,000 instances about what it is at 10";

    public async Task AnswerAsync(BenchRun run)
    {
        var (big, small) = await run.AlternateAsync(() => CostAsync(run.Count(10_000, 10)), () => CostAsync(10));
        Answer.Print("10,000 instances", big, "µs a change", "10 instances", small);
    }

    private static async Task<double> CostAsync(int instances)
    {
        using var cluster = await BenchCluster.StartAsync(1);
        var entries = Enumerable.Range(0, instances).Select(i => LoadEntries.One("churning", i)).ToList();
        var filled = await BenchCluster.FillAsync(cluster[1].ClusterPort, entries, sessions: 1);
        var watchers = new List<LoadSession>();
        for (var i = 0; i < Watchers; i++)
        {
            watchers.Add(await LoadSession.OpenAsync(cluster[1].ClusterPort));
            await watchers[i].SubscribeAsync(1, "churning");
        }

        await Task.Delay(TimeSpan.FromSeconds(1));      // Snapshots are out.
        var before = cluster.ProcessorTime();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var (made, began) = (0, TimeProvider.System.GetTimestamp());
        while (TimeProvider.System.GetElapsedTime(began) < Span)
        {
            await ticks.WaitForNextTickAsync();
            var due = (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * ChangesPerSecond) - made;
            var some = Enumerable.Range(made, due).Select(i => LoadEntries.One("churning", i % instances, weight: 2 + (i / instances)));
            made += (await filled[0].Session.RegisterAsync(some.ToList())).Length;
        }

        var cost = (cluster.ProcessorTime() - before).TotalMicroseconds / made;
        foreach (var watcher in watchers)
            await watcher.DisposeAsync();
        await filled.CloseAsync();
        return cost;
    }
}
