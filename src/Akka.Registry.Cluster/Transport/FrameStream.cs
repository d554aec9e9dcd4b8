using System.Buffers;
using System.Runtime.CompilerServices;
using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Transport;

/// <summary>Frames over a stream of bytes. One reader and one writer at a time; the two are independent.</summary>
/// <remarks>An idle stream holds no buffer: it waits with a read of nothing, and borrows one once there is something.</remarks>
internal sealed class FrameStream(Stream stream) : IAsyncDisposable
{
    /// <summary>What one write gathers; a larger frame goes out by itself, uncopied.</summary>
    public const int BatchBytesMax = 64 * 1024;

    private const int ReadBytes = 32 * 1024;
    private const int ReadBytesMin = ReadBytes / 4;

    private byte[]? _read;
    private int _start;
    private int _end;
    private ArrayBufferWriter<byte>? _batch;

    /// <summary>Counts what is read from now on; null for nobody.</summary>
    public TransportCounters? Counters { get; set; }

    /// <summary>Reads one frame.</summary>
    /// <returns>The frame, or an error, or <see cref="FrameOutcome.NeedMore"/> when the peer closed before a frame was
    /// whole.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<FrameReading> ReadAsync(FrameLimits limits, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var reading = Cut(limits);
            if (reading.Outcome != FrameOutcome.NeedMore)
                return reading;
            if (_end == _start)
                _ = await stream.ReadAsync(Memory<byte>.Empty, stop);
            var count = await stream.ReadAsync(Room(), stop);
            if (count == 0)
                return reading;
            _end += count;
        }
    }

    /// <summary>Reads and forgets, until the peer closes or the limit is passed.</summary>
    /// <remarks>
    /// Closing a socket with bytes unread resets the connection and may take the last frame sent away from the peer
    /// (RFC 2525, section 2.17); so what refuses a peer reads on for a moment.
    /// </remarks>
    public async ValueTask DrainAsync(long bytesMax, CancellationToken stop)
    {
        bytesMax -= _end - _start;
        while (bytesMax > 0)
        {
            _start = _end = 0;
            var count = await stream.ReadAsync(Room(), stop);
            if (count == 0)
                return;
            bytesMax -= count;
        }
    }

    /// <summary>Writes one frame.</summary>
    public ValueTask WriteAsync(Frame frame, CancellationToken stop) => WriteAsync(new[] { frame }, stop);

    /// <summary>Writes frames in as few writes as <see cref="BatchBytesMax"/> allows.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<Frame> frames, CancellationToken stop)
    {
        var batch = _batch ??= new ArrayBufferWriter<byte>(1024);
        for (var i = 0; i < frames.Length; i++)
        {
            var frame = frames.Span[i];
            if (batch.WrittenCount > 0 && batch.WrittenCount + frame.WireBytes > BatchBytesMax)
                await FlushAsync(batch, stop);
            if (frame.WireBytes <= BatchBytesMax)
            {
                FrameWriter.Write(batch, frame);
                continue;
            }

            FrameWriter.WriteHeader(batch, frame);
            await FlushAsync(batch, stop);
            await stream.WriteAsync(frame.Payload, stop);
        }

        await FlushAsync(batch, stop);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // What was borrowed is not given back here: a read that is under way may still write to it.
        await stream.DisposeAsync();
    }

    /// <summary>Takes a frame from what has been read, and lets the buffer go with the last of it.</summary>
    private FrameReading Cut(FrameLimits limits)
    {
        var buffer = new ReadOnlySequence<byte>(_read ?? [], _start, _end - _start);
        var reading = FrameReader.Read(ref buffer, limits);
        if (reading.Outcome == FrameOutcome.NeedMore)
            return reading;
        _start = _end - (int)buffer.Length;
        if (_start == _end)
        {
            ArrayPool<byte>.Shared.Return(_read!);
            _read = null;
            _start = _end = 0;
        }

        if (reading.Outcome == FrameOutcome.Complete)
            Counters?.Received(reading.Frame.WireBytes);
        return reading;
    }

    /// <summary>Where to read to, behind what is there: it grows with what has come, not with what is announced.</summary>
    private Memory<byte> Room()
    {
        var held = _end - _start;
        _read ??= ArrayPool<byte>.Shared.Rent(ReadBytes);
        if (_read.Length - held < ReadBytesMin)
        {
            var larger = ArrayPool<byte>.Shared.Rent(2 * _read.Length);
            _read.AsSpan(_start, held).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_read);
            (_read, _start, _end) = (larger, 0, held);
        }
        else if (_read.Length - _end < ReadBytesMin)
        {
            _read.AsSpan(_start, held).CopyTo(_read);
            (_start, _end) = (0, held);
        }

        return _read.AsMemory(_end);
    }

    private async ValueTask FlushAsync(ArrayBufferWriter<byte> batch, CancellationToken stop)
    {
        if (batch.WrittenCount == 0)
            return;
        await stream.WriteAsync(batch.WrittenMemory, stop);
        batch.ResetWrittenCount();
    }
}
