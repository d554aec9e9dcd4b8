using System.Security.Cryptography;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Routing;
using Akka.Registry.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Client.Http;

/// <summary>Routing for an application's container.</summary>
public static class AddRegistryRoutingExtensions
{
    /// <summary>Adds the application's <see cref="ServiceRouter"/>; it takes the container's <see cref="IServiceDirectory"/>.</summary>
    /// <remarks>
    /// It takes each <see cref="IRoutingLogic"/> of the container, its <see cref="IFailureReports"/> and its <see cref="TimeProvider"/>, where there
    /// are. May be called again; each change is made to what the ones before have made.
    /// </remarks>
    /// <param name="services">The container.</param>
    /// <param name="configure">Changes options: <c>options => options with { Zone = "a" }</c>.</param>
    public static IServiceCollection AddServiceRouter(this IServiceCollection services, Func<RoutingOptions, RoutingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
            services.AddSingleton(new RoutingOptionsChange(configure));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new ServiceRouter(
            provider.GetRequiredService<IServiceDirectory>(),
            provider.GetServices<RoutingOptionsChange>().Aggregate(new RoutingOptions(), (options, change) => change.Make(options)),
            new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>(),
            provider.GetService<IFailureReports>(),
            provider.GetServices<IRoutingLogic>()));
        return services;
    }

    /// <summary>
    /// Lets an <see cref="HttpClient"/> call services of the registry by name: <c>http://orders/…</c> goes to an instance of <c>orders</c>.
    /// </summary>
    /// <remarks>
    /// <para><c>https+http://orders</c> prefers an instance's https endpoint and takes http where it has none; <c>http://_admin.orders</c> is its
    /// endpoint of that name. An instance's own port speaks what its metadata <c>scheme</c> says, <c>http</c> without it; metadata
    /// <c>endpoint.admin</c> = <c>9090</c>, <c>https:9443</c> or <c>https://host:9443</c> names another one, and <c>endpoint.http</c> and
    /// <c>endpoint.https</c> are unnamed ones of that scheme. Metadata <c>host</c> is its name in Host headers and certificates, where that
    /// is not its address. A port in the URI stands for the instance's own.</para>
    /// <para>Handlers that are added before this one see a call once; those after it see each attempt. Where nothing can be called the
    /// request fails by an <see cref="HttpRequestException"/> with <see cref="HttpRequestError.NameResolutionError"/> that says what there
    /// is instead, and holds a <see cref="NoInstanceException"/>.</para>
    /// </remarks>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Changes options: <c>options => options with { HedgeAfter = TimeSpan.FromMilliseconds(50) }</c>.</param>
    /// <exception cref="InvalidOperationException">The client has it already.</exception>
    public static IHttpClientBuilder AddRegistryRouting(
        this IHttpClientBuilder builder, Func<HttpRoutingOptions, HttpRoutingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // The builder of what holds for all clients has no name.
        var name = builder.Name ?? "";
        builder.Services.AddServiceRouter();
        if (builder.Services.Any(service => service.ServiceType == typeof(HttpRouting) && name.Equals(service.ServiceKey)))
            throw new InvalidOperationException($"The client '{name}' has registry routing already; give all its options at once.");
        builder.Services.AddKeyedSingleton(name, (provider, _) => new HttpRouting(
            configure?.Invoke(new HttpRoutingOptions()) ?? new HttpRoutingOptions(), provider.GetRequiredService<ServiceRouter>()));
        builder.ConfigurePrimaryHttpMessageHandler((handler, provider) =>
        {
            if (handler is SocketsHttpHandler sockets && sockets.ConnectTimeout == Timeout.InfiniteTimeSpan)
                sockets.ConnectTimeout = provider.GetRequiredKeyedService<HttpRouting>(name).Rules.Options.ConnectTimeout;
        });
        return builder.AddHttpMessageHandler(provider => new RegistryRoutingHandler(provider.GetRequiredKeyedService<HttpRouting>(name)));
    }

    /// <summary>One change to the router's options.</summary>
    private sealed record RoutingOptionsChange(Func<RoutingOptions, RoutingOptions> Make);
}
