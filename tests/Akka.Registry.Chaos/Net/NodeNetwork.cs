using System.Globalization;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Chaos.Net;

/// <summary>
/// Nodes each in a network namespace of its own, with one wire to its peers and one to its clients, so that either can be harmed alone.
/// </summary>
/// <remarks>
/// The wires to the peers end at a bridge in a namespace of its own; those to the clients end here. With the namespaces all of it is
/// gone. Their names hold the process that made them: what a run that died has left is removed by the next one.
/// </remarks>
internal sealed class NodeNetwork : IDisposable
{
    public const int HttpPort = 8500;
    public const int ClusterPort = 4053;

    private const string Prefix = "akreg";

    /// <summary>
    /// The wires of a namespace that is gone are taken away by the kernel in its own time: the next network's are called otherwise.
    /// </summary>
    private static int _networks;

    private readonly int _number = Interlocked.Increment(ref _networks);
    private readonly string _name;
    private readonly List<string> _made = [];
    private readonly Dictionary<(int Node, int Peer), Barrier> _barriers = [];

    /// <exception cref="ShellException">Namespaces, wires or packet rules cannot be made here.</exception>
    public NodeNetwork(int nodes)
    {
        RemoveLeftovers();
        Nodes = nodes;
        _name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{Environment.ProcessId}-{RunLedger.StartOf(Environment.ProcessId)}");
        try
        {
            MakeNamespace(Switch);
            Shell.Run("ip", "-n", Switch, "link", "add", "peers", "type", "bridge");
            Shell.Run("ip", "-n", Switch, "link", "set", "peers", "up");
            for (var node = 1; node <= nodes; node++)
                MakeNode(node);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Nodes { get; }

    private string Switch => $"{_name}-0";

    // 198.18.0.0/15 is for tests of networks alone (RFC 2544): it meets nobody's own addresses.
    private static string PeerAddress(int node) => $"198.18.0.{node}";

    private string ClientSubnet => $"198.19.{(Environment.ProcessId + _number) % 256}";

    private string ClientAddress(int node) => $"{ClientSubnet}.{(4 * node) + 2}";

    /// <summary>Where the node of that number, from 1, is to be started.</summary>
    public NodeSite SiteOf(int node) => new(
        $"node-{node}", ClientAddress(node), HttpPort, PeerAddress(node), ClusterPort, NamespaceOf(node));

    /// <summary>All nodes' addresses, as seeds.</summary>
    public string Seeds() => string.Join(',', Enumerable.Range(1, Nodes).Select(node => $"{PeerAddress(node)}:{ClusterPort}"));

    /// <summary>Nothing that the peer sends reaches the node.</summary>
    public void Drop(int node, int peer) => Set(node, peer, new Barrier(100));

    /// <summary>A share of the packets that the peer sends does not reach the node.</summary>
    public void Lose(int node, int peer, int percent) => Set(node, peer, new Barrier(percent));

    /// <summary>All that the peer sends reaches the node.</summary>
    public void Pass(int node, int peer) => Set(node, peer, null);

    /// <summary>Nothing that clients send reaches the node.</summary>
    public void DropClients(int node) => Set(node, 0, new Barrier(100));

    /// <summary>Clients reach the node.</summary>
    public void PassClients(int node) => Set(node, 0, null);

    /// <summary>The node's wire to its peers becomes thin, both ways: what waits for its turn is delayed, and lost past the time given.</summary>
    public void Narrow(int node, int kilobits, int delayMilliseconds)
    {
        string[] filter = ["root", "tbf", "rate", $"{kilobits}kbit", "burst", "4kb", "latency", $"{delayMilliseconds}ms"];
        Shell.Run("tc", ["-n", NamespaceOf(node), "qdisc", "replace", "dev", "peers", .. filter]);
        Shell.Run("tc", ["-n", Switch, "qdisc", "replace", "dev", $"node{node}", .. filter]);
    }

    /// <summary>The wire is as wide as before.</summary>
    public void Widen(int node)
    {
        Shell.Run("tc", "-n", NamespaceOf(node), "qdisc", "del", "dev", "peers", "root");
        Shell.Run("tc", "-n", Switch, "qdisc", "del", "dev", $"node{node}", "root");
    }

    public void Dispose()
    {
        foreach (var name in _made)
            Shell.Run("ip", "netns", "del", name);
        _made.Clear();
    }

    private string NamespaceOf(int node) => $"{_name}-{node}";

    private void MakeNamespace(string name)
    {
        Shell.Run("ip", "netns", "add", name);
        _made.Add(name);
        RunLedger.NoteNamespace(name);
        Shell.Run("ip", "-n", name, "link", "set", "lo", "up");
    }

    private void MakeNode(int node)
    {
        var name = NamespaceOf(node);
        MakeNamespace(name);
        Shell.Run("ip", "link", "add", "peers", "netns", name, "type", "veth", "peer", "name", $"node{node}", "netns", Switch);
        Shell.Run("ip", "-n", name, "addr", "add", $"{PeerAddress(node)}/24", "dev", "peers");
        Shell.Run("ip", "-n", name, "link", "set", "peers", "up");
        Shell.Run("ip", "-n", Switch, "link", "set", $"node{node}", "master", "peers");
        Shell.Run("ip", "-n", Switch, "link", "set", $"node{node}", "up");

        // An interface's name has at most 15 characters.
        var here = string.Create(CultureInfo.InvariantCulture, $"ak{Environment.ProcessId}{(char)('a' + (_number % 26))}{node}");
        Shell.Run("ip", "link", "add", "clients", "netns", name, "type", "veth", "peer", "name", here);
        Shell.Run("ip", "-n", name, "addr", "add", $"{ClientAddress(node)}/30", "dev", "clients");
        Shell.Run("ip", "-n", name, "link", "set", "clients", "up");
        Shell.Run("ip", "addr", "add", $"{ClientSubnet}.{(4 * node) + 1}/30", "dev", here);
        Shell.Run("ip", "link", "set", here, "up");
        Apply(node);
    }

    private void Set(int node, int peer, Barrier? barrier)
    {
        if (barrier is null)
            _barriers.Remove((node, peer));
        else
            _barriers[(node, peer)] = barrier;
        Apply(node);
    }

    /// <summary>Puts the node's rules in place of those before, all at once.</summary>
    private void Apply(int node)
    {
        var rules = _barriers.Where(pair => pair.Key.Node == node).Select(pair =>
        {
            var from = pair.Key.Peer == 0 ? "iifname \"clients\"" : $"ip saddr {PeerAddress(pair.Key.Peer)}";
            return pair.Value.Percent >= 100 ? $"{from} drop" : $"{from} numgen random mod 100 < {pair.Value.Percent} drop";
        });
        string[] text =
        [
            "add table ip chaos",
            "add chain ip chaos input { type filter hook input priority 0; }",
            "flush chain ip chaos input",
            .. rules.Select(rule => $"add rule ip chaos input {rule}"),
        ];
        Shell.RunWith(string.Join('\n', text) + "\n", "ip", "netns", "exec", NamespaceOf(node), "nft", "-f", "-");
    }

    /// <summary>Ends and removes what a run that died has left; of one that still runs nothing.</summary>
    private static void RemoveLeftovers()
    {
        foreach (var line in Shell.Run("ip", "netns", "list").Split('\n'))
        {
            var name = line.Split(' ')[0];
            if (name.Split('-') is not [Prefix, var owner, var started, _] || !int.TryParse(owner, CultureInfo.InvariantCulture, out var pid)
                || RunLedger.StartOf(pid) == started)
                continue;
            foreach (var left in Shell.Run("ip", "netns", "pids", name).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Shell.Run("kill", "-KILL", left);
            Shell.Run("ip", "netns", "del", name);
        }
    }

    /// <param name="Percent">Of the packets that do not pass.</param>
    private sealed record Barrier(int Percent);
}
