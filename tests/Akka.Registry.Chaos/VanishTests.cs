using System.Diagnostics;
using Akka.Registry.Chaos.Net;
using Akka.Registry.EndToEnd.Harness;
using Xunit.Abstractions;

namespace Akka.Registry.Chaos;

/// <summary>The host of an instance is gone without a word: no socket closes, packets just stop.</summary>
public class VanishTests(ITestOutputHelper output)
{
    [NamespaceFact]
    public async Task An_instance_whose_host_vanishes_is_gone_within_its_ttl_and_two_seconds()
    {
        var ttl = TimeSpan.FromSeconds(3);
        using var network = new NodeNetwork(2);
        using var node = NodeProcess.Start(network.SiteOf(1), network.SiteOf(1).ClusterHost + $":{NodeNetwork.ClusterPort}");
        await node.ReadyAsync(TimeSpan.FromSeconds(60));
        var host = network.SiteOf(2);
        using var orders = DotnetProcess.Start(
            "orders", "deploy/samples/Orders", host.Namespace, "--urls", $"http://{host.ClusterHost}:8080",
            "--akka:registry:services:orders:ttl", $"{ttl.TotalSeconds:0}s",
            "--akka:registry:client:nodes:0", $"{network.SiteOf(1).ClusterHost}:{NodeNetwork.ClusterPort}");
        await Wait.UntilAsync(
            "orders serves", TimeSpan.FromSeconds(60), async () => (await node.Api.RouteeIdsAsync("orders")).Count == 1, () => orders.Log);

        // Both ways at once: neither side hears that the other is gone.
        network.Drop(2, 1);
        network.Drop(1, 2);
        var clock = Stopwatch.StartNew();
        await Wait.UntilAsync("the instance is gone", TimeSpan.FromSeconds(30), async () => (await node.Api.RouteeIdsAsync("orders")).Count == 0);
        output.WriteLine($"Gone {clock.Elapsed.TotalSeconds:0.0} s after its host, with a TTL of {ttl.TotalSeconds:0} s.");
        clock.Elapsed.ShouldBeLessThan(ttl + TimeSpan.FromSeconds(2));
    }
}
