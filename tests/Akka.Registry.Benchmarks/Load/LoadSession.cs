using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Benchmarks.Load;

/// <summary>A session that sends frames made beforehand, and counts what comes back: as little of its own as can be.</summary>
internal sealed class LoadSession : IAsyncDisposable
{
    private const uint RequestTag = (SessionAnswer.RequestFieldNumber << 3) | (uint)WireFormat.WireType.Varint;
    private const uint ErrorTag = (SessionAnswer.ErrorFieldNumber << 3) | (uint)WireFormat.WireType.Varint;
    private const uint RegisteredTag = (RegisterResults.RequestFieldNumber << 3) | (uint)WireFormat.WireType.Varint;
    private const uint ResultTag = (RegisterResults.ResultsFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;
    private const uint LeaseTag = (WireRegisterResult.LeaseFieldNumber << 3) | (uint)WireFormat.WireType.Fixed64;
    private const uint RefusalTag = (WireRegisterResult.ErrorFieldNumber << 3) | (uint)WireFormat.WireType.Varint;
    private const uint MoreTag = (SessionAnswer.MoreFieldNumber << 3) | (uint)WireFormat.WireType.Varint;

    /// <summary>As long as a client waits.</summary>
    private static readonly TimeSpan AcknowledgementDelay = TimeSpan.FromMilliseconds(10);

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private readonly ConcurrentDictionary<ulong, Registering> _registering = new();
    private readonly SemaphoreSlim _beats;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ArrayBufferWriter<byte> _acknowledgements = new(64);
    private readonly Timer _acknowledge;
    private Task _reading = Task.CompletedTask;
    private long _requests;
    private byte[][] _questions = [];
    private long _asked;
    private long _answered;
    private volatile bool _asks;

    private LoadSession(Socket socket, Stream stream, int window)
    {
        (_socket, _stream) = (socket, stream);
        _reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 256 * 1024));
        _beats = new SemaphoreSlim(window, window);
        _acknowledge = new Timer(static session => _ = ((LoadSession)session!).AcknowledgeAsync(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Told of each part of a subscription, on the reading thread.</summary>
    public Action<SubscriptionPart>? Told { get; set; }

    /// <summary>Leases that were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Opens a session at a node on loopback.</summary>
    /// <param name="port">The node's cluster port.</param>
    /// <param name="window">Frames of beats that may wait for an answer.</param>
    /// <param name="secure">Puts TLS under it; null for none.</param>
    public static async Task<LoadSession> OpenAsync(int port, int window = 64, Func<Stream, Task<Stream>>? secure = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        var session = new LoadSession(socket, secure is null ? stream : await secure(stream), window);
        var hello = new SessionHello { Magic = WireProtocol.Magic, ProtocolMin = WireProtocol.Min, ProtocolMax = WireProtocol.Max, Client = "load" };
        await session.SendAsync(Frame.Of(FrameKind.SessionHello, hello));
        var first = await session.ReadAsync();
        if (first?.Kind != FrameKind.SessionWelcome)
            throw new InvalidOperationException($"The node answered {first?.Kind} to the hello.");
        session._reading = session.ReadAllAsync();
        return session;
    }

    /// <summary>Registers instances.</summary>
    /// <returns>Their leases, in order.</returns>
    public Task<ulong[]> RegisterAsync(IReadOnlyList<WireRegistration> registrations)
    {
        var first = Interlocked.Add(ref _requests, registrations.Count) - registrations.Count;
        return RegisterAsync(RegistrationFrames.Of(registrations, firstRequest: (ulong)first + 1));
    }

    /// <summary>Registers instances, several frames at once. Of two calls at once the frames have other numbers.</summary>
    /// <returns>Their leases, in order.</returns>
    public async Task<ulong[]> RegisterAsync(RegistrationFrames frames, int framesAtOnce = 16)
    {
        var leases = new ulong[frames.Registrations];
        using var room = new SemaphoreSlim(framesAtOnce, framesAtOnce);
        await Task.WhenAll(await SendAsync(frames, leases, room));
        return leases;
    }

    /// <summary>Sends a frame of beats once there is room for it in the window.</summary>
    public async ValueTask BeatAsync(ReadOnlyMemory<byte> wire)
    {
        await _beats.WaitAsync();
        await _stream.WriteAsync(wire);
    }

    /// <summary>Waits until every frame of beats is answered.</summary>
    public async Task BeatsAnsweredAsync(int window = 64)
    {
        for (var i = 0; i < window; i++)
            await _beats.WaitAsync();
        _beats.Release(window);
    }

    /// <summary>Subscribes to a service; batches are acknowledged as a client does it, together and some milliseconds after they came.</summary>
    public Task SubscribeAsync(ulong number, string service) =>
        SendAsync(Frame.Of(FrameKind.Subscribe, new Subscribe { Subscription = number, Service = service }));

    /// <summary>Asks so many questions at once, each again when it is answered.</summary>
    /// <param name="kind">The question, but for its number.</param>
    /// <param name="callers">How many at once.</param>
    /// <param name="span">For how long.</param>
    /// <returns>Answers a second.</returns>
    public async Task<double> AskAsync(SessionRequest kind, int callers, TimeSpan span)
    {
        var questions = Enumerable.Range(0, callers).Select(i => new SessionRequest(kind) { Request = (ulong)i });
        _questions = [.. questions.Select(question => Wire(Frame.Of(FrameKind.SessionRequest, question)))];
        var before = Volatile.Read(ref _answered);
        (_asks, _asked) = (true, before + callers);
        var began = TimeProvider.System.GetTimestamp();
        await SendAsync(_questions.SelectMany(question => question).ToArray());
        await Task.Delay(span);
        var perSecond = (Volatile.Read(ref _answered) - before) / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        _asks = false;
        while (Volatile.Read(ref _answered) < Volatile.Read(ref _asked) && !_reading.IsCompleted)
            await Task.Delay(1);
        return perSecond;
    }

    /// <summary>A frame as it stands on the wire.</summary>
    public static byte[] Wire(in Frame frame)
    {
        var bytes = new ArrayBufferWriter<byte>(frame.WireBytes);
        FrameWriter.Write(bytes, frame);
        return bytes.WrittenSpan.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _acknowledge.DisposeAsync();
        _socket.Dispose();
        await _stream.DisposeAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _beats.Dispose();
        _sending.Dispose();
    }

    private async Task<List<Task>> SendAsync(RegistrationFrames frames, ulong[] leases, SemaphoreSlim room)
    {
        var answers = new List<Task>(frames.All.Count);
        foreach (var frame in frames.All)
        {
            await room.WaitAsync();
            var answer = _registering[frame.Request] = new Registering(leases.AsMemory(frame.From, frame.Count), room);
            answers.Add(answer.Completion.Task);
            await SendAsync(frame.Wire);
        }

        return answers;
    }

    private Task SendAsync(Frame frame) => SendAsync(Wire(frame));

    private async Task SendAsync(ReadOnlyMemory<byte> wire)
    {
        await _sending.WaitAsync();
        try
        {
            await _stream.WriteAsync(wire);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAllAsync()
    {
        var replies = new ArrayBufferWriter<byte>(64);
        try
        {
            ReadResult result;
            do
            {
                result = await _reader.ReadAsync();
                var buffer = result.Buffer;
                while (TryCut(ref buffer, out var frame))
                    OnFrame(frame, replies);
                _reader.AdvanceTo(buffer.Start, buffer.End);
                // Those of all that came at once go out at once, as a client's do that gathers what it sends.
                if (replies.WrittenCount > 0)
                    await SendAsync(replies.WrittenMemory);
                replies.ResetWrittenCount();
            }
            while (!result.IsCompleted);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // The end, or the node's: whoever waits is told below.
        }

        foreach (var waiting in _registering.Values)
            waiting.Completion.TrySetException(new IOException("The session ended."));
    }

    private void OnFrame(Frame frame, ArrayBufferWriter<byte> replies)
    {
        switch (frame.Kind)
        {
            case FrameKind.SessionBeatResults:
                if (frame.Payload.Length > 0)
                    Refused += frame.Read(SessionBeatResults.Parser).Refused.Count;
                _beats.Release();
                break;
            case FrameKind.RegisterResults:
                OnRegistered(frame.Payload.Span);
                break;
            case FrameKind.SubscriptionBatch:
                var batch = frame.Read(SubscriptionBatch.Parser);
                AcknowledgeSoon(new SubscriptionAck { Subscription = batch.Subscription, Number = batch.Number });
                break;
            case FrameKind.SessionAnswer:
                OnAnswer(frame.Payload.Span, replies);
                break;
            case FrameKind.SubscriptionPart:
                Told?.Invoke(frame.Read(SubscriptionPart.Parser));
                break;
            default:
                break;      // What nodes tell every client.
        }
    }

    /// <summary>Reads the leases, and whether anything was refused; the rest is passed over, as the peers' loads do.</summary>
    private void OnRegistered(ReadOnlySpan<byte> payload)
    {
        Registering? waiting = null;
        var count = 0;
        var fields = new ProtoFields(payload);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case RegisteredTag when !_registering.TryRemove(fields.Number, out waiting): return;
                case ResultTag: waiting!.Leases.Span[count++] = LeaseOf(fields.Bytes, payload); break;
                default: break;
            }
        }

        if (fields.IsMalformed || count != waiting?.Leases.Length)
            throw new IOException("The answer to registrations cannot be read.");
        waiting.Room.Release();
        waiting.Completion.SetResult();
    }

    private static ulong LeaseOf(ReadOnlySpan<byte> result, ReadOnlySpan<byte> results)
    {
        var lease = 0UL;
        var fields = new ProtoFields(result);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case LeaseTag: lease = fields.Number; break;
                case RefusalTag: throw new IOException($"A registration is refused: {RegisterResults.Parser.ParseFrom(results)}");
                default: break;
            }
        }

        return lease;
    }

