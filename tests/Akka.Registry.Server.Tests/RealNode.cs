using Akka.Registry.Cluster.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Server.Tests;

/// <summary>A whole node with its door, on free ports of loopback.</summary>
public sealed class RealNode : IAsyncDisposable
{
    private readonly TcpPeerTransport _transport;
    private readonly WebApplication _app;

    private RealNode(TcpPeerTransport transport, RegistryNode node, WebApplication app)
    {
        (_transport, Node, _app) = (transport, node, app);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public RegistryNode Node { get; }

    public HttpClient Client { get; }

    /// <summary>Starts a node that is a cluster of one, and waits until it is ready.</summary>
    public static async Task<RealNode> StartAsync()
    {
        var options = new RegistryNodeOptions { Transport = new TransportOptions { Port = 0 } };
        var transport = await TcpPeerTransport.BindAsync(
            options.Transport, ClusterCredentials.Of(options.Cluster), TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        var node = RegistryNode.Start(options, new RegistryNodeEnvironment { Transport = transport, Random = new Random(2) });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(node.Registry).AddSingleton(node.Membership).AddSingleton(node.Map);
        builder.Services.AddRegistryHttp(new HttpOptions());
        var app = builder.Build().UseRegistryHttp();
        await app.StartAsync();
        var started = new RealNode(transport, node, app);
        await started.WaitUntilReadyAsync();
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await Node.DisposeAsync();
        await _transport.DisposeAsync();
    }

    /// <summary>Readiness has no event: the door is asked, as an orchestrator does.</summary>
    private async Task WaitUntilReadyAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var answer = await Client.GetAsync("/readyz", patience.Token);
            if (answer.IsSuccessStatusCode)
                return;
            await Task.Delay(10, patience.Token);
        }
    }
}
