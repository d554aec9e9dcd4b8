using System.Net.Sockets;

namespace Akka.Registry.Cluster.Transport;

/// <summary>What every connection of the cluster port is set to.</summary>
internal static class SocketTuning
{
    private const int TcpLevel = 6;                 // IPPROTO_TCP
    private const int LinuxTcpUserTimeout = 18;     // TCP_USER_TIMEOUT of linux/tcp.h, in milliseconds
    private const int KeepAliveProbes = 3;

    /// <summary>Sends small frames at once, and notices a peer that is gone without a word.</summary>
    /// <remarks>
    /// Half of the time passes before the first keep-alive and the rest between three of them. Keep-alives are not sent
    /// while data waits for its acknowledgement; that case is RFC 5482's user timeout, which Linux has.
    /// </remarks>
    public static void Apply(Socket socket, TimeSpan deadLinkTimeout)
    {
        socket.NoDelay = true;
        var seconds = Math.Max(1, (int)deadLinkTimeout.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Max(1, seconds / 2));
        socket.SetSocketOption(
            SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / 2 / KeepAliveProbes));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        if (OperatingSystem.IsLinux())
        {
            var milliseconds = BitConverter.GetBytes((int)deadLinkTimeout.TotalMilliseconds);
            socket.SetRawSocketOption(TcpLevel, LinuxTcpUserTimeout, milliseconds);
        }
    }
}
