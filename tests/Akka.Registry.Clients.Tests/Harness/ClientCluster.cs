using System.Net;
using System.Text;

namespace Akka.Registry.Clients.Harness;

/// <summary>Real nodes with all their doors. What is written at the first is read at the last, which may be the same.</summary>
internal sealed class ClientCluster : IDisposable
{
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<IPEndPoint> _dns = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private ClientCluster()
    {
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>Where one writes.</summary>
    public NodeProcess Writer => _nodes[0];

    /// <summary>Where one reads.</summary>
    public NodeProcess Reader => _nodes[^1];

    /// <summary>The DNS doors, the reader's first.</summary>
    public IEnumerable<IPEndPoint> Dns => Enumerable.Reverse(_dns);

    /// <summary>Starts so many nodes.</summary>
    /// <param name="nodes">1 or more.</param>
    /// <param name="dns">Where their DNS doors are; null for ports that the system picks.</param>
    public static async Task<ClientCluster> StartAsync(int nodes, Func<int, IPEndPoint>? dns = null)
    {
        var cluster = new ClientCluster();
        try
        {
            var sites = Enumerable.Range(1, nodes)
                .Select(i => NodeSite.Local($"node-{i}", LoopbackPort.Hold(), LoopbackPort.Hold())).ToList();
            var seeds = string.Join(',', sites.Select(site => $"127.0.0.1:{site.ClusterPort}"));
            foreach (var site in sites)
            {
                var endPoint = dns?.Invoke(cluster._nodes.Count) ?? new IPEndPoint(IPAddress.Loopback, LoopbackPort.Hold());
                cluster._dns.Add(endPoint);
                cluster._nodes.Add(NodeProcess.Start(
                    site, seeds, $"--dns.listen={endPoint}", "--dns.ttl=0s", "--dns.negative-ttl=0s", "--cluster.failure-detector.preset=local"));
            }

            foreach (var node in cluster._nodes)
                await node.ReadyAsync(TimeSpan.FromSeconds(40));
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Kills the node that is read from and starts it again: it has kept nothing.</summary>
    public async Task RestartReaderAsync()
    {
        Reader.Kill();
        Reader.Restart();
        await Reader.ReadyAsync(TimeSpan.FromSeconds(40));
    }

    /// <summary>Registers by the native door of the writer.</summary>
    public Task RegisterAsync(string service, string id, int port, string ttl = "60s") => NativeAsync(
        HttpMethod.Put, NodeApi.PathOf(service, id), NodeApi.Body(ttl, "127.0.0.1", port, ",\"tags\":[\"native\"],\"metadata\":{\"region\":\"eu\"}"));

    /// <summary>Says by the native door that an instance is critical, or passes.</summary>
    public Task ReportAsync(string service, string id, string status) =>
        NativeAsync(HttpMethod.Put, NodeApi.PathOf(service, id) + "/status", $$"""{"status":"{{status}}"}""");

    /// <summary>Deregisters by the native door.</summary>
    public Task DeregisterAsync(string service, string id) => NativeAsync(HttpMethod.Delete, NodeApi.PathOf(service, id));

    /// <summary>Registers by the Eureka door of the writer, in XML, as a Java client does.</summary>
    public async Task RegisterWithEurekaAsync(string app, string id, int port, string status = "UP")
    {
        var body =
            $"""
            <instance><instanceId>{id}</instanceId><hostName>127.0.0.1</hostName><app>{app}</app><ipAddr>127.0.0.1</ipAddr><status>{status}</status>
            <port enabled="true">{port}</port><vipAddress>{app.ToLowerInvariant()}</vipAddress>
            <dataCenterInfo class="com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"><name>MyOwn</name></dataCenterInfo>
            <leaseInfo><renewalIntervalInSecs>30</renewalIntervalInSecs><durationInSecs>90</durationInSecs></leaseInfo>
            <metadata><region>eu</region></metadata></instance>
            """;
        using var content = new StringContent(body, Encoding.UTF8, "application/xml");
        using var answer = await _http.PostAsync(new Uri(Writer.Api.Url, $"/eureka/apps/{app}"), content);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    /// <summary>What an address answers; null when it does not.</summary>
    public async Task<string?> GetAsync(Uri uri, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        try
        {
            using var answer = await _http.SendAsync(request);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.Dispose();
        _http.Dispose();
    }

    private async Task NativeAsync(HttpMethod method, string path, string? body = null)
    {
        var (status, answer) = await Writer.Api.SendAsync(method, path, body);
        ((int)status).ShouldBeInRange(200, 299, $"{path}: {answer}");
    }
}
