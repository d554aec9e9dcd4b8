using System.Diagnostics;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>Silence has a price, at its time; life has none.</summary>
public class LeaseTests
{
    [Fact]
    public async Task Silence_is_critical_at_the_ttl_and_removed_one_ttl_later_and_a_living_one_never()
    {
        using var cluster = await TestCluster.StartAsync(3);
        await using var beater = new Beater();
        var ttl = TimeSpan.FromSeconds(4);
        await cluster[2].Api.RegisterAsync("orders", "living", "4s");
        beater.Add("orders", "living", ttl, cluster[2].Api);

        await cluster[1].Api.RegisterAsync("orders", "silent", "4s");
        var silence = Stopwatch.StartNew();
        await Wait.UntilAsync("node-3 knows", TimeSpan.FromSeconds(2),
            async () => await cluster[3].Api.InstanceStatusAsync("orders", "silent") == "passing");

        var critical = await MomentAsync(silence, TimeSpan.FromSeconds(6), async () =>
            await cluster[3].Api.InstanceStatusAsync("orders", "silent") == "critical");
        critical.ShouldBeInRange(ttl - TimeSpan.FromSeconds(1), ttl + TimeSpan.FromSeconds(1));
        (await cluster[3].Api.RouteeIdsAsync("orders")).ShouldBe(["living"]);
        (await cluster[3].Api.IdsAsync("orders", "?status=passing")).ShouldBe(["living"]);
        (await cluster[3].Api.IdsAsync("orders")).ShouldBe(["living", "silent"]);

        var removed = await MomentAsync(silence, TimeSpan.FromSeconds(12), async () =>
            await cluster[3].Api.InstanceStatusAsync("orders", "silent") is null);
        removed.ShouldBeInRange(2 * ttl - TimeSpan.FromSeconds(1), 2 * ttl + TimeSpan.FromSeconds(1.5));

        // The living one through ten TTLs: passing at every look, at every node.
        while (silence.Elapsed < 10 * ttl)
        {
            foreach (var node in cluster.Nodes)
            {
                (await node.Api.InstanceStatusAsync("orders", "living"))
                    .ShouldBe("passing", $"{node.Name} after {silence.Elapsed.TotalSeconds:0.0} s");
            }

            await Task.Delay(50);
        }
    }

    private static async Task<TimeSpan> MomentAsync(Stopwatch since, TimeSpan limit, Func<Task<bool>> condition)
    {
        await Wait.UntilAsync("the moment came", limit - since.Elapsed, condition);
        return since.Elapsed;
    }
}
