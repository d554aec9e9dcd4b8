using System.Collections.Immutable;
using System.Net;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.Tests.Sessions;

/// <summary>A client that reads when the test lets it.</summary>
internal sealed class HeldLink : ISessionLink
{
    private readonly Lock _gate = new();
    private ImmutableArray<Frame[]> _writes = [];
    private TaskCompletionSource? _held;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isHeld;
    private bool _isBroken;

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    public EndPoint? Remote => null;

    public Frame[] Frames
    {
        get
        {
            lock (_gate)
                return [.. _writes.SelectMany(write => write)];
        }
    }

    public int Count => Frames.Length;

    /// <summary>The first byte of each frame, by write.</summary>
    public byte[][] Writes
    {
        get
        {
            lock (_gate)
                return [.. _writes.Select(write => write.Select(frame => frame.Payload.Span[0]).ToArray())];
        }
    }

    /// <summary>Those of the batches that began.</summary>
    public IEnumerable<long> Revisions =>
        Frames.Where(frame => frame.Kind == FrameKind.SubscriptionBatch).Select(frame => frame.Read(SubscriptionBatch.Parser).Revision);

    public void Hold()
    {
        lock (_gate)
            _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Release()
    {
        TaskCompletionSource? held;
        lock (_gate)
            (held, _held, _isHeld) = (_held, null, false);
        held?.SetResult();
    }

    public void Break()
    {
        lock (_gate)
            _isBroken = true;
    }

    public Task UntilHeld() => Until(() => _isHeld);

    /// <summary>Waits until that holds: looks again after each write, and each time one is held.</summary>
    public async Task Until(Func<bool> holds)
    {
        while (true)
        {
            Task news;
            lock (_gate)
            {
                if (holds())
                    return;
                news = _news.Task;
            }

            await news.WaitAsync(Patience);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<Frame> frames, CancellationToken stop)
    {
        Task held;
        lock (_gate)
        {
            if (_isBroken)
                throw new IOException("broken");
            held = _held?.Task ?? Task.CompletedTask;
            _isHeld = _held is not null;
            if (_isHeld)
                Tell();
        }

        await held.WaitAsync(stop);
        lock (_gate)
        {
            _writes = _writes.Add(frames.ToArray());
            Tell();
        }
    }

    public ValueTask<FrameReading> ReadAsync(FrameLimits limits, CancellationToken stop) => throw new NotSupportedException();

    public Task RefuseAsync(string reason) => throw new NotSupportedException();

    private void Tell()
    {
        _news.SetResult();
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
