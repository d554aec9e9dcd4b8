using System.Text;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Consul.Blocking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Server.Tests.Consul;

/// <summary>A whole node with its doors, on free ports of loopback, as a Consul client meets it.</summary>
public sealed class ConsulNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpPeerTransport _transport;
    private readonly WebApplication _app;

    private ConsulNode(TcpPeerTransport transport, RegistryNode node, WebApplication app)
    {
        (_transport, Node, _app) = (transport, node, app);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromMinutes(5) };
    }

    public RegistryNode Node { get; }

    public HttpClient Client { get; }

    internal ConsulDoor Door => _app.Services.GetRequiredService<ConsulDoor>();

    internal CatalogIndexes Indexes => Door.Indexes;

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a node, alone or with another, and waits until it is ready.</summary>
    public static async Task<ConsulNode> StartAsync(string name = "oracle", ConsulNode? with = null, ConsulOptions? consul = null, int seed = 1)
    {
        var options = new RegistryNodeOptions
        {
            Node = new NodeOptions { Name = name },
            Transport = new TransportOptions { Port = 0 },
            Cluster = new ClusterOptions { SeedNodes = with is null ? [] : [with.Node.Self.Address.ToString()] },
        };
        var transport = await TcpPeerTransport.BindAsync(
            options.Transport, ClusterCredentials.Of(options.Cluster), TimeProvider.System, new Random(seed), NullLoggerFactory.Instance);
        var node = RegistryNode.Start(options, new RegistryNodeEnvironment { Transport = transport, Random = new Random(seed + 1_000) });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(node).AddSingleton(node.Registry).AddSingleton(node.Membership).AddSingleton(node.Map);
        builder.Services.AddRegistryHttp(new HttpOptions());
        builder.Services.AddRegistryConsul(consul ?? new ConsulOptions());
        var app = builder.Build().UseRegistryHttp();
        await app.StartAsync();
        var up = new ConsulNode(transport, node, app);
        Until(() => node.Registry.IsReady && node.Membership.View.Members.Count(member => member.State == MemberState.Up) == (with is null ? 1 : 2));
        if (with is not null)
            Until(() => with.Node.Membership.View.Members.Count(member => member.State == MemberState.Up) >= 2);
        return up;
    }

    /// <summary>Waits for what comes by itself, on other threads.</summary>
    public static void Until(Func<bool> holds)
    {
        if (!SpinWait.SpinUntil(holds, Patience))
            throw new TimeoutException("What was waited for did not come.");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await Node.DisposeAsync();
        await _transport.DisposeAsync();
    }

    /// <summary>Sends a request without Content-Type, as most of Consul's clients do.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body = null, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        with?.Invoke(request);
        using var response = await Client.SendAsync(request);
        return new Answer((int)response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsStringAsync());
    }

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    /// <summary>Puts, and has it taken.</summary>
    public async Task<Answer> PutAsync(string path, string? body = null)
    {
        var answer = await SendAsync("PUT", path, body);
        if (answer.Status != 200)
            throw new InvalidOperationException($"PUT {path}: {answer.Status} {answer.Body}");
        return answer;
    }

    public Task RegisterAsync(string body, string query = "") => PutAsync("/v1/agent/service/register" + query, body);

    public async Task<long> IndexAsync(string path) => IndexOf(await GetAsync(path));

    /// <summary>Asks with an index, and waits until the question waits.</summary>
    public Task<Answer> Blocked(string path, long index, string wait = "5m")
    {
        var before = Door.Blocked;
        var asked = GetAsync($"{path}{(path.Contains('?') ? '&' : '?')}index={index}&wait={wait}");
        Until(() => Door.Blocked > before || asked.IsCompleted);
        return asked;
    }

    public static long IndexOf(Answer answer) => long.Parse(answer.Headers.GetValues("X-Consul-Index").Single());
}
