using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Akka.Registry.Contracts.Limits;

namespace Akka.Registry.Server.Dns;

/// <summary>The door's UDP socket: one loop that answers at once, and tasks for what resolvers are asked.</summary>
internal sealed class DnsDatagramSocket(Socket socket, DnsAnswers answers, DnsPace pace, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Outstanding _recursions = new();

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var query = GC.AllocateUninitializedArray<byte>(DnsProtocol.MessageBytesMax, pinned: true);
        var response = GC.AllocateUninitializedArray<byte>(DnsProtocol.MessageBytesMax, pinned: true);
        var client = new SocketAddress(socket.AddressFamily);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(query, SocketFlags.None, client, stop);
                if (received >= DnsProtocol.HeaderBytes && pace.Take(KeyOf(client)) is var paced and not PaceVerdict.Send)
                {
                    answers.LimitReached("dns.answers-per-second");
                    if (paced == PaceVerdict.Truncate && answers.Truncate(query.AsSpan(0, received), response) is var bytes and > 0)
                        await SendAsync(response.AsMemory(0, bytes), client, stop);
                    continue;
                }

                var verdict = answers.Respond(query.AsSpan(0, received), isStream: false, response, out var length);
                if (verdict == DnsVerdict.Answer)
                    await SendAsync(response.AsMemory(0, length), client, stop);
                else if (verdict == DnsVerdict.Recurse)
                    _recursions.Add(RecurseAsync(query.AsSpan(0, received).ToArray(), Copy(client), stop));
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (SocketException e)
            {
                DnsLog.SocketFailed(logger, e, "UDP");
                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }

        await _recursions.WhenAllAsync();
    }

    /// <summary>Behind family, port and, in IPv6, the flow: so on every system.</summary>
    private static AddressKey KeyOf(SocketAddress client) => AddressKey.Of(client.Family == AddressFamily.InterNetwork
        ? client.Buffer.Span.Slice(4, 4)
        : client.Buffer.Span.Slice(8, 16));

    private async Task RecurseAsync(byte[] query, SocketAddress client, CancellationToken stop)
    {
        var response = ArrayPool<byte>.Shared.Rent(DnsProtocol.MessageBytesMax);
        try
        {
            var length = await answers.RecurseAsync(query, isStream: false, response, stop);
            await SendAsync(response.AsMemory(0, length), client, stop);
        }
        catch (OperationCanceledException)
        {
            // The door closes; the client asks somebody else.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(response);
        }
    }

    /// <summary>Sends an answer; one that cannot be sent is lost, as any datagram may be.</summary>
    private async ValueTask SendAsync(ReadOnlyMemory<byte> response, SocketAddress client, CancellationToken stop)
    {
        try
        {
            await socket.SendToAsync(response, SocketFlags.None, client, stop);
        }
        catch (SocketException)
        {
            // The client has no way back, or asked with an address that is none: nobody is there to be told.
        }
    }

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }
}
