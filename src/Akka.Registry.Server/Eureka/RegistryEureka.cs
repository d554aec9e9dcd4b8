using Akka.Registry.Leases;
using Akka.Registry.Security;
using Akka.Registry.Server.Limits;
using Akka.Registry.Server.Problems;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Akka.Registry.Server.Eureka;

/// <summary>Puts the Eureka door into an application whose container has a node.</summary>
public static class RegistryEureka
{
    internal const string Pattern = "/eureka/{**path}";

    /// <summary>Adds the door. It opens and closes with the host, at addresses of its own or where <see cref="MapRegistryEureka"/> puts it.</summary>
    public static IServiceCollection AddRegistryEureka(this IServiceCollection services, EurekaOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(provider => new EurekaDoor(
            options, provider.GetRequiredService<IServiceRegistry>(),
            provider.GetService<RegistryNodeOptions>()?.Leases ?? new LeaseOptions(), provider.GetRequiredService<TimeProvider>(),
            provider.GetService<RegistryAccess>()));
        if (options is { Enabled: true, Urls.Count: > 0 })
            services.AddSingleton<EurekaHost>().AddHostedService(provider => provider.GetRequiredService<EurekaHost>());
        return services;
    }

    /// <summary>Puts the door onto the application's own addresses, at <c>/eureka</c>; not if it is off or has addresses of its own.</summary>
    public static IEndpointRouteBuilder MapRegistryEureka(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints.ServiceProvider.GetService<EurekaOptions>() is { Enabled: true, Urls.Count: 0 })
            Map(endpoints, endpoints.ServiceProvider);
        return endpoints;
    }

    internal static void Map(IEndpointRouteBuilder endpoints, IServiceProvider services) =>
        // The door is made at its first request: the registry is there once the node has started.
        endpoints.Map(Pattern, context => EurekaRoutes.RunAsync(context, services.GetRequiredService<EurekaDoor>()))
            .WithDisplayName("eureka").ExcludeFromDescription();
}

/// <summary>The door on addresses of its own: a small application that is nothing else, with the limits of the HTTP door.</summary>
internal sealed class EurekaHost(EurekaOptions options, HttpOptions http, IServiceProvider services, ILoggerFactory loggers)
    : IHostedService, IAsyncDisposable
{
    private WebApplication? _app;

    /// <summary>Where it listens; empty before it does.</summary>
    public ICollection<string> Urls => _app?.Urls ?? [];

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var gates = services.GetRequiredService<HttpGates>();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "Akka.Registry.Server" });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(services.GetRequiredService<Metrics.ServerMetrics>());
        builder.Services.AddSingleton(gates);
        builder.Services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(
            kestrel => RegistryHttp.Limit(kestrel, http, gates, Tls.DoorTls.Of("eureka", doors => doors.Eureka, services)));
        builder.WebHost.UseUrls([.. options.Urls]);
        _app = builder.Build();
        _app.UseMiddleware<ProblemMiddleware>();
        _app.UseMiddleware<RequestGate>(gates);
        RegistryEureka.Map(_app, services);
        await _app.ListenAsync("eureka.urls", options.Urls, cancellationToken);
        EurekaLog.Listening(loggers.CreateLogger<EurekaHost>(), string.Join(", ", Urls));
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
