using System.Net;
using System.Net.Sockets;

namespace Akka.Registry.Client.Session;

/// <summary>This machine's address as seen from where nodes are.</summary>
internal static class LocalAddress
{
    /// <summary>The address that packets to the first node that has a route would leave from. Sends nothing to it.</summary>
    /// <param name="nodes">In order of preference.</param>
    /// <param name="cancellation">Ends the wait for names to be resolved.</param>
    /// <returns>An IP address, IPv4 where a node has both; null when no node's name is known, or there is no route.</returns>
    public static async Task<string?> TowardsAsync(IReadOnlyList<NodeEndpoint> nodes, CancellationToken cancellation)
    {
        foreach (var node in nodes)
        {
            try
            {
                var addresses = await Dns.GetHostAddressesAsync(node.Host, cancellation);
                foreach (var address in addresses.OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1))
                {
                    if (Towards(address, node.Port) is { } local)
                        return local;
                }
            }
            catch (SocketException)
            {
                // The name is not known now: perhaps another node's is.
            }
        }

        return null;
    }

    private static string? Towards(IPAddress address, int port)
    {
        try
        {
            // Connecting a datagram socket asks for a route and nothing else.
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(address, port);
            return (socket.LocalEndPoint as IPEndPoint)?.Address.ToString();
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
