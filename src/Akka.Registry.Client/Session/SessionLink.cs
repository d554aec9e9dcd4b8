using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Client.Session;

/// <summary>One connection to a node whose handshake succeeded: frames in both directions.</summary>
internal sealed class SessionLink : IDisposable
{
    /// <summary>Frames that wait to be written; a node that lets so many wait is left.</summary>
    private const int QueueFramesMax = 16_384;

    /// <summary>Of these, what messages for actors may take: more than the asks that one session has under way by default.</summary>
    private const int OfferedFramesMax = QueueFramesMax / 4 * 3;

    private const int WriteBytes = 64 * 1024;
    private const int ReasonCharactersMax = 200;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private readonly FrameLimits _limits;
    private readonly Channel<Frame> _waiting = Channel.CreateBounded<Frame>(
        new BoundedChannelOptions(QueueFramesMax) { SingleReader = true });

    private long _offeredBytes;

    private SessionLink(Socket socket, Stream stream, FrameLimits limits)
    {
        (_socket, _stream) = (socket, stream);
        _reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024, leaveOpen: true, useZeroByteReads: true));
        _limits = limits;
    }

    /// <summary>What the node said.</summary>
    public SessionWelcome Welcome { get; private set; } = null!;

    /// <summary>Connects and shakes hands.</summary>
    /// <exception cref="IOException">It could not be done; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The time is over.</exception>
    /// <exception cref="SessionRefusedException">The node refuses; the message says why.</exception>
    public static async Task<SessionLink> OpenAsync(
        NodeEndpoint node, RegistryClientOptions options, ClientTls? tls, ulong identity, TimeProvider time, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SessionLink? link = null;
        try
        {
            await socket.ConnectAsync(node.Host, node.Port, either.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (tls is not null)
                stream = await tls.SecureAsync(stream, node.Host, either.Token);
            link = new SessionLink(socket, stream, new FrameLimits(options.FrameBytesMax));
            await link.GreetAsync(options, identity, either.Token);
            return link;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new IOException(failure.SocketErrorCode.ToString(), failure);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
        {
            link?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a frame, in order. Never waits.</summary>
    /// <returns>False when it cannot: the session is at its end.</returns>
    public bool Send(Frame frame)
    {
        if (_waiting.Writer.TryWrite(frame))
            return true;
        Dispose();
        return false;
    }

    /// <summary>Sends a message for an actor, unless too much of that kind waits: room is left for what the session itself says.</summary>
    /// <returns>False when it is not sent. The session goes on.</returns>
    public bool TryOffer(Frame frame, int waitingBytesMax)
    {
        if (Interlocked.Add(ref _offeredBytes, frame.WireBytes) <= waitingBytesMax && _waiting.Reader.Count < OfferedFramesMax
            && _waiting.Writer.TryWrite(frame))
        {
            return true;
        }

        Interlocked.Add(ref _offeredBytes, -frame.WireBytes);
        return false;
    }

    /// <summary>Nothing more is sent; what waits still is.</summary>
    public void CompleteSending() => _waiting.Writer.TryComplete();

    /// <summary>Writes what is sent, until the end.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task WriteAsync(CancellationToken stop)
    {
        var batch = new ArrayBufferWriter<byte>(1024);
        while (await _waiting.Reader.WaitToReadAsync(stop))
        {
            batch.ResetWrittenCount();
            var offered = 0L;
            while (batch.WrittenCount < WriteBytes && _waiting.Reader.TryRead(out var frame))
            {
                FrameWriter.Write(batch, frame);
                offered += frame.Kind == FrameKind.SessionActorMessage ? frame.WireBytes : 0;
            }

            await _stream.WriteAsync(batch.WrittenMemory, stop);
            Interlocked.Add(ref _offeredBytes, -offered);
        }
    }

    /// <summary>Reads the next frame.</summary>
    /// <exception cref="IOException">The connection broke or ended, or what came is no frame.</exception>
    public async ValueTask<Frame> ReadAsync(CancellationToken stop)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(stop);
            var buffer = result.Buffer;
            var reading = FrameReader.Read(ref buffer, _limits);
            if (reading.Outcome == FrameOutcome.Complete)
            {
                _reader.AdvanceTo(buffer.Start);
                return reading.Frame.Kind == FrameKind.Refused ? throw new SessionRefusedException(ReasonOf(reading.Frame)) : reading.Frame;
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (reading.IsError)
                throw new IOException(reading.Reason);
            if (result.IsCompleted)
                throw new IOException("The node closed the connection.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CompleteSending();
        _stream.Dispose();
        _socket.Dispose();
    }

    private static string ReasonOf(in Frame refused)
    {
        try
        {
            var reason = refused.Read(Refused.Parser).Reason;
            return "Refused: " + reason[..Math.Min(reason.Length, ReasonCharactersMax)].ReplaceLineEndings(" ");
        }
        catch (InvalidProtocolBufferException)
        {
            return "Refused for a reason that cannot be read.";
        }
    }

    private static async ValueTask<string> TokenOfAsync(RegistryClientOptions options, CancellationToken stop)
    {
        if (options.TokenSource is not { } source)
            return options.Token;
        try
        {
            return await source(stop) ?? "";
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The edge of the application: whatever keeps it from a token keeps the client from a session, for now.
            throw new IOException($"The token source failed: {failure.Message}", failure);
        }
    }

    private async Task GreetAsync(RegistryClientOptions options, ulong identity, CancellationToken stop)
    {
        var token = await TokenOfAsync(options, stop);
        var hello = new SessionHello
        {
            Magic = WireProtocol.Magic,
            ProtocolMin = WireProtocol.Min,
            ProtocolMax = WireProtocol.Max,
            Cluster = options.Cluster,
            Client = options.Name,
            Token = ByteString.CopyFromUtf8(token),
            Identity = identity,
        };
        var bytes = new ArrayBufferWriter<byte>(256);
        FrameWriter.Write(bytes, Frame.Of(FrameKind.SessionHello, hello));
        await _stream.WriteAsync(bytes.WrittenMemory, stop);
        var answer = await ReadAsync(stop);
        if (answer.Kind != FrameKind.SessionWelcome)
            throw new IOException($"The answer to SessionHello is {answer.Kind}.");
        try
        {
            Welcome = answer.Read(SessionWelcome.Parser);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw new IOException("SessionWelcome cannot be read.", failure);
        }
    }
}
