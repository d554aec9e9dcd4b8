using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Transport;

/// <summary>Frames over a stream of bytes. One reader and one writer at a time; the two are independent.</summary>
internal sealed class FrameStream : IAsyncDisposable
{
    /// <summary>What one write gathers; a larger frame goes out by itself, uncopied.</summary>
    public const int BatchBytesMax = 64 * 1024;

    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private ArrayBufferWriter<byte>? _batch;

    /// <summary>Takes the stream over.</summary>
    public FrameStream(Stream stream)
    {
        _stream = stream;
        // Zero-byte reads: an idle link holds no buffer.
        _reader = PipeReader.Create(
            stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024, leaveOpen: true, useZeroByteReads: true));
    }

    /// <summary>Reads one frame.</summary>
    /// <returns>The frame, or an error, or <see cref="FrameOutcome.NeedMore"/> when the peer closed before a frame was
    /// whole.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<FrameReading> ReadAsync(FrameLimits limits, CancellationToken stop)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(stop);
            var buffer = result.Buffer;
            var reading = FrameReader.Read(ref buffer, limits);
            if (reading.Outcome != FrameOutcome.NeedMore)
            {
                _reader.AdvanceTo(buffer.Start);
                return reading;
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return reading;
        }
    }

    /// <summary>Reads and forgets, until the peer closes or the limit is passed.</summary>
    /// <remarks>
    /// Closing a socket with bytes unread resets the connection and may take the last frame sent away from the peer
    /// (RFC 2525, section 2.17); so what refuses a peer reads on for a moment.
    /// </remarks>
    public async ValueTask DrainAsync(long bytesMax, CancellationToken stop)
    {
        while (bytesMax > 0)
        {
            var result = await _reader.ReadAsync(stop);
            bytesMax -= result.Buffer.Length;
            _reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
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
            await _stream.WriteAsync(frame.Payload, stop);
        }

        await FlushAsync(batch, stop);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await _stream.DisposeAsync();
    }

    private async ValueTask FlushAsync(ArrayBufferWriter<byte> batch, CancellationToken stop)
    {
        if (batch.WrittenCount == 0)
            return;
        await _stream.WriteAsync(batch.WrittenMemory, stop);
        batch.ResetWrittenCount();
    }
}
