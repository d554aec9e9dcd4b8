using System.Buffers.Binary;
using System.Net.Sockets;

namespace Akka.Registry.Server.Dns;

/// <summary>Messages on TCP: two bytes of length before each (RFC 1035, section 4.2.2).</summary>
internal static class DnsStream
{
    /// <summary>The next message's length; -1 when the other side has closed.</summary>
    public static async Task<int> ReceiveLengthAsync(Socket socket, CancellationToken stop)
    {
        var bytes = new byte[2];
        return await TryReceiveAsync(socket, bytes, stop) ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : -1;
    }

    /// <summary>Fills the buffer.</summary>
    /// <returns>False when the other side has closed before that.</returns>
    public static async Task<bool> TryReceiveAsync(Socket socket, Memory<byte> buffer, CancellationToken stop)
    {
        while (buffer.Length > 0)
        {
            var received = await socket.ReceiveAsync(buffer, SocketFlags.None, stop);
            if (received == 0)
                return false;
            buffer = buffer[received..];
        }

        return true;
    }

    /// <summary>Sends all of it.</summary>
    /// <returns>False when the other side takes no more.</returns>
    public static async Task<bool> TrySendAsync(Socket socket, ReadOnlyMemory<byte> buffer, CancellationToken stop)
    {
        while (buffer.Length > 0)
        {
            var sent = await socket.SendAsync(buffer, SocketFlags.None, stop);
            if (sent == 0)
                return false;
            buffer = buffer[sent..];
        }

        return true;
    }
}
