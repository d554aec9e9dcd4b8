using Akka.Registry.Benchmarks.Load;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>What does an instance cost in memory?</summary>
internal sealed class BytesPerInstance : IQuestion
{
    public int Number => 8;

    public string Text => "Bytes an instance at one node (growth of the working set), indexes and lease included";

    public string Goal => "<= 450 B";

    public async Task AnswerAsync(BenchRun run)
    {
        foreach (var count in (int[])[run.Count(100_000, 1_000), run.Count(1_000_000, 1_000)])
        {
            using var cluster = await BenchCluster.StartAsync(1);
            var before = ProcessCost.ResidentBytes(cluster[1].Id);
            var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(count));
            // Nothing is asked of the collector: what it has not given back yet counts as well.
            await Task.Delay(TimeSpan.FromSeconds(5));
            var grown = ProcessCost.ResidentBytes(cluster[1].Id) - before;
            Answer.Print($"bytes an instance at {Answer.Text(count)}", (double)grown / count, "B");
            await sessions.CloseAsync();
        }
    }
}
