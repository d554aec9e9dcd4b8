using Akka.Registry.Client.Registrar;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

public class RealSessionTests
{
    [Fact]
    public async Task A_hundred_instances_register_through_one_session_and_are_seen()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = Client(node);
        var instances = Register(client, "orders", 100);
        await Task.WhenAll(instances.Select(instance => instance.WaitAsync())).WaitAsync(TestNode.Patience);
        node.Serving("orders").ShouldBe(100);
        instances.ShouldAllBe(instance => instance.State == RegistrationState.Registered);
        var entry = node.Registry.Find("orders")!.Instances.Find("i-7")!;
        (entry.Address, entry.Port, entry.Epoch).ShouldBe(("10.1.0.7", 8007, instances[7].Epoch));

        await client.DisposeAsync();
        await TestNode.Until(() => (node.Registry.Find("orders")?.Instances.Count ?? 0) == 0, "who closes takes its instances out");
    }

    internal static RegistryClient Client(TestNode node, Func<RegistryClientOptions, RegistryClientOptions>? change = null, int seed = 5)
    {
        var options = new RegistryClientOptions { Nodes = [node.Address], Name = "test" };
        return RegistryClient.Start(change?.Invoke(options) ?? options, new Random(seed));
    }

    internal static List<RegisteredInstance> Register(RegistryClient client, string service, int count)
    {
        var instances = new List<RegisteredInstance>();
        for (var i = 0; i < count; i++)
        {
            instances.Add(client.Registrar.Register(new ServiceRegistration
            {
                Service = service,
                Id = $"i-{i}",
                Address = $"10.1.0.{i}",
                Port = 8_000 + i,
            }));
        }

        return instances;
    }
}
