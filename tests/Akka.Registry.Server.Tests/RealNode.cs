using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Limits;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Eureka;
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

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a node that is a cluster of one, or joins that of another one, and waits until it is ready.</summary>
    public static async Task<RealNode> StartAsync(
        HttpOptions? http = null, ConsulOptions? consul = null, LimitOptions? limits = null, IMemoryGauge? memory = null, RealNode? seed = null)
    {
        var options = new RegistryNodeOptions
        {
            Node = seed is null ? new NodeOptions() : new NodeOptions { Name = "joiner" },
            Cluster = new ClusterOptions { SeedNodes = seed is null ? [] : [seed.Node.Self.Address.ToString()] },
            Transport = new TransportOptions { Port = 0 },
            Limits = limits ?? new LimitOptions(),
        };
        var transport = await TcpPeerTransport.BindAsync(
            options.Transport, ClusterCredentials.Of(options.Cluster), TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        var random = new Random(seed is null ? 2 : 3);      // Which also gives the node its uid.
        var node = RegistryNode.Start(options, new RegistryNodeEnvironment { Transport = transport, Random = random, Memory = memory });
        var up = UpWatch.Begin(node);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(node.Registry).AddSingleton(node.Membership).AddSingleton(node.Map);
        builder.Services.AddRegistryHttp(http ?? new HttpOptions());
        builder.Services.AddRegistryConsul(consul ?? new ConsulOptions());
        builder.Services.AddRegistryEureka(new EurekaOptions());
        var app = builder.Build().UseRegistryHttp();
        await app.StartAsync();
        await up.WaitAsync(TimeSpan.FromSeconds(20));
        // Membership knows a moment before the registry has shown the state that made the node a member.
        if (!SpinWait.SpinUntil(() => node.Registry.IsReady, TimeSpan.FromSeconds(20)))
            throw new TimeoutException(node.Registry.NotReadyReason);
        return new RealNode(transport, node, app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await Node.DisposeAsync();
        await _transport.DisposeAsync();
    }

    /// <summary>Tells when the node counts as a member that serves.</summary>
    private sealed class UpWatch(TaskCompletionSource up) : Actor<MembershipChanged>
    {
        public static Task Begin(RegistryNode node)
        {
            var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            node.Membership.Subscribe(node.System.ActorOf(Props.Of(() => new UpWatch(up)), "up-watch"));
            return up.Task;
        }

        protected override void Receive(MembershipChanged message)
        {
            if (message.View.Find(message.View.Self.Uid)?.State == MemberState.Up)
                up.TrySetResult();
        }
    }
}
