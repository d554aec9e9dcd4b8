using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Hosting.InProcess;
using Akka.Registry.Hosting.Registering;
using Akka.Registry.Limits;
using Akka.Registry.Routing;
using Akka.Registry.Tls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Hosting;

/// <summary>Makes an application a node of the registry.</summary>
public static class AddRegistryNodeExtensions
{
    /// <summary>Adds one node, which starts and leaves with the host.</summary>
    /// <remarks>
    /// <para>The container then has <see cref="IServiceRegistry"/>, <see cref="IClusterMembership"/>, <see cref="IReplicatedMap"/> and the
    /// <see cref="RegistryNode"/> itself; each is there once the host has started. A <see cref="TimeProvider"/> of the container is the
    /// node's clock, an <see cref="Cluster.Seeds.ISeedLookup"/> of the container looks up seeds instead of DNS. Each is only added where the
    /// application has not added its own.</para>
    /// <para>It has a client's <see cref="Client.Directory.IServiceDirectory"/> and <see cref="Client.Registrar.IServiceRegistrar"/> too, which work
    /// on the node beside them, without a socket; they are there before the host has started, and take up then what was asked of them.</para>
    /// </remarks>
    /// <param name="services">The container.</param>
    /// <param name="options">The node's settings; by default a cluster of one on 127.0.0.1:4053.</param>
    public static RegistryNodeBuilder AddRegistryNode(this IServiceCollection services, RegistryNodeOptions? options = null)
    {
        var builder = new RegistryNodeBuilder(services, options ?? new RegistryNodeOptions());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IMemoryGauge, ProcessMemory>();
        services.TryAddSingleton(_ => new RegistryNodeSettings(builder.Options, builder.HttpUrl, builder.Engine));
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryNodeSettings>().Options.Tls);
        services.TryAddSingleton(provider => TlsCertificates.Load(
            provider.GetRequiredService<TlsOptions>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TlsCertificates>>()));
        services.TryAddSingleton<InProcessConnection>();
        services.TryAddSingleton<IRegistryConnection>(provider => provider.GetRequiredService<InProcessConnection>());
        services.TryAddSingleton<Client.Directory.IServiceDirectory>(provider => provider.GetRequiredService<InProcessConnection>().Directory);
        services.TryAddSingleton(provider => provider.GetRequiredService<InProcessConnection>().Registrar);
        services.TryAddSingleton<Client.Routing.IFailureReports>(provider => provider.GetRequiredService<InProcessConnection>().Reports);
        services.TryAddSingleton<RegistryNodeService>();
        services.AddHostedService(provider => provider.GetRequiredService<RegistryNodeService>());
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryNodeService>().Node);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryNode>().Registry);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryNode>().Access);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryNode>().Membership);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryNode>().Map);
        return builder;
    }
}

/// <summary>Goes on with what <see cref="AddRegistryNodeExtensions.AddRegistryNode"/> began.</summary>
public sealed class RegistryNodeBuilder : IRegistryBuilder
{
    internal RegistryNodeBuilder(IServiceCollection services, RegistryNodeOptions options) => (Services, Options) = (services, options);

    /// <inheritdoc/>
    public IServiceCollection Services { get; }

    internal RegistryNodeOptions Options { get; private set; }

    internal string HttpUrl { get; private set; } = "";

    internal Func<EngineSurroundings, RegistryEngine>? Engine { get; private set; }

    /// <summary>Changes settings in code.</summary>
    public RegistryNodeBuilder With(Func<RegistryNodeOptions, RegistryNodeOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Options = change(Options);
        return this;
    }

    /// <summary>Names the nodes to look for the cluster at, as <c>host:port</c>, in the same order on every node.</summary>
    public RegistryNodeBuilder WithSeedNodes(params string[] seedNodes) =>
        With(options => options with { Cluster = options.Cluster with { SeedNodes = seedNodes } });

    /// <summary>Adds a routing logic, or replaces the one of its name.</summary>
    public RegistryNodeBuilder WithRoutingLogic(IRoutingLogic logic)
    {
        Services.AddSingleton(logic);
        return this;
    }

    /// <summary>Chooses what keeps the members and the entries, such as <c>EtcdEngine.With(…)</c>; null for gossip among the nodes.</summary>
    public RegistryNodeBuilder WithEngine(Func<EngineSurroundings, RegistryEngine>? engine)
    {
        Engine = engine;
        return this;
    }

    /// <summary>Tells peers where this node's HTTP door is.</summary>
    public RegistryNodeBuilder WithHttpUrl(string url)
    {
        HttpUrl = url;
        return this;
    }
}