    private void AcknowledgeSoon(SubscriptionAck acknowledgement)
    {
        lock (_acknowledgements)
        {
            if (_acknowledgements.WrittenCount == 0)
                _acknowledge.Change(AcknowledgementDelay, Timeout.InfiniteTimeSpan);
            FrameWriter.Write(_acknowledgements, Frame.Of(FrameKind.SubscriptionAck, acknowledgement));
        }
    }

    private async Task AcknowledgeAsync()
    {
        byte[] wire;
        lock (_acknowledgements)
        {
            wire = _acknowledgements.WrittenSpan.ToArray();
            _acknowledgements.ResetWrittenCount();
        }

        try
        {
            await SendAsync(wire);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // The session has ended.
        }
    }

    /// <summary>Reads whose answer it is and whether it is the last one; what was asked for is passed over, as the peers' loads do.</summary>
    private void OnAnswer(ReadOnlySpan<byte> payload, ArrayBufferWriter<byte> replies)
    {
        var (request, more) = (0UL, false);
        var fields = new ProtoFields(payload);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case RequestTag: request = fields.Number; break;
                case MoreTag: more = fields.Number != 0; break;
                case ErrorTag: throw new IOException($"A question is refused: {SessionAnswer.Parser.ParseFrom(payload)}");
                default: break;
            }
        }

        if (fields.IsMalformed)
            throw new IOException("An answer cannot be read.");
        if (more)
            return;
        Volatile.Write(ref _answered, _answered + 1);
        if (!_asks)
            return;
        Volatile.Write(ref _asked, _asked + 1);
        replies.Write(_questions[request]);
    }

    private async ValueTask<Frame?> ReadAsync()
    {
        while (true)
        {
            var result = await _reader.ReadAsync();
            var buffer = result.Buffer;
            var isWhole = TryCut(ref buffer, out var frame);
            _reader.AdvanceTo(buffer.Start, isWhole ? buffer.Start : buffer.End);
            if (isWhole)
                return frame;
            if (result.IsCompleted)
                return null;
        }
    }

    private static bool TryCut(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        var reading = FrameReader.Read(ref buffer, new FrameLimits(64 * 1024 * 1024));
        frame = reading.Frame;
        return reading.IsError ? throw new IOException(reading.Reason) : reading.Outcome == FrameOutcome.Complete;
    }

    /// <summary>A frame of registrations that waits for its answer.</summary>
    private sealed record Registering(Memory<ulong> Leases, SemaphoreSlim Room)
    {
        public TaskCompletionSource Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
