using System.Net.Sockets;

namespace Akka.Registry.Cluster.Transport;

/// <summary>A TCP connect that is closed at once.</summary>
/// <remarks>
/// A SYN that is answered by RST is a refusal (RFC 9293, section 3.10.7.1): it comes from the host itself, or from what answers in
/// its name. An ICMP error may come from any router on the way, and proves nothing of the process.
/// </remarks>
/// <param name="time">The clock of the time-out.</param>
public sealed class TcpAddressProbe(TimeProvider time) : IAddressProbe
{
    /// <inheritdoc/>
    public async Task<ProbeOutcome> ProbeAsync(string host, int port, TimeSpan timeout)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var ended = new CancellationTokenSource(timeout, time);
        try
        {
            await socket.ConnectAsync(host, port, ended.Token).ConfigureAwait(false);
            return ProbeOutcome.Connected;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return ProbeOutcome.Refused;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            return ProbeOutcome.Silent;
        }
    }
}
