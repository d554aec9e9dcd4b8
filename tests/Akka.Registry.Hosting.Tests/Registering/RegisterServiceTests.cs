using System.Diagnostics;
using System.Net;
using Akka.Registry.Client;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Hosting.Settings;
using Akka.Registry.Subscriptions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Registering;

/// <summary>Applications with Kestrel on loopback, and a node of production.</summary>
public class RegisterServiceTests
{
    private static readonly TimeSpan Patience = HostedNode.Patience;

    [Fact]
    public async Task An_application_is_registered_at_the_port_that_it_was_given_with_what_it_says_of_itself()
    {
        await using var node = await HostedNode.StartAsync();
        await using var app = Application(node.Address, client => client.RegisterService("orders", service =>
        {
            service.Tags = ["blue"];
            service.Metadata = new Dictionary<string, string> { ["region"] = "eu" };
            (service.Version, service.Zone, service.Weight, service.Ttl) = ("1.2", "a", 3, TimeSpan.FromSeconds(20));
            service.Methods = ["Orders.Track"];
        }));
        app.MapGet("/orders", () => "orders").WithName("Orders.List");
        app.MapPost("/orders/{id}", (string id) => id);
        app.MapGet("/inner", () => "inner").WithName("Inner").ExcludeFromDescription();
        await app.StartAsync();

        var entry = await node.OnlyAsync("orders");
        var port = new Uri(app.Urls.Single()).Port;
        (entry.Address, entry.Port, entry.Status).ShouldBe(("127.0.0.1", port, InstanceStatus.Passing));
        (entry.Version, entry.Zone, entry.Weight, entry.Ttl).ShouldBe(("1.2", "a", 3, TimeSpan.FromSeconds(20)));
        entry.Tags.ShouldBe(["blue"]);
        entry.Methods.ShouldBe(["Orders.List", "Orders.Track"]);
        (entry.Metadata["region"], entry.Metadata["scheme"], entry.Metadata["endpoint.http"]).ShouldBe(("eu", "http", $"{port}"));
        entry.Id.ShouldMatch($"^orders-{System.Text.RegularExpressions.Regex.Escape(Environment.MachineName)}-{port}-[0-9a-f]{{8}}$");
        using var http = new HttpClient();
        (await http.GetStringAsync($"{entry.Metadata["scheme"]}://{entry.Address}:{entry.Port}/orders")).ShouldBe("orders");

        await app.StopAsync().WaitAsync(Patience);
        node.Only("orders").ShouldBeNull();
    }

