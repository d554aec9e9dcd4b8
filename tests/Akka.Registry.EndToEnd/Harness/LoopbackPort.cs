using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>Ports of loopback that are kept for the processes which this one starts, and starts again.</summary>
internal static class LoopbackPort
{
    private static readonly ConcurrentBag<Socket> Held = [];

    /// <summary>A port that nobody listens on, and that is given to nobody else while this process lives.</summary>
    /// <param name="port">0 for one that the system picks.</param>
    /// <exception cref="SocketException">It is somebody's.</exception>
    /// <remarks>
    /// A socket stays bound to it and never listens. Linux lets a server that names the port bind and listen beside such a socket, if both reuse
    /// addresses (what .NET, Go and C servers do), and neither makes it the near end of a connection nor hands it out to who asks for any port.
    /// One that was merely free when it was picked may be such a near end when the server comes, or comes back.
    /// </remarks>
    public static int Hold(int port = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }

        Held.Add(socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
