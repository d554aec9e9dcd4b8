using Akka.Registry.Client;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Server.Tests.Conformance;

/// <summary>One node of production with its door, which every way in leads to.</summary>
public sealed class ConformanceNode : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private int _users;

    private ConformanceNode(WebApplication app) => _app = app;

    private RegistryNode Node => _app.Services.GetRequiredService<RegistryNode>();

    public static async Task<ConformanceNode> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRegistryNode(new RegistryNodeOptions { Transport = new TransportOptions { Port = 0 } });
        builder.Services.AddRegistryHttp(new HttpOptions());
        var app = builder.Build().UseRegistryHttp();
        await app.StartAsync();
        var node = new ConformanceNode(app);
        await Until(
            () => node.Node.Registry.IsReady && node.Node.Membership.View.Find(node.Node.Self.Uid)?.State == MemberState.Up, "the node is ready");
        return node;
    }

    /// <summary>The application that the node is. There is one: every user of it shares its registrar.</summary>
    public IRegistryUser InProcess() =>
        new SdkUser(_app.Services.GetRequiredService<IServiceRegistrar>(), _app.Services.GetRequiredService<IServiceDirectory>(), owned: null);

    public IRegistryUser Session()
    {
        var options = new RegistryClientOptions { Nodes = [Node.Self.Address.ToString()], SignInterval = TimeSpan.FromSeconds(1) };
        var client = RegistryClient.Start(options, new Random(++_users));
        return new SdkUser(client.Registrar, client.Directory, client);
    }

    public IRegistryUser Http() => new HttpUser(new Uri(_app.Urls.Single()));

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

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
