using System.Diagnostics;
using Akka.Registry.Chaos.Net;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.World;

/// <summary>Real nodes on a network of their own, the clients' doors to them, and the history of what is done and seen.</summary>
internal sealed class ChaosWorld : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly NodeNetwork _network;
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<NodeApi> _doors = [];

    public ChaosWorld(int nodes)
    {
        _network = new NodeNetwork(nodes);
        try
        {
            for (var node = 1; node <= nodes; node++)
            {
                var site = _network.SiteOf(node);
                _nodes.Add(NodeProcess.Start(site, _network.Seeds(), ChaosSettings.Switches()));
                // Patience for one beat: a client with several nodes does not wait longer than it takes to ask the next one in time.
                _doors.Add(new NodeApi(new Uri($"http://{site.HttpHost}:{site.HttpPort}"), connectTimeout: TimeSpan.FromSeconds(1),
                    timeout: TimeSpan.FromSeconds(1.5)));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public HistoryLog History { get; } = new();

    public NodeNetwork Network => _network;

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>The doors of impatient clients, one a node.</summary>
    public IReadOnlyList<NodeApi> Doors => _doors;

    /// <summary>Now, on the observer's clock.</summary>
    public TimeSpan Now => _clock.Elapsed;

    public string NameOf(int node) => _nodes[node].Name;

    public void Dispose()
    {
        foreach (var door in _doors)
            door.Dispose();
        foreach (var node in _nodes)
            node.Dispose();
        _network.Dispose();
    }
}
