using Akka.Registry.Server.Api;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Dashboard;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Server.Limits;
using Akka.Registry.Server.Metrics;
using Akka.Registry.Server.OpenApi;
using Akka.Registry.Server.Problems;
using Akka.Registry.Server.Streams;
using Akka.Registry.Server.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Trace;

namespace Akka.Registry.Server;

/// <summary>Puts the HTTP door onto an ASP.NET application whose container has a node.</summary>
public static class RegistryHttp
{
    /// <summary>Adds what the door needs, and sets Kestrel's limits.</summary>
    /// <remarks>
    /// The container must have <see cref="IServiceRegistry"/>, <see cref="Cluster.IClusterMembership"/> and
    /// <see cref="DistributedData.IReplicatedMap"/>; they are asked for when a request needs them, not before.
    /// </remarks>
    public static IServiceCollection AddRegistryHttp(this IServiceCollection services, HttpOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<HttpGates>();
        services.AddSingleton<NodeGauges>();
        services.AddSingleton<MeterSnapshot>();
        services.AddSingleton<EventEncoder>();
        services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer<ApiDescription>());
        services.AddOptions<KestrelServerOptions>().Configure<HttpGates, IServiceProvider>(
            (kestrel, gates, provider) => Limit(kestrel, options, gates, DoorTls.Of("http", doors => doors.Http, provider)));
        return services;
    }

    /// <summary>Puts the API, its description and the dashboard on routes, with the problem documents in front of them.</summary>
    public static WebApplication UseRegistryHttp(this WebApplication app)
    {
        if (app.Services.GetService<TracerProvider>() is not null)
            app.UseMiddleware<RequestActivity>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<RequestGate>();
        // From the first moment: a counter that is read first and counted later would lack what came between.
        app.Services.GetRequiredService<MeterSnapshot>();
        app.Services.GetRequiredService<NodeGauges>();
        app.MapRegistryApi();
        app.MapRegistryConsul();
        app.MapRegistryEureka();
        return app;
    }

    /// <summary>Puts the API, its description and the dashboard on routes.</summary>
    public static IEndpointRouteBuilder MapRegistryApi(this IEndpointRouteBuilder endpoints)
    {
        ApiRoutes.Map(endpoints);
        endpoints.MapOpenApi();
        DashboardFiles.Map(endpoints);
        return endpoints;
    }

    /// <summary>Sets Kestrel's limits to those of the options, and puts the door's TLS under its addresses.</summary>
    internal static void Limit(KestrelServerOptions kestrel, HttpOptions options, HttpGates gates, DoorTls? tls)
    {
        // The server has one such step. Who has no room is turned away before a handshake costs anything.
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            endpoint.Use(next => connection => gates.RunAsync(connection, next));
            tls?.Configure(endpoint);
        });
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.KeepAliveTimeout = options.IdleTimeout;
        limits.RequestHeadersTimeout = options.RequestHeadersTimeout;
        limits.MaxRequestHeadersTotalSize = options.HeadersBytesMax;
        // A cursor may stand in the address as well.
        limits.MaxRequestLineSize = options.HeadersBytesMax;
        var rate = new MinDataRate(options.DataRateBytesMin, TimeSpan.FromSeconds(5));
        limits.MinRequestBodyDataRate = rate;
        limits.MinResponseDataRate = rate;
    }
}
