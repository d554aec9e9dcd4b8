using Akka.Registry.Etcd.Tests.Harness;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>The ring of real processes, its tests unchanged, with nodes on an etcd of three members. Ends by process id what it started.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly TestEtcd _etcd;
    private readonly List<NodeProcess> _nodes = [];

    private TestCluster(TestEtcd etcd) => _etcd = etcd;

    public NodeProcess this[int number] => _nodes[number - 1];

    public IEnumerable<NodeProcess> Nodes => _nodes;

    public static async Task<TestCluster> StartAsync(int nodes)
    {
        var cluster = new TestCluster(await TestEtcd.StartAsync(3));
        try
        {
            for (var i = 1; i <= nodes; i++)
            {
                cluster._nodes.Add(NodeProcess.Start(
                    NodeSite.Local($"node-{i}", LoopbackPort.Hold(), LoopbackPort.Hold()), "", "--engine=etcd",
                    $"--etcd.endpoints={string.Join(',', cluster._etcd.Endpoints)}", "--etcd.node-ttl=2s", "--dns.enabled=false"));
            }

            await cluster.ReadyAsync(TimeSpan.FromSeconds(60));
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
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
        foreach (var node in _nodes)
            node.Dispose();
        _etcd.Dispose();
    }

    private async Task ReadyAsync(TimeSpan limit)
    {
        foreach (var node in Nodes)
            await node.ReadyAsync(limit);
        foreach (var node in Nodes)
        {
            foreach (var other in Nodes)
                await Wait.UntilAsync($"{node.Name} sees {other.Name} up", limit, () => node.Api.IsUpAsync(other.Name), () => node.Log);
        }
    }
}
