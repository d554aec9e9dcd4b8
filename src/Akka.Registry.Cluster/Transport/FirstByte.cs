using System.Net.Sockets;

namespace Akka.Registry.Cluster.Transport;

/// <summary>Looks at what a connection begins with, and leaves it there.</summary>
internal static class FirstByte
{
    /// <summary>A record of TLS that holds a handshake (RFC 8446, section 5.1). A frame begins with its length, whose first byte is less.</summary>
    private const byte TlsHandshake = 22;

    /// <summary>Whether TLS comes; null when the other side closes without a word.</summary>
    public static async ValueTask<bool?> IsTlsAsync(Socket socket, CancellationToken stop)
    {
        var first = new byte[1];
        return await socket.ReceiveAsync(first, SocketFlags.Peek, stop) == 1 ? first[0] == TlsHandshake : null;
    }
}
