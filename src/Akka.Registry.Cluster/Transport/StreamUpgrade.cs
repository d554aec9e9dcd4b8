namespace Akka.Registry.Cluster.Transport;

/// <summary>Puts a protocol between the socket and the frames, before the handshake; for encryption.</summary>
/// <param name="plain">The socket's stream; the returned one owns it.</param>
/// <param name="connectedTo">The address that this node connected to; null on the side that accepted.</param>
/// <param name="stop">Set when the handshake's time is over.</param>
/// <returns>The stream to speak on, and what is known of the other side.</returns>
/// <exception cref="IOException">It could not be agreed on; so may an authentication failure say. The link is
/// closed.</exception>
public delegate ValueTask<SecuredStream> StreamUpgrade(Stream plain, NodeAddress? connectedTo, CancellationToken stop);

/// <summary>A stream to speak on.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Trust">What is known of the other side; nothing when the protocol beneath shows nothing.</param>
public sealed record SecuredStream(Stream Stream, LinkTrust Trust);
