using System.Diagnostics;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>Many entries through the front door.</summary>
public class ScaleTests(ITestOutputHelper output)
{
    private const int Instances = 100_000;

    [Fact]
    public async Task A_hundred_thousand_instances_through_http_are_equal_everywhere_within_five_seconds()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, Instances), new ParallelOptions { MaxDegreeOfParallelism = 24 },
            async (i, _) => await cluster[1 + (i % 3)].Api.RegisterAsync($"service-{i % 500}", $"instance-{i}", "30m"));
        output.WriteLine($"{Instances} registrations in {clock.Elapsed.TotalSeconds:0.0} s");
        var equal = await Wait.UntilAsync("all nodes are equal", TimeSpan.FromSeconds(5), () => cluster.AreEqualAsync(Instances));
        output.WriteLine($"equal {equal.TotalSeconds:0.00} s after the last");
        foreach (var node in cluster.Nodes)
        {
            await Wait.UntilAsync($"{node.Name} gives memory back", TimeSpan.FromSeconds(30),
                () => Task.FromResult(node.Log.Contains("Memory was compacted at", StringComparison.Ordinal)), () => node.Log);
        }
    }
}
