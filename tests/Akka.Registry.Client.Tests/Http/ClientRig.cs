using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Http;
using Akka.Registry.Client.Routing;
using Akka.Registry.Client.Tests.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Akka.Registry.Client.Tests.Http;

/// <summary>A container with one named client before servers that the test plays, on a clock that the test moves.</summary>
internal sealed class ClientRig : IDisposable
{
    private readonly ServiceProvider _container;

    public ClientRig(
        Func<HttpRoutingOptions, HttpRoutingOptions>? http = null, Func<RoutingOptions, RoutingOptions>? routing = null,
        Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IServiceDirectory>(Directory);
        services.AddSingleton<TimeProvider>(Time);
        services.AddServiceRouter(routing);
        services.AddHttpClient("shop").ConfigurePrimaryHttpMessageHandler(() => Servers).AddRegistryRouting(http);
        more?.Invoke(services);
        _container = services.BuildServiceProvider();
        Client = _container.GetRequiredService<IHttpClientFactory>().CreateClient("shop");
        Client.Timeout = Timeout.InfiniteTimeSpan;
    }

    public SteppedTime Time { get; } = new();

    public FakeDirectory Directory { get; } = new();

    public FakeServers Servers { get; } = new();

    public HttpClient Client { get; }

    public ServiceRouter Router => _container.GetRequiredService<ServiceRouter>();

    /// <summary>Instances <c>10.0.0.1:8001</c> and so on.</summary>
    public static ServiceInstance[] Instances(int count) =>
        [.. Enumerable.Range(1, count).Select(i => FakeDirectory.Instance($"i{i}", address: $"10.0.0.{i}", port: 8000 + i))];

    public void Dispose()
    {
        Client.Dispose();
        _container.Dispose();
    }
}
