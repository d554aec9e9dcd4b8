using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.TestKit;

/// <summary>One process's port on the simulated network.</summary>
public sealed class SimulatedTransport : IPeerTransport
{
    private readonly SimulatedNetwork _network;
    private readonly Dictionary<(NodeAddress To, Lane Lane), SimulatedLink> _links = [];
    private readonly LaneTraffic[] _traffic = [new(), new(), new(), new()];
    private ITransportSink? _sink;
    private bool _closed;

    internal SimulatedTransport(SimulatedNetwork network, NodeAddress address, TransportOptions options) =>
        (_network, Address, Options) = (network, address, options);

    /// <inheritdoc/>
    public NodeAddress Address { get; }

    /// <summary>What its queues may hold.</summary>
    public TransportOptions Options { get; }

    internal NodeIdentity? Self { get; private set; }

    internal IEnumerable<SimulatedLink> Links => _links.Values;

    /// <inheritdoc/>
    public void Start(NodeIdentity self, ITransportSink sink) => (Self, _sink) = (self, sink);

    /// <inheritdoc/>
    public bool Send(NodeAddress to, Lane lane, Frame frame)
    {
        if (_closed || Self is null)
            return false;
        if (!_links.TryGetValue((to, lane), out var link))
            _links.Add((to, lane), link = new SimulatedLink(_network, this, to, lane));
        _network.Count(frame);
        return link.TrySend(frame);
    }

    /// <inheritdoc/>
    public long QueuedBytes(NodeAddress to, Lane lane) => _links.TryGetValue((to, lane), out var link) ? link.QueuedBytes : 0;

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
        for (var lane = Lane.Membership; lane <= Lane.Messages; lane++)
        {
            if (_links.TryGetValue((peer, lane), out var link))
                link.EndBackOff();
        }
    }

    internal void Receive(NodeIdentity from, Lane lane, Frame frame) => _sink?.FrameReceived(from, lane, frame);

    internal void LinkBroken(NodeAddress peer)
    {
        if (!_closed)
            _sink?.LinkBroken(peer);
    }
}
