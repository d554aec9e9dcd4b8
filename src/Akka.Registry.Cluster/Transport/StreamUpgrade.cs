namespace Akka.Registry.Cluster.Transport;

/// <summary>Puts a protocol between the socket and the frames, before the handshake; for encryption.</summary>
/// <param name="plain">The socket's stream; the returned one owns it.</param>
/// <param name="connectedTo">The address that this node connected to; null on the side that accepted.</param>
/// <param name="stop">Set when the handshake's time is over.</param>
/// <returns>The stream to speak on.</returns>
/// <exception cref="IOException">It could not be agreed on; so may an authentication failure say. The link is
/// closed.</exception>
public delegate ValueTask<Stream> StreamUpgrade(Stream plain, NodeAddress? connectedTo, CancellationToken stop);
