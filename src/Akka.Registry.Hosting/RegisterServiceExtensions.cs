using System.Globalization;
using System.Security.Cryptography;
using Akka.Registry.Hosting.Registering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Akka.Registry.Hosting;

/// <summary>Registers an application as an instance of services.</summary>
public static class RegisterServiceExtensions
{
    /// <summary>Registers the application for as long as it runs.</summary>
    /// <remarks>
    /// <para>Once it has started it is registered with the addresses that its server is bound to; its health checks say how it is. When it
    /// stops it first drains, while it still takes requests, until every subscriber has confirmed that it is not called any more
    /// (<see cref="RegistrationOptions.DrainTimeout"/>); is deregistered when its server has stopped; and a registry that cannot be
    /// reached delays neither.</para>
    /// <para>Called once for each service; several of one name are several instances, and want ids of their own.</para>
    /// </remarks>
    /// <typeparam name="TBuilder">A client's builder, or a node's.</typeparam>
    /// <param name="builder">The application's part in the registry.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="configure">Says more of it.</param>
    public static TBuilder RegisterService<TBuilder>(this TBuilder builder, string service, Action<RegistrationOptions>? configure = null)
        where TBuilder : IRegistryBuilder
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        return Add(builder, new ServiceRequest(service, configure, Configuration: null));
    }

    /// <summary>Registers the application for as long as it runs, with settings above what code says.</summary>
    /// <typeparam name="TBuilder">A client's builder, or a node's.</typeparam>
    /// <param name="builder">The application's part in the registry.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="configuration">
    /// The application's configuration; the section <c>akka:registry:services:NAME</c> has the keys of <c>hocon/client-reference.conf</c>.
    /// </param>
    /// <param name="configure">Says more of it.</param>
    public static TBuilder RegisterService<TBuilder>(
        this TBuilder builder, string service, IConfiguration configuration, Action<RegistrationOptions>? configure = null)
        where TBuilder : IRegistryBuilder
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentNullException.ThrowIfNull(configuration);
        return Add(builder, new ServiceRequest(service, configure, configuration));
    }

    private static TBuilder Add<TBuilder>(TBuilder builder, ServiceRequest request)
        where TBuilder : IRegistryBuilder
    {
        builder.Services.AddSingleton(request);
        builder.Services.TryAddSingleton(
            _ => new ProcessSuffix(RandomNumberGenerator.GetInt32(int.MaxValue).ToString("x8", CultureInfo.InvariantCulture)));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RegisteredServices>());
        return builder;
    }
}
