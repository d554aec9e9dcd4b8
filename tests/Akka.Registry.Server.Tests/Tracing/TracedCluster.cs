using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Registry.Client;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Hosting;
using Akka.Registry.Server.Tests.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Server.Tests.Tracing;

/// <summary>Nodes of production over real sockets, and every activity that ends in this process meanwhile.</summary>
internal sealed class TracedCluster : IAsyncDisposable
{
    /// <summary>Tests that listen hear the whole process, and what one records every other one is shown: one after the other.</summary>
    public const string Listening = "listening to activities";

    private static readonly ActivitySource Source = new("Akka.Registry.Server.Tests.Tracing");

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;
    private readonly List<WebApplication> _nodes = [];

    private TracedCluster()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Akka.Registry", StringComparison.Ordinal) || source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyCollection<Activity> Ended => _ended;

    public static async Task<TracedCluster> StartAsync(int nodes)
    {
        var cluster = new TracedCluster();
        for (var i = 0; i < nodes; i++)
            await cluster.AddAsync();
        await ConformanceNode.Until(
            () => cluster._nodes.TrueForAll(each => NodeOf(each).Registry.IsReady
                && NodeOf(each).Membership.View.Members.Count(member => member.State == MemberState.Up) == nodes),
            "all nodes are up");
        return cluster;
    }

    public RegistryNode Node(int index) => NodeOf(_nodes[index]);

    public HttpClient Http(int index) => new() { BaseAddress = new Uri(_nodes[index].Urls.Single()) };

    public RegistryClient Client(int index) => RegistryClient.Start(
        new RegistryClientOptions { Nodes = [Node(index).Self.Address.ToString()], SignInterval = TimeSpan.FromSeconds(1) },
        new Random(index + 1));

    /// <summary>Begins what a user of the registry does: the root of a trace.</summary>
    public static Activity Begin() => Source.StartActivity("test")!;

    /// <summary>Waits for an activity of the trace; fails with all that there are of it.</summary>
    public async Task<Activity> FindAsync(Activity root, string name, string? node = null, ActivityKind? kind = null)
    {
        Activity? found = null;
        try
        {
            await ConformanceNode.Until(
                () => (found = _ended.FirstOrDefault(each => each.TraceId == root.TraceId && each.OperationName == name
                    && (node is null || NodeOf(each) == node) && (kind is null || each.Kind == kind))) is not null,
                name);
        }
        catch (TimeoutException late)
        {
            var there = _ended.Where(each => each.TraceId == root.TraceId).Select(each => $"{each.OperationName} at {NodeOf(each)}");
            throw new TimeoutException($"No {name} at {node}; there is: {string.Join(", ", there)}.", late);
        }

        return found!;
    }

    public static string? NodeOf(Activity activity) => activity.GetTagItem("akka.registry.node") as string;

    public async ValueTask DisposeAsync()
    {
        for (var i = _nodes.Count; i-- > 0;)
        {
            await _nodes[i].StopAsync();
            await _nodes[i].DisposeAsync();
        }

        _listener.Dispose();
    }

    private async Task AddAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var seeds = _nodes.Count == 0 ? [] : new[] { Node(0).Self.Address.ToString() };
        builder.Services.AddRegistryNode(new RegistryNodeOptions
        {
            Node = new NodeOptions { Name = $"traced-{_nodes.Count}-{Guid.NewGuid():N}"[..20] },
            Cluster = new ClusterOptions { SeedNodes = seeds },
            Transport = new TransportOptions { Port = 0 },
        });
        builder.Services.AddRegistryHttp(new HttpOptions());
        var app = builder.Build().UseRegistryHttp();
        await app.StartAsync();
        _nodes.Add(app);
    }

    private static RegistryNode NodeOf(WebApplication app) => app.Services.GetRequiredService<RegistryNode>();
}
