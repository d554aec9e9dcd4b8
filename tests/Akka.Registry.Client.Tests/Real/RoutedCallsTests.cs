using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Http;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Client.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

/// <summary>The whole way: instances register at a node, a client follows them, an HttpClient calls them by the service's name.</summary>
public class RoutedCallsTests
{
    private static readonly Uri Orders = new("http://orders/");

    [Fact]
    public async Task Calls_by_name_follow_what_registers_drains_and_dies_and_none_fails()
    {
        await using var node = await TestNode.StartAsync();
        using LoopbackServer one = new("one"), two = new("two"), three = new("three");
        await using var first = await RegisterAsync(node, one, seed: 11);
        await using var second = await RegisterAsync(node, two, seed: 12);
        await using var shop = RealSessionTests.Client(node, seed: 13);
        await using var container = Container(shop);
        using var http = container.GetRequiredService<IHttpClientFactory>().CreateClient("shop");
        // Nobody followed the service before: the first call waits for the first view.
        (await CallAsync(http, 20)).ShouldBe(["one", "two"]);

        await using var third = await RegisterAsync(node, three, seed: 14);
        await TestNode.Until(() => shop.Directory.Find("orders")!.Instances.Length == 3, "the shop sees the third");
        await first.Registrar.Instances.Single().DrainAsync(TimeSpan.FromSeconds(10)).WaitAsync(TestNode.Patience);
        one.Kill();
        // The drain is confirmed: nobody is sent there any more. The third is new, and is called less at first, not never.
        (await CallAsync(http, 300)).ShouldBe(["three", "two"]);

        two.Kill();
        (await CallAsync(http, 100)).ShouldBe(["three"]);
    }

    private static async Task<string[]> CallAsync(HttpClient http, int calls)
    {
        var answers = new HashSet<string>();
        for (var i = 0; i < calls; i++)
            answers.Add(await http.GetStringAsync(Orders));
        return [.. answers.Order(StringComparer.Ordinal)];
    }

    private static ServiceProvider Container(RegistryClient shop)
    {
        var services = new ServiceCollection().AddSingleton<IServiceDirectory>(shop);
        services.AddServiceRouter(options => options with { SlowStartWindow = TimeSpan.FromSeconds(1) });
        services.AddHttpClient("shop").AddRegistryRouting();
        return services.BuildServiceProvider();
    }

    private static async Task<RegistryClient> RegisterAsync(TestNode node, LoopbackServer server, int seed)
    {
        var client = RealSessionTests.Client(node, seed: seed);
        var registration = new ServiceRegistration { Service = "orders", Id = server.Name, Address = "127.0.0.1", Port = server.Port };
        await client.Registrar.Register(registration).WaitAsync().WaitAsync(TestNode.Patience);
        return client;
    }
}
