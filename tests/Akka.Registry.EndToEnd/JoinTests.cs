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
    public async Task Nodes_whose_seeds_come_by_dns_form_one_cluster_when_as_many_wait_as_are_expected()
    {
        using var cluster = TestCluster.ByDns(3, "--cluster.seed-dns.bootstrap-expect=3");
        cluster.Start(3);
        cluster.Start(2);
        await Wait.UntilAsync("both answer", TimeSpan.FromSeconds(20), async () =>
            await cluster[3].Api.StatusOfAsync("/healthz") == HttpStatusCode.OK
            && await cluster[2].Api.StatusOfAsync("/healthz") == HttpStatusCode.OK);
        // Longer than it takes when they are enough.
        await Wait.AlwaysAsync("two are not enough", TimeSpan.FromSeconds(6), async () =>
            await cluster[3].Api.StatusOfAsync("/readyz") == HttpStatusCode.ServiceUnavailable
            && await cluster[2].Api.StatusOfAsync("/readyz") == HttpStatusCode.ServiceUnavailable);

        cluster.Start(1);
        await cluster.ReadyAsync(TimeSpan.FromSeconds(30));

        cluster.Nodes.Count(node => node.Log.Contains("formed a cluster", StringComparison.Ordinal)).ShouldBe(1);
    }

    /// <remarks>Counted in looks at the other node, each of a millisecond or less, so that a machine that is busy slows both alike.</remarks>
    [Fact]
    public async Task A_registration_at_one_node_is_visible_at_another_within_milliseconds()
    {
        const int Registrations = 200;
        const int WarmUp = 20;
        using var cluster = await TestCluster.StartAsync(3);
        var looks = new List<int>();
        var times = new List<double>();
        for (var i = 0; i < WarmUp + Registrations; i++)
        {
            var id = $"orders-{i}";
            var path = NodeApi.PathOf("orders", id);
            var clock = Stopwatch.StartNew();
            await cluster[1].Api.RegisterAsync("orders", id, "60s");
            var count = 1;
            for (; await cluster[3].Api.StatusOfAsync(path) != HttpStatusCode.OK; count++)
                clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), $"{id} did not arrive");
            // The first ones also pay for compiling both processes' code.
            if (i < WarmUp)
                continue;
            looks.Add(count);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        looks.Sort();
        times.Sort();
        var median = Registrations / 2;
        output.WriteLine($"from node-1 to node-3: median {times[median]:0.0} ms, worst of {Registrations} {times[^1]:0.0} ms; "
            + $"looks: median {looks[median]}, nine of ten {looks[Registrations * 9 / 10]}, worst {looks[^1]}");
        looks[median].ShouldBeLessThanOrEqualTo(20, "median of 200, in looks");
        looks[Registrations * 9 / 10].ShouldBeLessThanOrEqualTo(100, "nine of ten, in looks: a gossip interval is many hundreds");
    }
}
