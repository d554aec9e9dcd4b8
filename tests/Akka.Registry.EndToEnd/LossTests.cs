using System.Diagnostics;
using System.Net;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>A node is killed, frozen, or comes back with nothing.</summary>
public class LossTests
{
    [Fact]
    public async Task A_killed_node_is_called_down_and_only_what_beats_nowhere_goes_with_it()
    {
        using var cluster = await TestCluster.StartAsync(3);
        await using var beater = new Beater();
        var ttl = TimeSpan.FromSeconds(6);
        for (var i = 0; i < 20; i++)
        {
            // These live on: they register at the node that will die, and beat at whichever node answers.
            await cluster[3].Api.RegisterAsync("living", $"living-{i}", "6s");
            beater.Add("living", $"living-{i}", ttl, cluster[3].Api, cluster[1].Api, cluster[2].Api);
            // Their beats come all the time, at every moment of the loss.
            await Task.Delay(ttl / 3 / 20);
        }

        for (var i = 0; i < 5; i++)
            await cluster[3].Api.RegisterAsync("silent", $"silent-{i}", "6s");
        foreach (var node in cluster.Nodes)
            await Wait.UntilAsync("all is everywhere", TimeSpan.FromSeconds(5), async () => (await node.Api.IdsAsync("silent"))?.Count == 5);

        var lastSign = Stopwatch.StartNew();
        cluster[3].Kill();
        using var watching = new CancellationTokenSource();
        var watch = WatchLivingAsync([cluster[1].Api, cluster[2].Api], watching.Token);
        foreach (var survivor in (NodeProcess[])[cluster[1], cluster[2]])
        {
            await Wait.UntilAsync($"{survivor.Name} calls node-3 down", TimeSpan.FromSeconds(5) - lastSign.Elapsed,
                async () => await survivor.Api.MemberStateAsync("node-3") == "down", () => survivor.Log);
        }

        // Not before its TTL: a registry node that dies must not take living instances away.
        while (lastSign.Elapsed < ttl)
            (await cluster[1].Api.RouteeIdsAsync("silent")).Count.ShouldBe(5, $"after {lastSign.Elapsed.TotalSeconds:0.0} s");
        // TTL + orphan grace (at least 15 s) + 1 s.
        var bound = ttl + TimeSpan.FromSeconds(15) + TimeSpan.FromSeconds(1);
        await Wait.UntilAsync("the silent are out of routees", bound - lastSign.Elapsed,
            async () => (await cluster[1].Api.RouteeIdsAsync("silent")).Count == 0 && (await cluster[2].Api.RouteeIdsAsync("silent")).Count == 0);
        await Wait.UntilAsync("the silent are removed", TimeSpan.FromSeconds(10),
            async () => (await cluster[1].Api.IdsAsync("silent"))?.Count == 0 && (await cluster[2].Api.IdsAsync("silent"))?.Count == 0);
        await watching.CancelAsync();
        (await watch).ShouldBeNull();
        beater.Refused.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_that_restarts_empty_serves_nothing_partial()
    {
        const int Instances = 3_000;
        using var cluster = await TestCluster.StartAsync(3);
        await Parallel.ForEachAsync(Enumerable.Range(0, Instances), new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) => await cluster[1].Api.RegisterAsync("orders", $"orders-{i:00000}", "10m"));
        await Wait.UntilAsync("all equal", TimeSpan.FromSeconds(10), () => cluster.AreEqualAsync(Instances));

        cluster[3].Kill();
        cluster[3].Restart();
        var clock = Stopwatch.StartNew();
        var answers = 0;
        while (answers < 20)
        {
            clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30), "node-3 did not serve again");
            HttpStatusCode status;
            var count = 0;
            try
            {
                var (code, body) = await cluster[3].Api.GetAsync("/api/v1/services/orders");
                (status, count) = (code, code == HttpStatusCode.OK ? body.GetProperty("instances").GetArrayLength() : 0);
            }
            catch (HttpRequestException)
            {
                continue;
            }

            status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
            if (status != HttpStatusCode.OK)
                continue;
            count.ShouldBe(Instances, "a partial registry was served");
            answers++;
        }

        (await cluster[3].Api.StatusOfAsync("/readyz")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_was_deregistered_while_a_node_slept_never_comes_back()
    {
        using var cluster = await TestCluster.StartAsync(3);
        string[] all = ["a", "b", "c"];
        for (var i = 0; i < all.Length; i++)
        {
            // One is owned by the node that will sleep.
            await cluster[i + 1].Api.RegisterAsync("orders", all[i], "5m");
        }

        foreach (var node in cluster.Nodes)
            await Wait.UntilAsync("all is everywhere", TimeSpan.FromSeconds(5), async () => (await node.Api.IdsAsync("orders"))?.Count == 3);

        cluster[3].Pause();
        await Wait.UntilAsync("the sleeper is down", TimeSpan.FromSeconds(30),
            async () => await cluster[1].Api.MemberStateAsync("node-3") == "down" && await cluster[2].Api.MemberStateAsync("node-3") == "down");
        foreach (var id in all)
            await cluster[1].Api.DeregisterAsync("orders", id);
        await Wait.UntilAsync("node-2 knows", TimeSpan.FromSeconds(5), async () => (await cluster[2].Api.IdsAsync("orders"))?.Count == 0);

        cluster[3].Resume();
        await Wait.UntilAsync("the sleeper is up again", TimeSpan.FromSeconds(30),
            async () => await cluster[1].Api.MemberStateAsync("node-3") == "up" && await cluster[3].Api.MemberStateAsync("node-1") == "up");
        await Wait.UntilAsync("the sleeper has learnt of it", TimeSpan.FromSeconds(5),
            async () => (await cluster[3].Api.IdsAsync("orders"))?.Count == 0);
        await Wait.AlwaysAsync("nothing comes back", TimeSpan.FromSeconds(5), async () =>
        {
            foreach (var node in cluster.Nodes)
            {
                if ((await node.Api.IdsAsync("orders"))?.Count > 0)
                    return false;
            }

            return true;
        });
    }

    /// <summary>Queries until cancelled; the first answer in which one of the twenty is missing, or null.</summary>
    private static async Task<string?> WatchLivingAsync(NodeApi[] nodes, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            foreach (var node in nodes)
            {
                var ids = await node.IdsAsync("living");
                if (ids?.Count != 20)
                    return $"{node.Url} showed {ids?.Count.ToString() ?? "nothing"} of 20";
            }
        }

        return null;
    }
}
