using System.Collections.Immutable;

namespace Akka.Registry.Cluster.Transport;

/// <summary>Who made a link.</summary>
public enum LinkDirection
{
    /// <summary>This node connected; it sends frames on it.</summary>
    Outgoing = 1,

    /// <summary>The peer connected; this node receives frames on it.</summary>
    Incoming = 2,
}

/// <summary>How a link stands.</summary>
public enum LinkState
{
    /// <summary>There is no connection; the next frame makes one.</summary>
    Idle = 1,

    /// <summary>The peer could not be reached a moment ago; frames are rejected until it may be tried again.</summary>
    BackingOff = 2,

    /// <summary>Connecting, or in the handshake.</summary>
    Connecting = 3,

    /// <summary>The handshake succeeded.</summary>
    Established = 4,
}

/// <summary>One link of the cluster port.</summary>
/// <param name="Direction">Who made it.</param>
/// <param name="Address">The peer's address: the one connected to, or the one that the peer's handshake named.</param>
/// <param name="Peer">Who the peer's last handshake said it is; null before the first.</param>
/// <param name="Lane">What it is for.</param>
/// <param name="State">How it stands.</param>
/// <param name="QueuedBytes">Bytes that wait to be written; 0 on incoming links.</param>
/// <param name="Frames">Frames carried; of an outgoing link over all its connections.</param>
/// <param name="Bytes">Bytes of those frames.</param>
public sealed record LinkStatus(
    LinkDirection Direction,
    NodeAddress Address,
    NodeIdentity? Peer,
    Lane Lane,
    LinkState State,
    long QueuedBytes,
    long Frames,
    long Bytes);

/// <summary>The transport at one moment. Totals count since it was bound.</summary>
/// <param name="Links">Outgoing links, then incoming ones whose handshake succeeded.</param>
/// <param name="FramesOut">Frames handed to the network.</param>
/// <param name="BytesOut">Bytes of those frames.</param>
/// <param name="FramesIn">Frames handed to the sink.</param>
/// <param name="BytesIn">Bytes of those frames.</param>
/// <param name="FramesRejected">Frames that were not taken: queue full, peer in back-off, frame too large, transport
/// not started or closed.</param>
/// <param name="FramesDropped">Frames that were taken, and lost with their connection or because none could be
/// made.</param>
/// <param name="ConnectionsRefused">Incoming connections closed before they carried a frame: handshake failed or timed
/// out, or too many connections.</param>
/// <param name="LinksBroken">Times that an established outgoing connection broke, or that none could be made.</param>
public sealed record TransportStatus(
    ImmutableArray<LinkStatus> Links,
    long FramesOut,
    long BytesOut,
    long FramesIn,
    long BytesIn,
    long FramesRejected,
    long FramesDropped,
    long ConnectionsRefused,
    long LinksBroken);

/// <summary>The totals of <see cref="TransportStatus"/>, counted from many threads.</summary>
internal sealed class TransportCounters
{
    private long _framesOut;
    private long _bytesOut;
    private long _framesIn;
    private long _bytesIn;
    private long _framesRejected;
    private long _framesDropped;
    private long _connectionsRefused;
    private long _linksBroken;

    public long ConnectionsRefused => Interlocked.Read(ref _connectionsRefused);

    public void Sent(int frames, long bytes)
    {
        Interlocked.Add(ref _framesOut, frames);
        Interlocked.Add(ref _bytesOut, bytes);
    }

    public void Received(int bytes)
    {
        Interlocked.Increment(ref _framesIn);
        Interlocked.Add(ref _bytesIn, bytes);
    }

    public void Rejected() => Interlocked.Increment(ref _framesRejected);

    public void Dropped(int frames) => Interlocked.Add(ref _framesDropped, frames);

    public void ConnectionRefused() => Interlocked.Increment(ref _connectionsRefused);

    public void LinkBroken() => Interlocked.Increment(ref _linksBroken);

    public TransportStatus Snapshot(ImmutableArray<LinkStatus> links) => new(
        links,
        Interlocked.Read(ref _framesOut),
        Interlocked.Read(ref _bytesOut),
        Interlocked.Read(ref _framesIn),
        Interlocked.Read(ref _bytesIn),
        Interlocked.Read(ref _framesRejected),
        Interlocked.Read(ref _framesDropped),
        Interlocked.Read(ref _connectionsRefused),
        Interlocked.Read(ref _linksBroken));
}
