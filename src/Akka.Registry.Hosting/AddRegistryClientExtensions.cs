using Akka.Registry.Client;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Client.Routing;
using Akka.Registry.Hosting.Registering;
using Akka.Registry.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Akka.Registry.Hosting;

/// <summary>Makes an application a client of the registry.</summary>
public static class AddRegistryClientExtensions
{
    /// <summary>Adds one client, which lives as long as the host.</summary>
    /// <remarks>
    /// <para>The container then has <see cref="IServiceDirectory"/>, <see cref="IServiceRegistrar"/> and the <see cref="RegistryClient"/>
    /// itself. A <see cref="TimeProvider"/> of the container is its clock. Each is only added where the application has not added its
    /// own: in an application that is a node already (<see cref="AddRegistryNodeExtensions.AddRegistryNode"/>), directory and registrar
    /// stay the node's, and the client is there beside them.</para>
    /// <para>A registry that cannot be reached neither stops nor slows the start. A second call goes on with the same client.</para>
    /// </remarks>
    /// <param name="services">The container.</param>
    /// <param name="change">Changes the settings; by default the client looks for a node at 127.0.0.1:4053.</param>
    public static RegistryClientBuilder AddRegistryClient(
        this IServiceCollection services, Func<RegistryClientOptions, RegistryClientOptions>? change = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.FirstOrDefault(service => service.ServiceType == typeof(RegistryClientBuilder))?.ImplementationInstance
            is RegistryClientBuilder standing)
            return change is null ? standing : standing.With(change);
        var builder = new RegistryClientBuilder(services);
        services.AddSingleton(builder);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ClientConnection>();
        services.AddHostedService(provider => provider.GetRequiredService<ClientConnection>());
        services.TryAddSingleton<IRegistryConnection>(provider => provider.GetRequiredService<ClientConnection>());
        services.TryAddSingleton(provider => provider.GetRequiredService<ClientConnection>().Client);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Directory);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Registrar);
        services.TryAddSingleton<IFailureReports>(provider => provider.GetRequiredService<RegistryClient>());
        return change is null ? builder : builder.With(change);
    }
}

/// <summary>Goes on with what <see cref="AddRegistryClientExtensions.AddRegistryClient"/> began.</summary>
public sealed class RegistryClientBuilder : IRegistryBuilder
{
    /// <summary>The section of the client's settings.</summary>
    public const string Section = SettingKeys.Root + ":client";

    internal RegistryClientBuilder(IServiceCollection services) => Services = services;

    /// <inheritdoc/>
    public IServiceCollection Services { get; }

    internal RegistryClientOptions Options { get; private set; } = new();

    internal Random? Random { get; private set; }

    /// <summary>Changes settings in code.</summary>
    public RegistryClientBuilder With(Func<RegistryClientOptions, RegistryClientOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Options = change(Options);
        return this;
    }

    /// <summary>Names the nodes to begin with, as <c>host:port</c>.</summary>
    public RegistryClientBuilder WithNodes(params string[] nodes) => With(options => options with { Nodes = nodes });

    /// <summary>Reads settings, above what was said before: keys as in <c>hocon/client-reference.conf</c>.</summary>
    /// <param name="configuration">The application's configuration; HOCON files, JSON, the environment.</param>
    /// <param name="section">The section's key, with colons; by default <c>akka:registry:client</c>.</param>
    /// <exception cref="SettingsException">The settings cannot be used; it names every reason.</exception>
    public RegistryClientBuilder WithConfiguration(IConfiguration configuration, string section = Section)
    {
        Options = OptionsBinder.Bind(configuration, section, Options).Value;
        return this;
    }

    /// <summary>Gives the client its chance, for a test that wants to know what comes; its alone from now on.</summary>
    public RegistryClientBuilder WithRandom(Random random)
    {
        Random = random;
        return this;
    }
}
