using Akka.Registry.Clients.Harness;

namespace Akka.Registry.Clients;

/// <summary>npm's <c>eureka-js-client</c>, unmodified.</summary>
public class EurekaJsTests
{
    [ClientTheory("node", "npm:eureka-js-client")]
    [InlineData(1, "full")]
    [InlineData(2, "full")]
    [InlineData(2, "delta")]
    public async Task It_sees_what_other_doors_register_come_fail_and_go(int nodes, string mode)
    {
        using var cluster = await ClientCluster.StartAsync(nodes);
        await cluster.RegisterAsync("orders", "orders-1", 9001);
        using var client = Programs.StartNpm("eureka/eureka-client.mjs", "WATCHER", "w1", $"{cluster.Reader.Api.Url}".TrimEnd('/'), mode);
        await client.UntilAsync("what was there before", "seen", line => line == "seen ORDERS/orders-1=UP@127.0.0.1:9001");

        await cluster.RegisterAsync("orders", "orders-2", 9002);
        await client.UntilAsync("one that comes", "seen",
            line => line == "seen ORDERS/orders-1=UP@127.0.0.1:9001 ORDERS/orders-2=UP@127.0.0.1:9002");
        await cluster.ReportAsync("orders", "orders-2", "critical");
        await client.UntilAsync("one that fails", "seen",
            line => line == "seen ORDERS/orders-1=UP@127.0.0.1:9001 ORDERS/orders-2=DOWN@127.0.0.1:9002");
        await cluster.DeregisterAsync("orders", "orders-2");
        await client.UntilAsync("one that goes", "seen", line => line == "seen ORDERS/orders-1=UP@127.0.0.1:9001");
    }

    [ClientTheory("node", "npm:eureka-js-client")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_it_registers_lives_in_the_other_doors_over_a_nodes_restart_until_it_stops(int nodes)
    {
        using var cluster = await ClientCluster.StartAsync(nodes);
        var urls = string.Join(',', ((NodeProcess[])[cluster.Writer, cluster.Reader]).Distinct().Select(node => $"{node.Api.Url}".TrimEnd('/')));
        using var client = Programs.StartNpm("eureka/eureka-client.mjs", "PAY", "pay-1", urls, "register");
        await client.UntilAsync("it has started", "started", _ => true);
        await SeenAsync(cluster, "pay", "pay-1", "passing");

        // Its heartbeats are answered with 404 by a node that has kept nothing, and it registers again.
        await cluster.RestartReaderAsync();
        await SeenAsync(cluster, "pay", "pay-1", "passing");
        await Wait.AlwaysAsync("it lives beyond its lease", TimeSpan.FromSeconds(4),
            async () => await cluster.Reader.Api.InstanceStatusAsync("pay", "pay-1") == "passing");
        await client.UntilAsync("it sees itself", "seen", line => line.Contains("PAY/pay-1=UP@127.0.0.1:8080", StringComparison.Ordinal));

        await client.AskAsync("stop", "stopped");
        await SeenAsync(cluster, "pay", "pay-1", null);
    }

    private static Task<TimeSpan> SeenAsync(ClientCluster cluster, string service, string id, string? status) =>
        Wait.UntilAsync($"{id} is {status ?? "gone"}", TimeSpan.FromSeconds(15),
            async () => await cluster.Reader.Api.InstanceStatusAsync(service, id) == status);
}
