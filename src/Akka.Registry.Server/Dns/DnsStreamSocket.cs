using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Akka.Registry.Contracts.Limits;

namespace Akka.Registry.Server.Dns;

/// <summary>The door's TCP socket: a loop that takes connections, as many as are allowed, and one task each.</summary>
internal sealed class DnsStreamSocket(Socket listener, DnsOptions options, DnsAnswers answers, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Outstanding _connections = new();
    private readonly AddressTally _clients = new();
    private int _open;

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(stop);
                if (TryAdmit(socket, out var client))
                    _connections.Add(ServeAsync(socket, client, stop));
                else
                    socket.Dispose();
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
                DnsLog.SocketFailed(logger, e, "TCP");
                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }

        await _connections.WhenAllAsync();
    }

    private bool TryAdmit(Socket socket, out IPAddress? client)
    {
        client = AddressOf(socket);
        if (Interlocked.Increment(ref _open) > options.ConnectionsMax)
        {
            Interlocked.Decrement(ref _open);
            answers.LimitReached("dns.connections-max");
            return false;
        }

        if (_clients.TryEnter(client, options.ConnectionsPerClient))
            return true;
        Interlocked.Decrement(ref _open);
        answers.LimitReached("dns.connections-per-client");
        return false;
    }

    private static IPAddress? AddressOf(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;    // Gone again before it was looked at.
        }
    }

    private async Task ServeAsync(Socket socket, IPAddress? client, CancellationToken stop)
    {
        try
        {
            socket.NoDelay = true;
            while (await TryServeOneAsync(socket, stop))
            {
                // The next one: a client may ask as often as it likes, each time within its time.
            }
        }
        catch (SocketException)
        {
            // The client is gone.
        }
        catch (OperationCanceledException)
        {
            // Too slow, or the door closes.
        }
        finally
        {
            // In this order: who sees its connection closed may have another.
            _clients.Leave(client);
            Interlocked.Decrement(ref _open);
            socket.Dispose();
        }
    }

    /// <summary>One question and its answer.</summary>
    /// <returns>Whether another may follow.</returns>
    private async Task<bool> TryServeOneAsync(Socket socket, CancellationToken stop)
    {
        using var idle = new CancellationTokenSource(options.IdleTimeout, time);
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, stop);
        var queryBytes = await DnsStream.ReceiveLengthAsync(socket, asking.Token);
        if (queryBytes < DnsProtocol.HeaderBytes)
            return false;
        var query = ArrayPool<byte>.Shared.Rent(queryBytes);
        var response = ArrayPool<byte>.Shared.Rent(2 + DnsProtocol.MessageBytesMax);
        try
        {
            if (!await DnsStream.TryReceiveAsync(socket, query.AsMemory(0, queryBytes), asking.Token))
                return false;
            var verdict = answers.Respond(query.AsSpan(0, queryBytes), isStream: true, response.AsSpan(2), out var length);
            if (verdict == DnsVerdict.Drop)
                return false;
            if (verdict == DnsVerdict.Recurse)
                length = await answers.RecurseAsync(query.AsMemory(0, queryBytes), isStream: true, response.AsMemory(2), stop);
            BinaryPrimitives.WriteUInt16BigEndian(response, (ushort)length);
            using var slow = new CancellationTokenSource(options.IdleTimeout, time);
            using var taking = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, stop);
            return await DnsStream.TrySendAsync(socket, response.AsMemory(0, 2 + length), taking.Token);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(query);
            ArrayPool<byte>.Shared.Return(response);
        }
    }
}
