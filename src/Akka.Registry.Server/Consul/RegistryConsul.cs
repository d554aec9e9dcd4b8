using System.Security.Cryptography;
using Akka.Registry.Cluster;
using Akka.Registry.Security;
using Akka.Registry.Server.Consul.Blocking;
using Akka.Registry.Server.Consul.Filters;
using Akka.Registry.Server.Limits;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Akka.Registry.Server.Consul;

/// <summary>Puts Consul's HTTP API into an application whose container has a node.</summary>
public static class RegistryConsul
{
    /// <summary>Adds the door. Where it listens by itself it opens and closes with the host, after the node that was added before it.</summary>
    public static IServiceCollection AddRegistryConsul(this IServiceCollection services, ConsulOptions options)
    {
        services.AddSingleton(options);
        if (!options.Enabled)
            return services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new HttpOptions());
        services.AddMetrics();
        services.TryAddSingleton<HttpGates>();
        services.AddSingleton<CatalogFeed>();
        services.AddSingleton(static provider => new ConsulDoor(
            provider.GetRequiredService<ConsulOptions>(),
            provider.GetRequiredService<HttpOptions>(),
            provider.GetRequiredService<IServiceRegistry>(),
            provider.GetRequiredService<IClusterMembership>(),
            provider.GetRequiredService<CatalogFeed>(),
            provider.GetRequiredService<TimeProvider>(),
            // Chance enters here, as the node's does where it is started.
            new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
            provider.GetRequiredService<HttpGates>(), provider.GetService<RegistryAccess>()));
        services.AddHostedService(static provider => provider.GetRequiredService<CatalogFeed>());
        if (options.Urls.Count > 0)
            services.AddHostedService<ConsulListener>();
        return services;
    }

    /// <summary>Puts the door below <c>/v1</c>, if the container has it and it does not listen by itself.</summary>
    public static IEndpointRouteBuilder MapRegistryConsul(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints.ServiceProvider.GetService<ConsulOptions>() is { Enabled: true, Urls.Count: 0 })
            Map(endpoints, endpoints.ServiceProvider);
        return endpoints;
    }

    /// <summary>Puts the door below <c>/v1</c>.</summary>
    /// <param name="endpoints">Where.</param>
    /// <param name="services">The container that has the node.</param>
    internal static void Map(IEndpointRouteBuilder endpoints, IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Akka.Registry.Server.Consul");
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        endpoints.Map("/v1/{**path}", http => RunAsync(http, services.GetRequiredService<ConsulDoor>(), logger, stopping))
            .WithDisplayName("consul").ExcludeFromDescription();
    }

    /// <summary>The door's edge: what goes wrong below becomes plain text, as Consul's clients expect it.</summary>
    private static async Task RunAsync(HttpContext http, ConsulDoor door, ILogger logger, CancellationToken stopping)
    {
        http.Response.Headers.Vary = "Accept-Encoding";
        GuardedRegistry? guard = null;
        try
        {
            guard = ConsulAccess.Enter(http, door);
            using var ended = guard is null
                ? CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping)
                : CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping, guard.Ended);
            await ConsulRoutes.RunAsync(http, door, guard, ended.Token);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads the answer any more.
        }
        catch (Exception failure) when (!http.Response.HasStarted)
        {
            var known = failure as ConsulException ?? Known(failure, guard);
            if (known is null)
                ConsulLog.RequestFailed(logger, failure, http.Request.Method, http.Request.Path);
            var (allow, wait) = (http.Response.Headers.Allow, http.Response.Headers.RetryAfter);
            http.Response.Headers.Clear();
            (http.Response.Headers.Allow, http.Response.Headers.RetryAfter, http.Response.Headers.Vary) = (allow, wait, "Accept-Encoding");
            if (wait.Count == 0 && known?.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
                http.Response.Headers.RetryAfter = "1";
            await ConsulAnswer.Text(
                http, known?.Status ?? StatusCodes.Status500InternalServerError, known?.Message ?? "The request failed by a defect of the server");
        }
        catch (Exception failure)
        {
            ConsulLog.RequestFailed(logger, failure, http.Request.Method, http.Request.Path);
            http.Abort();
        }
    }

    private static ConsulException? Known(Exception failure, GuardedRegistry? guard) => failure switch
    {
        RegistryException refusal => ConsulAccess.Denied(refusal, guard) ?? ConsulException.Of(refusal),
        FilterException filter => ConsulException.Bad(filter.Message),
        TimeoutException late => new ConsulException(StatusCodes.Status500InternalServerError, late.Message),
        OperationCanceledException when guard is { Ended.IsCancellationRequested: true } =>
            new ConsulException(StatusCodes.Status403Forbidden, "ACL not found: the token was taken away, or its rights have changed; ask again"),
        OperationCanceledException => new ConsulException(StatusCodes.Status500InternalServerError, "No cluster leader: this node is stopping"),
        BadHttpRequestException bad => new ConsulException(bad.StatusCode, bad.Message),
        _ => null,
    };
}
