using System.Threading.Channels;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.Sessions;

/// <summary>What waits to be written to one client: bounded, in order, a group of frames never torn apart.</summary>
/// <remarks>
/// Answers wait here; the batches of feeds wait where they are, and are taken when they can be written. There is no task that waits
/// for either: whoever has something signals, and one turn on the thread pool writes all that is there, as a rule without waiting. A turn
/// that has to wait, as for a client that reads slowly, holds no thread, and nothing is taken until it goes on.
/// </remarks>
internal sealed class SessionOutbox(int capacity) : IThreadPoolWorkItem
{
    private const int GatheredMax = 64;

    /// <summary>Writes after which others have their turn.</summary>
    private const int WritesPerTurn = 16;

    private readonly Lock _gate = new();
    private readonly Queue<SessionFeed> _ready = new();
    private readonly Channel<ReadOnlyMemory<Frame>> _waiting = Channel.CreateBounded<ReadOnlyMemory<Frame>>(
        new BoundedChannelOptions(capacity) { SingleReader = true });

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Frame[] _gathered = new Frame[2];   // A lone batch: its beginning and a part.
    private int _count;
    private ISessionLink? _link;
    private CancellationToken _stop;

    /// <summary>What has been signalled and not been looked for yet. More than 0: a turn is due or runs, or there has been none yet.</summary>
    private int _signals = 1;

    /// <summary>Does not wait. False when there is no room.</summary>
    public bool TrySend(Frame frame) => TryWrite(new[] { frame });

    /// <summary>Waits for room, then for nothing more. What is sent after the end is dropped.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken stop)
    {
        if (TryWrite(frames))
            return;
        while (await _waiting.Writer.WaitToWriteAsync(stop))
        {
            if (TryWrite(frames))
                return;
        }
    }

    /// <summary>As <see cref="SendAsync(ReadOnlyMemory{Frame}, CancellationToken)"/>, of one frame.</summary>
    public ValueTask SendAsync(Frame frame, CancellationToken stop) => SendAsync(new[] { frame }, stop);

    /// <summary>The feed has something to take, and is not told of here already. Any thread; never waits.</summary>
    public void Ready(SessionFeed feed)
    {
        lock (_gate)
            _ready.Enqueue(feed);
        Signal();
    }

    /// <summary>Nothing more is taken; what waits is still written.</summary>
    public void Complete()
    {
        if (_waiting.Writer.TryComplete())
            Signal();
    }

    /// <summary>Writes until the end, several groups at once when they wait. When it completes nothing is written any more.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task RunAsync(ISessionLink link, CancellationToken stop)
    {
        (_link, _stop) = (link, stop);
        await using var waking = stop.UnsafeRegister(static outbox => ((SessionOutbox)outbox!).Signal(), this);
        Schedule();
        try
        {
            await _over.Task;
        }
        finally
        {
            Complete();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        var turn = TurnAsync();
        if (turn.IsCompletedSuccessfully)
            return;
        _ = turn.ContinueWith(
            static (failed, over) => ((TaskCompletionSource)over!).TrySetFromTask(failed), _over, CancellationToken.None,
            TaskContinuationOptions.NotOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private bool TryWrite(ReadOnlyMemory<Frame> frames)
    {
        if (!_waiting.Writer.TryWrite(frames))
            return false;
        Signal();
        return true;
    }

    private void Signal()
    {
        if (Interlocked.Increment(ref _signals) == 1)
            Schedule();
    }

    private void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Writes what is there. After an end the signals are left standing, so that there is no other turn.</summary>
    private async Task TurnAsync()
    {
        var writes = 0;
        int seen;
        do
        {
            seen = Volatile.Read(ref _signals);
            while (Gather())
            {
                if (writes++ == WritesPerTurn)
                {
                    Schedule();     // With what was gathered.
                    return;
                }

                await _link!.WriteAsync(_gathered.AsMemory(0, _count), _stop);
                Array.Clear(_gathered, 0, _count);
                _count = 0;
            }

            _stop.ThrowIfCancellationRequested();
            if (_waiting.Reader.Completion.IsCompleted)
            {
                _over.TrySetResult();
                return;
            }
        }
        while (Interlocked.Add(ref _signals, -seen) != 0);
    }

    /// <summary>Collects what one write may carry, unless something is left of the last turn.</summary>
    /// <returns>False when there is nothing.</returns>
    private bool Gather()
    {
        if (_count > 0)
            return true;
        var groups = 0;
        for (; groups < GatheredMax && _waiting.Reader.TryRead(out var frames); groups++)
            Add(frames.Span);
        // Once nothing more is taken, nor are batches.
        while (groups < GatheredMax && !_waiting.Reader.Completion.IsCompleted && NextReady() is { } feed)
        {
            if (!feed.TryTake(out var beginning, out var parts))
                continue;
            Add([beginning]);
            Add(parts);
            groups++;
            lock (_gate)
                _ready.Enqueue(feed);   // There may be more; the others first.
        }

        return _count > 0;
    }

    private SessionFeed? NextReady()
    {
        lock (_gate)
            return _ready.TryDequeue(out var feed) ? feed : null;
    }

    private void Add(ReadOnlySpan<Frame> frames)
    {
        if (_count + frames.Length > _gathered.Length)
            Array.Resize(ref _gathered, Math.Max(_count + frames.Length, 2 * _gathered.Length));
        frames.CopyTo(_gathered.AsSpan(_count));
        _count += frames.Length;
    }
}
