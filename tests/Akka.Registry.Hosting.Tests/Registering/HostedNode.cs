using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Tls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Hosting.Tests.Registering;

/// <summary>A node in a host of its own, on a free port of loopback.</summary>
internal sealed class HostedNode : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IHost _host;

    private HostedNode(IHost host) => _host = host;

    public RegistryNode Node => _host.Services.GetRequiredService<RegistryNode>();

    public IServiceRegistry Registry => Node.Registry;

    public string Address => Node.Self.Address.ToString();

    public static async Task<HostedNode> StartAsync(
        string? seed = null, string name = "node", TlsOptions? tls = null, Func<RegistryNodeOptions, RegistryNodeOptions>? change = null,
        bool waits = true)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        var options = Options(seed, name) with { Tls = tls ?? new TlsOptions() };
        builder.Services.AddRegistryNode(change?.Invoke(options) ?? options);
        var host = builder.Build();
        await host.StartAsync();
        var node = new HostedNode(host);
        if (waits)
            await Until(() => IsUp(node.Node), "the node is ready");
        return node;
    }

    public static RegistryNodeOptions Options(string? seed = null, string name = "node") => new()
    {
        Node = new NodeOptions { Name = name },
        Transport = new TransportOptions { Port = 0 },
        Cluster = new ClusterOptions { SeedNodes = seed is null ? [] : [seed] },
    };

    public static bool IsUp(RegistryNode node) =>
        node.Registry.IsReady && node.Membership.View.Find(node.Self.Uid)?.State == MemberState.Up;

    /// <summary>Waits for what no event tells.</summary>
    public static async Task Until(Func<bool> condition, string what)
    {
        using var late = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            if (late.IsCancellationRequested)
                throw new TimeoutException($"In vain: {what}.");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public ServiceEntry? Only(string service) => Registry.Find(service)?.Instances.SingleOrDefault();

    /// <summary>Waits until there is one instance, and it is as it should be.</summary>
    public async Task<ServiceEntry> OnlyAsync(string service, Func<ServiceEntry, bool>? condition = null)
    {
        await Until(() => Only(service) is { } entry && (condition is null || condition(entry)), $"one instance of {service} is as it should be");
        return Only(service)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
