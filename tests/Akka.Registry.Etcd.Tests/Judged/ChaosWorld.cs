using System.Diagnostics;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.Etcd.Tests.Harness;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.World;

/// <summary>
/// Real nodes on a real etcd of three members, and the history of what is done and seen: what instances, watchers and samplers of the ring of
/// harm look at, on loopback.
/// </summary>
internal sealed class ChaosWorld : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<NodeApi> _doors = [];

    public ChaosWorld(TestEtcd etcd, int nodes, params string[] more)
    {
        Etcd = etcd;
        for (var node = 1; node <= nodes; node++)
        {
            var site = NodeSite.Local($"node-{node}", LoopbackPort.Hold(), LoopbackPort.Hold());
            string[] switches = ["--engine=etcd", $"--etcd.endpoints={string.Join(',', etcd.Endpoints)}", "--dns.enabled=false", .. more];
            _nodes.Add(NodeProcess.Start(site, "", switches));
            var url = new Uri($"http://127.0.0.1:{site.HttpPort}");
            _doors.Add(new NodeApi(url, connectTimeout: TimeSpan.FromSeconds(1), timeout: TimeSpan.FromSeconds(1.5)));
        }
    }

    public TestEtcd Etcd { get; }

    public HistoryLog History { get; } = new();

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    public IReadOnlyList<NodeApi> Doors => _doors;

    public TimeSpan Now => _clock.Elapsed;

    public string NameOf(int node) => _nodes[node].Name;

    public void Dispose()
    {
        foreach (var door in _doors)
            door.Dispose();
        foreach (var node in _nodes)
            node.Dispose();
    }
}