    [Fact]
    public async Task Nameless_endpoints_and_all_addresses_are_told_where_that_is_asked_for()
    {
        await using var node = await HostedNode.StartAsync();
        await using var app = Application(
            node.Address, client => client.RegisterService("orders", service => service.MethodReport = MethodReport.All), "http://0.0.0.0:0");
        app.MapPost("/orders/{id}", (string id) => id);
        app.MapMethods("/both", ["GET", "HEAD"], () => "both");
        await app.StartAsync();
        var entry = await node.OnlyAsync("orders");
        entry.Address.ShouldBe("127.0.0.1", "the route to a node on loopback begins there");
        entry.Methods.ShouldBe(["GET /both", "HEAD /both", "POST /orders/{id}"]);
        await app.StopAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task It_is_starting_until_its_health_checks_say_how_it_is_and_follows_them()
    {
        await using var node = await HostedNode.StartAsync();
        var first = new TaskCompletionSource<HealthStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        var now = HealthStatus.Healthy;
        await using var app = Application(
            node.Address,
            client => client.RegisterService("orders", service => service.HealthInterval = TimeSpan.FromMilliseconds(100)),
            configure: services => services.AddHealthChecks().AddAsyncCheck("database", async () =>
            {
                await first.Task;
                return new HealthCheckResult(now);
            }));
        await app.StartAsync();
        (await node.OnlyAsync("orders")).Status.ShouldBe(InstanceStatus.Starting);
        first.SetResult(HealthStatus.Healthy);
        await node.OnlyAsync("orders", entry => entry.Status == InstanceStatus.Passing);
        now = HealthStatus.Degraded;
        await node.OnlyAsync("orders", entry => entry.Status == InstanceStatus.Warning);
        now = HealthStatus.Unhealthy;
        await node.OnlyAsync("orders", entry => entry.Status == InstanceStatus.Critical);
        await app.StopAsync().WaitAsync(Patience);
    }

    /// <summary>
    /// The order of a stop: requests are taken as long as a subscriber may still send some; and what is deregistered takes none.
    /// </summary>
    [Fact]
    public async Task It_takes_requests_until_every_subscriber_has_confirmed_the_drain_and_is_deregistered_after_its_server_has_stopped()
    {
        await using var node = await HostedNode.StartAsync();
        await using var app = Application(
            node.Address, client => client.RegisterService("orders", service => service.DrainTimeout = TimeSpan.FromSeconds(30)));
        app.MapGet("/", () => "taken");
        await app.StartAsync();
        var entry = await node.OnlyAsync("orders");
        var url = new Uri($"http://127.0.0.1:{entry.Port}/");
        using var http = new HttpClient();

        await using var subscriber = await node.Registry.SubscribeAsync(
            new SubscriptionRequest { Service = "orders", Name = "slow caller", AcknowledgesExplicitly = true });
        await using var batches = subscriber.ReadAllAsync().GetAsyncEnumerator();
        (await batches.MoveNextAsync().AsTask().WaitAsync(Patience)).ShouldBeTrue();
        subscriber.Acknowledge(1);

        var stopping = app.StopAsync();
        await batches.MoveNextAsync().AsTask().WaitAsync(Patience);
        batches.Current.Changes.Single().Entry!.Status.ShouldBe(InstanceStatus.Draining);
        for (var i = 0; i < 20; i++)
            (await http.GetStringAsync(url)).ShouldBe("taken", $"request {i} of the drain, on a connection of its own or not");
        using (var another = new HttpClient())
            (await another.GetStringAsync(url)).ShouldBe("taken");
        stopping.IsCompleted.ShouldBeFalse();
        node.Only("orders").ShouldNotBeNull("it drains, and is not deregistered");

        subscriber.Acknowledge(2);
        await batches.MoveNextAsync().AsTask().WaitAsync(Patience);
        batches.Current.Changes.Single().Kind.ShouldBe(ChangeKind.Removed);
        using var late = new HttpClient();
        (await Should.ThrowAsync<HttpRequestException>(late.GetStringAsync(url))).HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
        await stopping.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_subscriber_that_never_confirms_delays_the_stop_by_the_drains_timeout_and_no_more()
    {
        await using var node = await HostedNode.StartAsync();
        await using var app = Application(
            node.Address, client => client.RegisterService("orders", service => service.DrainTimeout = TimeSpan.FromSeconds(1)));
        await app.StartAsync();
        await node.OnlyAsync("orders");
        await using var subscriber = await node.Registry.SubscribeAsync(
            new SubscriptionRequest { Service = "orders", AcknowledgesExplicitly = true });
        await using var batches = subscriber.ReadAllAsync().GetAsyncEnumerator();
        await batches.MoveNextAsync().AsTask().WaitAsync(Patience);
        var watch = Stopwatch.StartNew();
        await app.StopAsync().WaitAsync(Patience);
        watch.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
        node.Only("orders").ShouldBeNull();
    }

    [Fact]
    public async Task A_registry_that_is_not_there_delays_neither_the_start_nor_the_stop()
    {
        var watch = Stopwatch.StartNew();
        await using var app = Application("127.0.0.1:1", client => client.RegisterService("orders"));
        app.MapGet("/", () => "taken");
        await app.StartAsync().WaitAsync(Patience);
        using var http = new HttpClient();
        (await http.GetStringAsync(app.Urls.Single())).ShouldBe("taken");
        await app.StopAsync().WaitAsync(Patience);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_registry_that_is_killed_does_not_delay_the_stop()
    {
        var node = await HostedNode.StartAsync();
        await using var app = Application(node.Address, client => client.RegisterService("orders"));
        await app.StartAsync();
        await node.OnlyAsync("orders");
        await node.DisposeAsync();
        var watch = Stopwatch.StartNew();
        await app.StopAsync().WaitAsync(Patience);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_node_that_accepts_and_never_answers_does_not_delay_the_start_or_the_stop()
    {
        using var mute = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var watch = Stopwatch.StartNew();
        await using var app = Application($"127.0.0.1:{((IPEndPoint)mute.LocalEndpoint).Port}", client => client.RegisterService("orders"));
        await app.StartAsync().WaitAsync(Patience);
        await app.StopAsync().WaitAsync(Patience);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_worker_registers_several_services_and_reads_the_directory()
    {
        await using var node = await HostedNode.StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Services.AddRegistryClient().WithNodes(node.Address)
            .RegisterService("orders", service => service.Port = 81)
            .RegisterService("payments", service => service.Port = 82);
        builder.Services.AddRegistryClient(options => options with { Name = "worker" });
        using var host = builder.Build();
        var directory = host.Services.GetRequiredService<IServiceDirectory>();
        host.Services.GetRequiredService<IServiceRegistrar>().ShouldBeSameAs(host.Services.GetRequiredService<RegistryClient>().Registrar);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var following = ChangeToken.OnChange(
            () => directory.GetChangeToken("payments"),
            () =>
            {
                if (directory.Find("payments")?.Instances.Length == 1)
                    changed.TrySetResult();
            });
        await host.StartAsync();
        (await node.OnlyAsync("orders")).Port.ShouldBe(81);
        (await node.OnlyAsync("payments")).Port.ShouldBe(82);
        await changed.Task.WaitAsync(Patience);
        await host.StopAsync().WaitAsync(Patience);
        (node.Only("orders"), node.Only("payments")).ShouldBe((null, null));
    }

    [Fact]
    public async Task Settings_stand_above_code_and_what_is_wrong_is_told_all_at_once_before_a_port_opens()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["akka:registry:client:nodes:0"] = "10.0.0.1:4053",
            ["akka:registry:client:move-spread"] = "2s",
            ["akka:registry:services:orders:weight"] = "70000",
            ["akka:registry:services:orders:zon"] = "b",
        }).Build();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var client = builder.Services.AddRegistryClient(options => options with { Nodes = ["10.0.0.9:1"], Name = "code" })
            .WithConfiguration(configuration)
            .RegisterService("orders", configuration)
            .RegisterService("payments", service => service.Endpoints = new Dictionary<string, string> { ["admin"] = "somewhere" });
        client.Options.Nodes.ShouldBe(["10.0.0.1:4053"]);
        (client.Options.Name, client.Options.MoveSpread).ShouldBe(("code", TimeSpan.FromSeconds(2)));

        await using var app = builder.Build();
        var wrong = await Should.ThrowAsync<SettingsException>(app.StartAsync());
        wrong.Errors.Select(error => error.Key).Order(StringComparer.Ordinal).ShouldBe(
            ["akka.registry.services.orders.weight", "akka.registry.services.orders.zon", "akka.registry.services.payments.endpoints"]);
        app.Urls.ShouldAllBe(url => url.EndsWith(":0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_application_that_is_a_node_registers_in_process_and_its_instance_leaves_before_the_node()
    {
        await using var other = await HostedNode.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRegistryNode(HostedNode.Options(other.Address, "app")).RegisterService("orders");
        await using var app = builder.Build();
        var directory = app.Services.GetRequiredService<IServiceDirectory>();
        directory.Follow("orders");
        directory.Find("orders").ShouldBeNull("the node has not started");
        await app.StartAsync();
        var entry = await other.OnlyAsync("orders");
        (entry.Port, entry.Owner).ShouldBe((new Uri(app.Urls.Single()).Port, app.Services.GetRequiredService<RegistryNode>().Self.Uid));
        await HostedNode.Until(() => directory.Find("orders") is { IsStale: false, Instances.Length: 1 }, "the directory shows it");

        await using var watching = await other.Registry.SubscribeAsync(new SubscriptionRequest { Service = "orders" });
        var told = new List<string>();
        var reading = Task.Run(async () =>
        {
            await foreach (var batch in watching.ReadAllAsync())
            {
                told.AddRange(batch.Changes.Select(change => $"{change.Kind} {change.Entry?.Status}"));
                if (batch.Changes.Any(change => change.Kind == ChangeKind.Removed))
                    return;
            }
        });
        await app.StopAsync().WaitAsync(Patience);
        await reading.WaitAsync(Patience);
        // Drained, then removed: never handed to a successor, never an orphan. A registration that is still under way when the drain comes is
        // followed by one that drains as well: the same word twice.
        told.Where((word, i) => i == 0 || told[i - 1] != word).ShouldBe(["Put Passing", "Put Draining", "Removed "]);
        directory.Find("orders").ShouldNotBeNull("a view stays, whatever ends");
    }

    [Fact]
    public async Task In_process_what_was_asked_before_the_start_is_taken_up_then_and_what_finds_no_room_is_tried_again()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        var options = HostedNode.Options();
        builder.Services.AddRegistryNode(options with { Limits = options.Limits with { Entries = 1 } });
        using var host = builder.Build();
        var registrar = host.Services.GetRequiredService<IServiceRegistrar>();
        var first = registrar.Register(new ServiceRegistration { Service = "orders", Id = "a", Address = "10.0.0.1" });
        var unwanted = registrar.Register(new ServiceRegistration { Service = "orders", Id = "never", Address = "10.0.0.1" });
        await unwanted.DeregisterAsync().WaitAsync(Patience);
        await host.StartAsync();
        await first.WaitAsync().WaitAsync(Patience);
        var second = registrar.Register(new ServiceRegistration { Service = "orders", Id = "b", Address = "10.0.0.2" });
        second.Report(InstanceStatus.Warning);
        second.State.ShouldBe(RegistrationState.Pending);
        await first.DeregisterAsync().WaitAsync(Patience);
        await second.WaitAsync().WaitAsync(Patience);
        var entry = host.Services.GetRequiredService<IServiceRegistry>().Find("orders")!.Instances.Single();
        (entry.Id, entry.Status).ShouldBe(("b", InstanceStatus.Warning));
        registrar.Instances.ShouldBe([second]);
        await host.StopAsync().WaitAsync(Patience);
        second.State.ShouldBe(RegistrationState.Ended);
        Should.Throw<ObjectDisposedException>(
            () => registrar.Register(new ServiceRegistration { Service = "orders", Id = "c", Address = "10.0.0.1" }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Looking_a_service_up_allocates_nothing(bool inProcess)
    {
        await using var node = await HostedNode.StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        if (inProcess)
            builder.Services.AddRegistryNode(HostedNode.Options(node.Address, "app")).RegisterService("orders");
        else
            builder.Services.AddRegistryClient().WithNodes(node.Address).RegisterService("orders");
        using var host = builder.Build();
        await host.StartAsync();
        var directory = host.Services.GetRequiredService<IServiceDirectory>();
        directory.Follow("orders");
        await HostedNode.Until(() => directory.Find("orders")?.Instances.Length == 1, "the directory shows it");
        var id = directory.Find("orders")!.Instances[0].Id;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = 0;
        for (var i = 0; i < 10_000; i++)
            found += directory.Find("orders")!.Find(id) is null ? 0 : 1;
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        found.ShouldBe(10_000);
        await host.StopAsync().WaitAsync(Patience);
    }

    private static WebApplication Application(
        string node, Action<RegistryClientBuilder> register, string url = "http://127.0.0.1:0", Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        configure?.Invoke(builder.Services);
        register(builder.Services.AddRegistryClient(options => options with { Nodes = [node], Name = "application" }));
        return builder.Build();
    }
}
