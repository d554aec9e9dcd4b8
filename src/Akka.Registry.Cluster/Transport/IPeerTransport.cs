using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Transport;

/// <summary>Connections of different purpose: bulk never stands before a probe.</summary>
public enum Lane : byte
{
    /// <summary>Probes, rumours, push-pull.</summary>
    Membership = 1,

    /// <summary>Deltas, digests, snapshots.</summary>
    Replication = 2,

    /// <summary>What registries say to each other: forwarded beats, hand-over.</summary>
    Messages = 3,

    /// <summary>What applications' actors say to each other: as much as they like, so on a connection of its own.</summary>
    Actors = 4,
}

/// <summary>Carries frames between nodes. TCP in production, the simulated network in simulation.</summary>
public interface IPeerTransport
{
    /// <summary>Where peers reach this node. Known once the transport is bound.</summary>
    NodeAddress Address { get; }

    /// <summary>Begins to accept connections as this node and to hand what arrives to the sink. Called once.</summary>
    void Start(NodeIdentity self, ITransportSink sink);

    /// <summary>
    /// Sends a frame at most once; connects when there is no connection. Frames to one address on one lane arrive in order.
    /// </summary>
    /// <returns>False when the lane to that address cannot take it now: its bounded queue is full, or the
    /// peer could not be reached a moment ago. The frame is not sent.</returns>
    bool Send(NodeAddress to, Lane lane, Frame frame);

    /// <summary>
    /// Bytes that wait to be sent to the address on the lane; for senders that compute what to send when the link can take it.
    /// </summary>
    long QueuedBytes(NodeAddress to, Lane lane);
}

/// <summary>
/// Takes what a transport brings. Called on the transport's threads; per sender and lane in order; must be quick and must
/// not throw: a link whose frame made the sink throw is closed.
/// </summary>
public interface ITransportSink
{
    /// <summary>A frame arrived on a link whose handshake succeeded.</summary>
    /// <param name="from">Who the handshake said it is.</param>
    /// <param name="lane">The lane it came on.</param>
    /// <param name="frame">The frame; its payload is the receiver's to keep.</param>
    void FrameReceived(NodeIdentity from, Lane lane, Frame frame);

    /// <summary>An established connection to the address broke, or none could be made. A hint, not a verdict.</summary>
    void LinkBroken(NodeAddress peer);

    /// <summary>Who takes clients, which come to the same port; null (the default) when they are refused.</summary>
    ISessionSink? Sessions => null;
}
