using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.TestKit;

/// <summary>One process's port on the simulated network.</summary>
public sealed class SimulatedTransport : IPeerTransport
{
    private readonly SimulatedNetwork _network;
    private NodeIdentity? _self;
    private ITransportSink? _sink;
    private bool _closed;

    internal SimulatedTransport(SimulatedNetwork network, NodeAddress address) => (_network, Address) = (network, address);

    /// <inheritdoc/>
    public NodeAddress Address { get; }

    /// <inheritdoc/>
    public void Start(NodeIdentity self, ITransportSink sink) => (_self, _sink) = (self, sink);

    /// <inheritdoc/>
    public bool Send(NodeAddress to, Lane lane, Frame frame)
    {
        if (!_closed && _self is not null)
            _network.Send(this, _self, to, lane, frame);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>The simulated network takes all at once; time on the way is latency.</remarks>
    public long QueuedBytes(NodeAddress to, Lane lane) => 0;

    /// <summary>Closes the port, as the end of the process does.</summary>
    public void Close()
    {
        _closed = true;
        _network.Unbind(this);
    }

    internal void Receive(NodeIdentity from, Lane lane, Frame frame) => _sink?.FrameReceived(from, lane, frame);

    internal void LinkBroken(NodeAddress peer) => _sink?.LinkBroken(peer);
}
