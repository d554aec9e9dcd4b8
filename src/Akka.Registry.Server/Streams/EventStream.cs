using System.Buffers;
using System.IO.Pipelines;
using Akka.Registry.Server.Metrics;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Server.Streams;

/// <summary>Writes one subscription to one client until either ends or the server stops.</summary>
/// <remarks>
/// The client's pace is the subscription's: while a piece waits for the client nothing is read, and the subscription keeps only latest
/// states. Events that are there at once leave in one flush, and are acknowledged when that is done: the stream goes one way, so
/// that they were written to the socket is all that can be known.
/// </remarks>
internal sealed class EventStream(PipeWriter output, EventEncoder encoder, ServerMetrics metrics)
{
    // A snapshot may be many megabytes: it goes to the client piece by piece, so that the pipe holds one.
    private const int PieceBytes = 64 * 1024;

    private bool _quiet = true;
    private long _written;
    private Task<bool> _next = Task.FromResult(false);
    private Task<bool>? _tick;

    /// <summary>Writes until the end.</summary>
    /// <param name="subscription">What is told.</param>
    /// <param name="keepAlive">Ticks when an idle stream is due a comment.</param>
    /// <param name="ended">The client is gone, or the server stops.</param>
    /// <exception cref="OperationCanceledException"><paramref name="ended"/>.</exception>
    public async Task RunAsync(ISubscription subscription, PeriodicTimer keepAlive, CancellationToken ended)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(ended);
        await using var batches = subscription.ReadAllAsync(reading.Token).GetAsyncEnumerator(reading.Token);
        _next = batches.MoveNextAsync().AsTask();
        try
        {
            while (await WriteWhatIsThereAsync(batches, ended))
            {
                subscription.Acknowledge(_written);
                await WaitAsync(keepAlive, ended);
            }
        }
        finally
        {
            // An enumerator may not be let go while it is asked for the next batch.
            await reading.CancelAsync();
            await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Writes batches until one is not there yet.</summary>
    /// <returns>False when there is none any more, or nobody to write to.</returns>
    private async Task<bool> WriteWhatIsThereAsync(IAsyncEnumerator<ChangeBatch> batches, CancellationToken ended)
    {
        while (_next.IsCompleted)
        {
            if (!await _next || !await WriteAsync(encoder.FrameOf(batches.Current).Bytes, ended))
                return false;
            _written++;
            _next = batches.MoveNextAsync().AsTask();
        }

        return await FlushAsync(ended);
    }

    /// <summary>Waits for a batch or for the next tick, which writes a comment if nothing was written since the last one.</summary>
    private async Task WaitAsync(PeriodicTimer keepAlive, CancellationToken ended)
    {
        _tick ??= keepAlive.WaitForNextTickAsync(ended).AsTask();
        await Task.WhenAny(_next, _tick);
        if (!_tick.IsCompleted)
            return;
        await _tick;
        _tick = null;
        if (_quiet)
            output.Write(": keep-alive\n\n"u8);
        _quiet = true;
    }

    private async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken ended)
    {
        _quiet = false;
        metrics.EventWritten();
        while (frame.Length > PieceBytes)
        {
            output.Write(frame.Span[..PieceBytes]);
            frame = frame[PieceBytes..];
            if (!await FlushAsync(ended))
                return false;
        }

        output.Write(frame.Span);
        return true;
    }

    /// <returns>False when the client is gone.</returns>
    private async ValueTask<bool> FlushAsync(CancellationToken ended)
    {
        var result = await output.FlushAsync(ended);
        return !result.IsCompleted && !result.IsCanceled;
    }
}
