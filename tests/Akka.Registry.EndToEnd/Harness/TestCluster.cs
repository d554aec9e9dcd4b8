namespace Akka.Registry.EndToEnd.Harness;

/// <summary>Several real nodes that know each other as seeds. Ends by process id what it started.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly List<NodeProcess?> _nodes = [];
    private readonly List<(int Http, int Cluster)> _ports = [];
    private readonly string[] _more;
    private readonly string _seeds;

    /// <param name="nodes">How many there may be.</param>
    /// <param name="more">Settings of each; <c>{node}</c> stands for its name.</param>
    public TestCluster(int nodes, params string[] more)
        : this(nodes, byDns: false, more)
    {
    }

    private TestCluster(int nodes, bool byDns, string[] more)
    {
        for (var i = 0; i < nodes; i++)
        {
            _ports.Add((LoopbackPort.Hold(), LoopbackPort.Hold()));
            _nodes.Add(null);
        }

        _seeds = byDns ? "" : string.Join(',', _ports.Select(port => $"127.0.0.1:{port.Cluster}"));
        _more = byDns ? [.. more, $"--cluster.seed-dns.names={string.Join(',', _ports.Select(port => $"localhost:{port.Cluster}"))}"] : more;
    }

    /// <summary>Nodes whose seeds are what the machine's resolver makes of names.</summary>
    public static TestCluster ByDns(int nodes, params string[] more) => new(nodes, byDns: true, more);

    public NodeProcess this[int number] => _nodes[number - 1] ?? throw new InvalidOperationException($"node-{number} was not started.");

    public IEnumerable<NodeProcess> Nodes => _nodes.OfType<NodeProcess>();

    public static async Task<TestCluster> StartAsync(int nodes, params string[] more)
    {
        var cluster = new TestCluster(nodes, more);
        try
        {
            for (var i = 1; i <= nodes; i++)
                cluster.Start(i);
            await cluster.ReadyAsync(TimeSpan.FromSeconds(30));
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    public NodeProcess Start(int number)
    {
        var (http, port) = _ports[number - 1];
        var name = $"node-{number}";
        var node = NodeProcess.Start(
            NodeSite.Local(name, http, port), _seeds, [.. _more.Select(more => more.Replace("{node}", name, StringComparison.Ordinal))]);
        _nodes[number - 1] = node;
        return node;
    }

    /// <summary>Waits until every node that was started is ready and sees all of them up.</summary>
    public async Task ReadyAsync(TimeSpan limit)
    {
        foreach (var node in Nodes)
            await node.ReadyAsync(limit);
        foreach (var node in Nodes)
        {
            foreach (var other in Nodes)
            {
                await Wait.UntilAsync($"{node.Name} sees {other.Name} up", limit,
                    () => node.Api.IsUpAsync(other.Name), () => node.Log);
            }
        }
    }

    /// <summary>Whether all nodes that run show one state hash and as many live entries.</summary>
    public async Task<bool> AreEqualAsync(long liveEntries)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in Nodes.Where(node => !node.HasExited))
        {
            var cluster = await node.Api.ClusterAsync();
            if (cluster.GetProperty("liveEntries").GetInt64() != liveEntries)
                return false;
            seen.Add(cluster.GetProperty("stateHash").GetString()!);
        }

        return seen.Count == 1;
    }

    public void Dispose()
    {
        foreach (var node in Nodes)
            node.Dispose();
    }
}
