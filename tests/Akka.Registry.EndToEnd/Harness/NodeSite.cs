namespace Akka.Registry.EndToEnd.Harness;

/// <summary>Where a node runs.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="HttpHost">The address that its clients reach it by.</param>
/// <param name="HttpPort">With this port.</param>
/// <param name="ClusterHost">The address that its peers reach it by.</param>
/// <param name="ClusterPort">With this port.</param>
/// <param name="Namespace">The network namespace that its process is started in; null for the one of the test.</param>
internal sealed record NodeSite(
    string Name, string HttpHost, int HttpPort, string ClusterHost, int ClusterPort, string? Namespace = null)
{
    /// <summary>A node on loopback.</summary>
    public static NodeSite Local(string name, int httpPort, int clusterPort) => new(name, "127.0.0.1", httpPort, "127.0.0.1", clusterPort);

    /// <summary>What to start it with, its own settings left out; without seeds, others are to say where they are.</summary>
    public string[] Switches(string seeds) =>
    [
        $"--node.name={Name}",
        $"--http.urls=http://{HttpHost}:{HttpPort}",
        $"--transport.host={ClusterHost}",
        $"--transport.port={ClusterPort}",
        .. seeds.Length > 0 ? [$"--cluster.seed-nodes={seeds}"] : Array.Empty<string>(),
    ];
}
