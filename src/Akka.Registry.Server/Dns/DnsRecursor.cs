using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Akka.Registry.Server.Dns;

/// <summary>Asks other resolvers for names that are not ours, one after the other, each with a socket and an id of its own.</summary>
/// <remarks>
/// A query goes out as it came but for its id, so that what the client can take holds. RFC 5452 has the rules for what is believed.
/// </remarks>
internal sealed class DnsRecursor(DnsOptions options, TimeProvider time, RandomNumberGenerator random)
{
    private int _waiting;

    /// <summary>Queries that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Asks until one resolver knows.</summary>
    /// <param name="query">The message.</param>
    /// <param name="isStream">Whether the client asked by TCP; the resolvers are asked the same way.</param>
    /// <param name="response">Takes the answer.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>The answer's length; 0 when there is none, or too many wait.</returns>
    public async Task<int> AskAsync(ReadOnlyMemory<byte> query, bool isStream, Memory<byte> response, CancellationToken stop)
    {
        if (Interlocked.Increment(ref _waiting) > options.RecursionsMax)
        {
            Interlocked.Decrement(ref _waiting);
            return 0;
        }

        try
        {
            var outgoing = query.ToArray();
            var length = 0;
            foreach (var recursor in options.Recursors)
            {
                length = await AskOneAsync(recursor, outgoing, isStream, response, stop);
                if (length > 0 && !IsFailure(response.Span))
                    break;
            }

            query.Span[..2].CopyTo(response.Span);
            return length;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<int> AskOneAsync(IPEndPoint recursor, byte[] query, bool isStream, Memory<byte> response, CancellationToken stop)
    {
        random.GetBytes(query.AsSpan(0, 2));
        using var timeout = new CancellationTokenSource(options.RecursorTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        var (type, protocol) = isStream ? (SocketType.Stream, ProtocolType.Tcp) : (SocketType.Dgram, ProtocolType.Udp);
        try
        {
            using var socket = new Socket(recursor.AddressFamily, type, protocol);
            await socket.ConnectAsync(recursor, either.Token);
            return isStream
                ? await AskByStreamAsync(socket, query, response, either.Token)
                : await AskByDatagramAsync(socket, query, response, either.Token);
        }
        catch (SocketException)
        {
            return 0;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return 0;
        }
    }

    private static async Task<int> AskByDatagramAsync(Socket socket, byte[] query, Memory<byte> response, CancellationToken stop)
    {
        await socket.SendAsync(query, SocketFlags.None, stop);
        while (true)
        {
            var length = await socket.ReceiveAsync(response, SocketFlags.None, stop);
            if (IsAnswerTo(query, response.Span[..length]))
                return length;
        }
    }

    private static async Task<int> AskByStreamAsync(Socket socket, byte[] query, Memory<byte> response, CancellationToken stop)
    {
        var framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed, 2);
        if (!await DnsStream.TrySendAsync(socket, framed, stop))
            return 0;
        var length = await DnsStream.ReceiveLengthAsync(socket, stop);
        if (length < DnsProtocol.HeaderBytes || !await DnsStream.TryReceiveAsync(socket, response[..length], stop))
            return 0;
        return IsAnswerTo(query, response.Span[..length]) ? length : 0;
    }

    /// <summary>Whether an answer has the query's id and question; the connected socket sees to it that it has the right sender.</summary>
    private static bool IsAnswerTo(ReadOnlySpan<byte> query, ReadOnlySpan<byte> answer)
    {
        if (answer.Length < DnsProtocol.HeaderBytes || !answer[..2].SequenceEqual(query[..2]) || (answer[2] & 0x80) == 0)
            return false;
        Span<byte> wire = stackalloc byte[DnsProtocol.NameBytesMax];
        Span<byte> starts = stackalloc byte[DnsProtocol.LabelsMax];
        var end = DnsProtocol.HeaderBytes;
        if (!DnsName.TryRead(query, ref end, wire, starts, out var asked) || BinaryPrimitives.ReadUInt16BigEndian(answer[4..]) != 1)
            return false;
        Span<byte> answeredWire = stackalloc byte[DnsProtocol.NameBytesMax];
        Span<byte> answeredStarts = stackalloc byte[DnsProtocol.LabelsMax];
        var answeredEnd = DnsProtocol.HeaderBytes;
        return DnsName.TryRead(answer, ref answeredEnd, answeredWire, answeredStarts, out var answered)
            && asked.Wire.SequenceEqual(answered.Wire)
            && answer.Length - end >= 4 && answer.Slice(end, 4).SequenceEqual(query.Slice(end, 4));
    }

    /// <summary>Whether the resolver could not, or would not: the next one may.</summary>
    private static bool IsFailure(ReadOnlySpan<byte> answer) =>
        (ResponseCode)(answer[3] & 0xF) is ResponseCode.ServerFailure or ResponseCode.Refused or ResponseCode.NotImplemented;
}
