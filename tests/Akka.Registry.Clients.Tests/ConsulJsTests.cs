using Akka.Registry.Clients.Harness;

namespace Akka.Registry.Clients;

/// <summary>npm's <c>consul</c>, unmodified.</summary>
public class ConsulJsTests
{
    [ClientTheory("node", "npm:consul")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Its_watch_sees_what_other_doors_register_come_fail_and_go_over_a_restart(int nodes)
    {
        using var cluster = await ClientCluster.StartAsync(nodes);
        await cluster.RegisterWithEurekaAsync("STORE", "store-1", 9401);
        using var client = Programs.StartNpm("consul/consul-watch.mjs", "store", "127.0.0.1", $"{cluster.Reader.HttpPort}");
        await client.UntilAsync("what was there before", "seen", line => line == "seen store-1=127.0.0.1:9401");

        await cluster.RegisterAsync("store", "store-2", 9402);
        await client.UntilAsync("one that comes", "seen", line => line == "seen store-1=127.0.0.1:9401 store-2=127.0.0.1:9402");
        await cluster.ReportAsync("store", "store-2", "critical");
        await client.UntilAsync("one that fails", "seen", line => line == "seen store-1=127.0.0.1:9401");

        await cluster.RestartReaderAsync();
        if (nodes == 1)
            await cluster.RegisterWithEurekaAsync("STORE", "store-1", 9401);
        await cluster.RegisterAsync("store", "store-3", 9403);
        await client.UntilAsync("one that comes after the restart", "seen", line => line == "seen store-1=127.0.0.1:9401 store-3=127.0.0.1:9403");
        await cluster.DeregisterAsync("store", "store-1");
        await client.UntilAsync("one that goes", "seen", line => line == "seen store-3=127.0.0.1:9403");
    }

    [ClientTheory("node", "npm:consul")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_it_registers_passes_fails_and_goes_in_the_other_doors(int nodes)
    {
        using var cluster = await ClientCluster.StartAsync(nodes);
        using var client = Programs.StartNpm("consul/consul-watch.mjs", "stock", "127.0.0.1", $"{cluster.Writer.HttpPort}");

        await client.AskAsync("register stock-1 9501", "done");
        await SeenAsync("passing");
        await client.AskAsync("fail stock-1", "done");
        await SeenAsync("critical");
        await client.AskAsync("pass stock-1", "done");
        await SeenAsync("passing");
        await client.AskAsync("deregister stock-1", "done");
        await SeenAsync(null);

        Task<TimeSpan> SeenAsync(string? status) => Wait.UntilAsync($"stock-1 is {status ?? "gone"}", TimeSpan.FromSeconds(15),
            async () => await cluster.Reader.Api.InstanceStatusAsync("stock", "stock-1") == status, () => client.Log);
    }

    [ClientTheory("node", "npm:consul")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_call_that_it_has_is_answered_as_it_expects(int nodes)
    {
        using var cluster = await ClientCluster.StartAsync(nodes);
        string[] urls = [.. ((NodeProcess[])[cluster.Writer, cluster.Reader]).Distinct().Select(node => $"{node.Api.Url}".TrimEnd('/'))];

        var output = await ClientProcess.RunAsync("node", [Path.Combine(Programs.NpmFolder, "consul", "consul-client.mjs"), .. urls]);

        output.ShouldNotContain("not ok -");
        output.ShouldContain("ok - ");
    }
}
