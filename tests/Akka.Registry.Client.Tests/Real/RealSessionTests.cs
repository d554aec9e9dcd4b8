using Akka.Registry.Client.Registrar;
using Microsoft.Extensions.Logging;
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

    [Fact]
    public async Task Beats_keep_instances_alive_beyond_their_ttl()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = Client(node);
        var registration = new ServiceRegistration { Service = "orders", Id = "a", Address = "10.1.0.1", Ttl = TimeSpan.FromSeconds(3) };
        await client.Registrar.Register(registration).WaitAsync().WaitAsync(TestNode.Patience);
        await TestNode.Holds(() => node.Serving("orders") == 1, "the instance passes", TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_status_is_reported_and_shown_to_other_clients()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = Client(node);
        await using var reader = Client(node, seed: 6);
        var instance = Register(client, "orders", 1).Single();
        await instance.WaitAsync().WaitAsync(TestNode.Patience);
        (await reader.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience)).Find("i-0")!.IsServing.ShouldBeTrue();
        instance.Report(InstanceStatus.Critical);
        await TestNode.Until(
            () => reader.Directory.Find("orders")!.Find("i-0")!.Status == InstanceStatus.Critical, "the reader sees the status");
        instance.Report(InstanceStatus.Passing);
        await TestNode.Until(() => reader.Directory.Find("orders")!.Find("i-0")!.IsServing, "the reader sees it serve again");
    }

    [Fact]
    public async Task A_drain_is_confirmed_when_the_directories_of_other_clients_show_it()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = Client(node);
        await using var reader = Client(node, seed: 6);
        var instance = Register(client, "orders", 1).Single();
        await instance.WaitAsync().WaitAsync(TestNode.Patience);
        await reader.Directory.GetAsync("orders").AsTask().WaitAsync(TestNode.Patience);

        var outcome = await instance.DrainAsync(TimeSpan.FromSeconds(10)).WaitAsync(TestNode.Patience);
        (outcome.IsConfirmed, outcome.Laggards.Count).ShouldBe((true, 0));
        // No wait: that it is confirmed says that the reader shows it.
        reader.Directory.Find("orders")!.Find("i-0")!.Status.ShouldBe(InstanceStatus.Draining);
    }

    [Fact]
    public async Task A_snapshot_larger_than_a_frame_comes_whole()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = Client(node);
        var metadata = Enumerable.Range(0, 6).ToDictionary(i => $"key-{i}", _ => new string('x', 1_000));
        for (var i = 0; i < 300; i++)
            client.Registrar.Register(new ServiceRegistration { Service = "large", Id = $"i-{i:000}", Address = "10.1.0.1", Metadata = metadata });
        await Task.WhenAll(client.Registrar.Instances.Select(instance => instance.WaitAsync())).WaitAsync(TestNode.Patience);

        await using var reader = Client(node, seed: 6);
        var view = await reader.Directory.GetAsync("large").AsTask().WaitAsync(TestNode.Patience);
        view.Instances.Length.ShouldBe(300);
        view.Find("i-299")!.Metadata["key-5"].Length.ShouldBe(1_000);
    }

    [Fact]
    public async Task A_service_that_cannot_be_is_refused_to_who_waits_for_it()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = Client(node);
        var refusal = await Should.ThrowAsync<RegistryRefusedException>(
            client.Directory.GetAsync("or ders").AsTask().WaitAsync(TestNode.Patience));
        refusal.Refusal.ShouldBe(RegistryRefusal.Invalid);
        var instance = client.Registrar.Register(new ServiceRegistration { Service = "orders", Id = "a", Address = "http://wrong" });
        (await Should.ThrowAsync<RegistryRefusedException>(instance.WaitAsync().WaitAsync(TestNode.Patience)))
            .Message.ShouldContain("'address'");
    }

    internal static RegistryClient Client(
        TestNode node, Func<RegistryClientOptions, RegistryClientOptions>? change = null, int seed = 5, ILoggerFactory? log = null)
    {
        var options = new RegistryClientOptions { Nodes = [node.Address], Name = "test" };
        return RegistryClient.Start(change?.Invoke(options) ?? options, new Random(seed), loggers: log);
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
