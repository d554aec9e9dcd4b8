using System.Net;
using System.Net.Sockets;
using Akka.Registry.Server.Dns;

namespace Akka.Registry.Server.Tests.Dns;

/// <summary>A resolver of loopback that answers every question, UDP and TCP, as the test says.</summary>
internal sealed class FakeResolver : IAsyncDisposable
{
    private readonly Socket _datagrams;
    private readonly Socket _streams;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<byte[], byte[][]> _answers;
    private readonly Task _running;

    /// <param name="answers">The messages that a query is answered with; none for a resolver that is silent.</param>
    public FakeResolver(Func<byte[], byte[][]> answers)
    {
        _answers = answers;
        (_datagrams, _streams) = BothOnOnePort();
        EndPoint = (IPEndPoint)_streams.LocalEndPoint!;
        _streams.Listen();
        _running = Task.WhenAll(DatagramsAsync(), StreamsAsync());
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>The queries that came, by the ids that they had.</summary>
    public List<(int Id, bool IsStream)> Asked { get; } = [];

    /// <summary>Completes with the first query.</summary>
    public Task Reached => _reached.Task;

    /// <summary>The query with an answer record behind its question: 192.0.2.n.</summary>
    public static byte[] Answer(byte[] query, int n, int code = 0)
    {
        byte[] answer = [.. query, 0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, (byte)n];
        (answer[2], answer[3], answer[7]) = (0x81, (byte)(0x80 | code), 1);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _datagrams.Dispose();
        _streams.Dispose();
        await _running;
        _stop.Dispose();
    }

    /// <summary>The system picks a port that is free for one protocol; another test may have it for the other.</summary>
    private static (Socket Datagrams, Socket Streams) BothOnOnePort()
    {
        while (true)
        {
            var streams = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                streams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                datagrams.Bind(streams.LocalEndPoint!);
                return (datagrams, streams);
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                streams.Dispose();
                datagrams.Dispose();
            }
        }
    }

    private async Task DatagramsAsync()
    {
        var buffer = new byte[65_535];
        try
        {
            while (true)
            {
                var received = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                foreach (var answer in Take(buffer[..received.ReceivedBytes], isStream: false))
                    await _datagrams.SendToAsync(answer, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task StreamsAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _streams.AcceptAsync(_stop.Token);
                var query = new byte[await DnsStream.ReceiveLengthAsync(socket, _stop.Token)];
                await DnsStream.TryReceiveAsync(socket, query, _stop.Token);
                await OpenDns.SendAsync(socket, Take(query, isStream: true));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private byte[][] Take(byte[] query, bool isStream)
    {
        lock (Asked)
            Asked.Add(((query[0] << 8) | query[1], isStream));
        _reached.TrySetResult();
        return _answers(query);
    }
}
