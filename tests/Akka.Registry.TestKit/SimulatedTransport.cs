using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.TestKit;

/// <summary>One process's port on the simulated network.</summary>
public sealed class SimulatedTransport : IPeerTransport
{
    private readonly SimulatedNetwork _network;
    private readonly Dictionary<NodeAddress, SimulatedLink?[]> _links = new(AddressComparer.Instance);
    private readonly LaneTraffic[] _traffic = [new(), new(), new(), new(), new()];
    private ITransportSink? _sink;
    private bool _closed;

    internal SimulatedTransport(SimulatedNetwork network, NodeAddress address, TransportOptions options) =>
        (_network, Address, Options) = (network, address, options);

    /// <inheritdoc/>
    public NodeAddress Address { get; }

    /// <summary>What its queues may hold.</summary>
    public TransportOptions Options { get; }

    internal NodeIdentity? Self { get; private set; }

    /// <summary>Its links, in the order of their first frames to each address.</summary>
    internal IEnumerable<SimulatedLink> Links => _links.Values.SelectMany(lanes => lanes).OfType<SimulatedLink>();

    /// <inheritdoc/>
    public void Start(NodeIdentity self, ITransportSink sink) => (Self, _sink) = (self, sink);

    /// <inheritdoc/>
    public bool Send(NodeAddress to, Lane lane, Frame frame)
    {
        if (_closed || Self is null)
            return false;
        if (!_links.TryGetValue(to, out var lanes))
            _links.Add(to, lanes = new SimulatedLink?[_traffic.Length]);
        if (_network.Rewrite is { } rewrite)
            frame = rewrite(Address, frame);
        _network.Count(frame);
        return (lanes[(int)lane] ??= new SimulatedLink(_network, this, to, lane)).TrySend(frame);
    }

    /// <inheritdoc/>
    public long QueuedBytes(NodeAddress to, Lane lane) => _links.TryGetValue(to, out var lanes) ? lanes[(int)lane]?.QueuedBytes ?? 0 : 0;

    /// <summary>What this process sent on the lane.</summary>
    public LaneTraffic Traffic(Lane lane) => _traffic[(int)lane];

    /// <summary>Closes the port, as the end of the process does.</summary>
    public void Close()
    {
        _closed = true;
        _network.Unbind(this);
    }

    internal void OnPeerConnected(NodeAddress peer)
    {
        if (!_links.TryGetValue(peer, out var lanes))
            return;
        foreach (var link in lanes)
            link?.EndBackOff();
    }

    internal void Receive(NodeIdentity from, Lane lane, Frame frame) => _sink?.FrameReceived(from, lane, frame);

    internal void LinkBroken(NodeAddress peer)
    {
        if (!_closed)
            _sink?.LinkBroken(peer);
    }

    /// <summary>Addresses of one cluster differ at their end: no need to walk the whole text for each frame.</summary>
    internal sealed class AddressComparer : IEqualityComparer<NodeAddress>
    {
        public static AddressComparer Instance { get; } = new();

        public bool Equals(NodeAddress? x, NodeAddress? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && x.Port == y.Port && x.Host == y.Host);

        public int GetHashCode(NodeAddress address)
        {
            var (host, hash) = (address.Host, address.Port);
            for (var i = Math.Max(0, host.Length - 6); i < host.Length; i++)
                hash = (hash * 31) + host[i];
            return hash;
        }
    }
}
