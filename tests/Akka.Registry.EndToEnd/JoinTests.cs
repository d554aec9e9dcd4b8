using System.Diagnostics;
using System.Net;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>Three processes find each other through their seeds, and what one knows the others know.</summary>
public class JoinTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(3, 1, 2)]
    [InlineData(2, 3, 1)]
    public async Task Nodes_join_in_any_order_of_start_the_first_seed_last_too(int first, int second, int third)
    {
        using var cluster = new TestCluster(3);
        cluster.Start(first);
        cluster.Start(second);
        if (third == 1)
        {
            // Nobody but the first seed may form a cluster: until it comes the others wait, and say so.
            await Wait.UntilAsync("both answer", TimeSpan.FromSeconds(20), async () =>
                await cluster[first].Api.StatusOfAsync("/healthz") == HttpStatusCode.OK
                && await cluster[second].Api.StatusOfAsync("/healthz") == HttpStatusCode.OK);
            await Wait.AlwaysAsync("no node is ready without a cluster", TimeSpan.FromSeconds(3), async () =>
                await cluster[first].Api.StatusOfAsync("/readyz") == HttpStatusCode.ServiceUnavailable
                && await cluster[second].Api.StatusOfAsync("/readyz") == HttpStatusCode.ServiceUnavailable);
        }

        cluster.Start(third);
        await cluster.ReadyAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_registration_at_one_node_is_visible_at_another_within_milliseconds()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var times = new List<double>();
        for (var i = 0; i < 220; i++)
        {
            var id = $"orders-{i}";
            var path = NodeApi.PathOf("orders", id);
            var clock = Stopwatch.StartNew();
            await cluster[1].Api.RegisterAsync("orders", id, "60s");
            while (await cluster[3].Api.StatusOfAsync(path) != HttpStatusCode.OK)
                clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5), $"{id} did not arrive");
            // The first ones also pay for compiling both processes' code.
            if (i >= 20)
                times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine($"from node-1 to node-3: median {times[times.Count / 2]:0.0} ms, worst of {times.Count} {times[^1]:0.0} ms");
        times[times.Count / 2].ShouldBeLessThanOrEqualTo(20, "median of 200, in milliseconds");
        times[^1].ShouldBeLessThanOrEqualTo(250, "worst of 200, in milliseconds");
    }
}
