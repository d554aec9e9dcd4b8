using System.Net;
using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Transport;

/// <summary>Takes the connections of clients, which come to the port of the peers. Called on the transport's threads.</summary>
public interface ISessionSink
{
    /// <summary>Speaks with one client until either side ends; the connection closes when it completes.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="hello">The client's first frame, of kind <see cref="FrameKind.SessionHello"/>, unread.</param>
    /// <param name="stop">Set when the port closes.</param>
    Task ServeAsync(ISessionLink link, Frame hello, CancellationToken stop);
}

/// <summary>A client's connection: frames in both directions. One reader and one writer at a time.</summary>
public interface ISessionLink
{
    /// <summary>Where it comes from; null when it is not known.</summary>
    EndPoint? Remote { get; }

    /// <summary>Reads one frame.</summary>
    /// <returns>
    /// The frame, or an error after which the link must be closed, or <see cref="FrameOutcome.NeedMore"/> when the client has closed.
    /// </returns>
    /// <exception cref="IOException">The connection broke.</exception>
    ValueTask<FrameReading> ReadAsync(FrameLimits limits, CancellationToken stop);

    /// <summary>Writes frames, in order, with nothing between them.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<Frame> frames, CancellationToken stop);

    /// <summary>
    /// Tells the client why it is refused, counts and logs it, and gives it a moment to read that; nothing is written afterwards.
    /// </summary>
    Task RefuseAsync(string reason);
}
