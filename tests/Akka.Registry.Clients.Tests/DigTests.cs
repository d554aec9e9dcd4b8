using System.Globalization;
using Akka.Registry.Clients.Harness;

namespace Akka.Registry.Clients;

/// <summary>Debian's <c>dig</c>.</summary>
public class DigTests
{
    [ClientTheory("dig")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task It_sees_what_eurekas_clients_register_come_fail_and_go_over_a_restart(int nodes)
    {
        using var cluster = await ClientCluster.StartAsync(nodes);
        await cluster.RegisterWithEurekaAsync("BILLING", "billing-1", 9101);
        await SeenAsync(cluster, "what was there before", 9101);
        await cluster.RegisterWithEurekaAsync("BILLING", "billing-2", 9102);
        await SeenAsync(cluster, "one that comes", 9101, 9102);
        await cluster.RegisterWithEurekaAsync("BILLING", "billing-2", 9102, "DOWN");
        await SeenAsync(cluster, "one that fails", 9101);

        await cluster.RestartReaderAsync();
        if (nodes == 1)
            await cluster.RegisterWithEurekaAsync("BILLING", "billing-1", 9101);
        await SeenAsync(cluster, "the same after a restart", 9101);
        await cluster.DeregisterAsync("billing", "billing-1");
        await SeenAsync(cluster, "one that goes");
        (await AskAsync(cluster, "billing.service.consul", "A", "+comments")).ShouldContain("NXDOMAIN");
    }

    private static Task<TimeSpan> SeenAsync(ClientCluster cluster, string what, params int[] ports) =>
        Wait.UntilAsync(what, TimeSpan.FromSeconds(15), async () =>
        {
            var byUdp = await PortsAsync(cluster, "+notcp");
            return Enumerable.SequenceEqual(byUdp, ports) && Enumerable.SequenceEqual(await PortsAsync(cluster, "+tcp"), ports);
        });

    private static async Task<int[]> PortsAsync(ClientCluster cluster, string mode)
    {
        var answer = await AskAsync(cluster, "_billing._tcp.service.consul", "SRV", "+short", mode);
        var lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Where(line => line[0] != ';').Select(line => int.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture)).Order()];
    }

    private static Task<string> AskAsync(ClientCluster cluster, string name, string type, params string[] more)
    {
        var door = cluster.Dns.First();
        return ClientProcess.RunAsync("dig", [$"@{door.Address}", "-p", $"{door.Port}", "+tries=2", "+time=3", name, type, .. more]);
    }
}
