using System.Text;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.Benchmarks.Questions;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks.Growth;

/// <summary>How each cost grows with entries, watchers and nodes: a table in Markdown and a plot.</summary>
internal static class GrowthRun
{
    private static readonly int[] Nodes = [3, 10, 50];

    /// <summary>Measures everything, prints the table, and writes the plot.</summary>
    public static async Task RunAsync(BenchRun run)
    {
        // Whole thousands where there are any; a run in small has what it comes to.
        int[] entries = [.. ((int[])[1_000, 10_000, 100_000, 1_000_000]).Select(count => run.Count(count)).Distinct()];
        int[] watchers = [.. ((int[])[1, 100, 10_000]).Select(count => run.Count(count)).Distinct()];
        var costs = new List<NodeCosts>();
        foreach (var count in entries)
            costs.Add(await MedianAsync(run, count));
        var told = new List<(int Watchers, FanOutResult Result)>();
        using (var cluster = await BenchCluster.StartAsync(1))
        {
            await FanOut.MeasureAsync(cluster, watchers[^1]);      // Warm.
            foreach (var count in watchers)
                told.Add((count, await FanOut.MeasureAsync(cluster, count)));
        }

        var traffic = Nodes.Select(ClusterTraffic.Measure).ToList();
        Console.Write(Table(costs, told, traffic));
        var path = run.Scale == 1 ? Path.Combine(SourceRoot.Path, "tests", "Akka.Registry.Benchmarks", "growth.svg")
            : Path.Combine(Path.GetTempPath(), "akreg-growth.svg");
        await File.WriteAllTextAsync(path, GrowthPlot.Draw(Panels(costs, told, traffic)));
        Console.WriteLine($"The plot is {path}.");
    }

    private static async Task<NodeCosts> MedianAsync(BenchRun run, int entries)
    {
        var all = new List<NodeCosts>();
        for (var i = 0; i < run.Runs; i++)
            all.Add(await NodeCosts.MeasureAsync(entries));
        return new NodeCosts(
            entries, Of(cost => cost.Heartbeat), Of(cost => cost.LookUp), Of(cost => cost.Registration), Of(cost => cost.Change),
            Of(cost => cost.BytesEach));

        double Of(Func<NodeCosts, double> value) => BenchRun.Median([.. all.Select(value)]);
    }

    private static string Table(
        List<NodeCosts> costs, List<(int Watchers, FanOutResult Result)> told, List<ClusterTraffic> traffic)
    {
        var text = new StringBuilder();
        text.AppendLine("| one node holds | CPU a heartbeat | a look-up by HTTP | a registration | a change told to 10 watchers | memory an entry |")
            .AppendLine("|---:|---:|---:|---:|---:|---:|");
        foreach (var cost in costs)
        {
            text.AppendLine(
                $"| {Count(cost.Entries)} entries | {Micro(cost.Heartbeat)} | {Micro(cost.LookUp)} | {Micro(cost.Registration)} "
                + $"| {Micro(cost.Change)} | {Answer.Text(cost.BytesEach)} B |");
        }

        text.AppendLine().AppendLine("| one change to | half of them after | the last after | CPU of the node each |")
            .AppendLine("|---:|---:|---:|---:|");
        foreach (var (watchers, result) in told)
        {
            text.AppendLine(
                $"| {Count(watchers)} watchers | {Answer.Text(result.Median)} ms | {Answer.Text(result.Worst)} ms "
                + $"| {Micro(result.MicrosecondsEach)} |");
        }

        text.AppendLine().AppendLine("| a cluster of | a change: bytes | messages | idle, a node and second: bytes | messages |")
            .AppendLine("|---:|---:|---:|---:|---:|");
        foreach (var one in traffic)
        {
            text.AppendLine(
                $"| {one.Nodes} nodes | {Answer.Text(one.BytesChange)} | {Answer.Text(one.FramesChange)} | {Answer.Text(one.BytesIdle)} "
                + $"| {Answer.Text(one.FramesIdle)} |");
        }

        return text.AppendLine().ToString();
    }

    private static IReadOnlyList<Panel> Panels(
        List<NodeCosts> costs, List<(int Watchers, FanOutResult Result)> told, List<ClusterTraffic> traffic)
    {
        const string entries = "entries";
        return
        [
            new Panel("Heartbeat", "µs of CPU", entries, costs.ConvertAll(cost => ((double)cost.Entries, cost.Heartbeat))),
            new Panel("Look-up by HTTP", "µs of CPU", entries, costs.ConvertAll(cost => ((double)cost.Entries, cost.LookUp))),
            new Panel("Registration", "µs of CPU", entries, costs.ConvertAll(cost => ((double)cost.Entries, cost.Registration))),
            new Panel("Change to 10 watchers", "µs of CPU", entries, costs.ConvertAll(cost => ((double)cost.Entries, cost.Change))),
            new Panel("Memory", "bytes an entry", entries, costs.ConvertAll(cost => ((double)cost.Entries, cost.BytesEach))),
            new Panel("Last watcher told", "ms", "watchers", told.ConvertAll(one => ((double)one.Watchers, one.Result.Worst))),
            new Panel("Change in a cluster", "bytes sent by all", "nodes", traffic.ConvertAll(one => ((double)one.Nodes, one.BytesChange))),
            new Panel("Idle cluster", "bytes/s a node", "nodes", traffic.ConvertAll(one => ((double)one.Nodes, one.BytesIdle))),
        ];
    }

    private static string Micro(double value) => $"{Answer.Text(value)} µs";

    private static string Count(int count) => count.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture);
}
