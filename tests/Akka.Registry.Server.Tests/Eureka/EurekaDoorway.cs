using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Server.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Server.Tests.Eureka;

/// <summary>The Eureka door before a fake registry: in memory, or on sockets where it has addresses of its own.</summary>
internal sealed class EurekaDoorway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private EurekaDoorway(WebApplication app, HttpClient client)
    {
        (_app, _client) = (app, client);
        Eureka = new EurekaClient(client);
    }

    public EurekaClient Eureka { get; }

    public FakeRegistry Registry => _app.Services.GetRequiredService<FakeRegistry>();

    public IServiceProvider Services => _app.Services;

    public static async Task<EurekaDoorway> OpenAsync(EurekaOptions? options = null, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<FakeRegistry>().AddSingleton<FakeCluster>();
        builder.Services.AddSingleton<IServiceRegistry>(services => services.GetRequiredService<FakeRegistry>());
        builder.Services.AddSingleton<IClusterMembership>(services => services.GetRequiredService<FakeCluster>());
        builder.Services.AddSingleton<IReplicatedMap>(services => services.GetRequiredService<FakeCluster>());
        if (time is not null)
            builder.Services.AddSingleton(time);
        builder.Services.AddRegistryHttp(new HttpOptions()).AddRegistryEureka(options ?? new EurekaOptions());
        builder.WebHost.UseTestServer();
        var app = builder.Build().UseRegistryHttp();
        await app.StartAsync();
        return new EurekaDoorway(app, app.GetTestClient());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }
}
