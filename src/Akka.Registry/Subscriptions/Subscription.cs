using System.Runtime.CompilerServices;
using Akka.Registry.Actors;

namespace Akka.Registry.Subscriptions;

/// <summary>One reader's feed: a bounded queue between the hub, which never waits, and the reader, which may.</summary>
/// <remarks>
/// The hub's side costs a lock and a slot. When the queue is full it is dropped as a whole and the feed lags: nothing is queued until
/// the reader comes, finds it empty, and has the hub resume from the cursor of the last batch that it took. Readers that wait go on
/// where the dispatcher puts them, never on the hub's turn.
/// </remarks>
internal sealed class Subscription(
    string? service, int capacity, IDispatcher dispatcher, Action<Subscription> resume, Action<Subscription> end)
    : ISubscription, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<ChangeBatch> _queue = new();
    private TaskCompletionSource? _waiter;
    private TaskCompletionSource? _woken;
    private bool _closed;

    /// <summary>The service that is subscribed to; null for all.</summary>
    public string? Service { get; } = service;

    /// <summary>The last batch that the reader took; null before the first.</summary>
    public ChangeBatch? Taken { get; private set; }

    /// <summary>Where it stands among its siblings; the hub's.</summary>
    public int Index { get; set; } = -1;

    /// <summary>Whether the queue was dropped and the reader has not been served anew.</summary>
    public bool IsLagging { get; private set; }

    /// <summary>Whether it has ended.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _closed;
        }
    }

    /// <summary>Hands a batch over. Called by the hub.</summary>
    public void Offer(ChangeBatch batch)
    {
        lock (_gate)
        {
            if (_closed || IsLagging)
                return;
            if (_queue.Count < capacity)
            {
                _queue.Enqueue(batch);
            }
            else
            {
                _queue.Clear();
                IsLagging = true;
            }

            Wake();
        }
    }

    /// <summary>Ends the lag with what the reader lacks. Called by the hub.</summary>
    public void Resume(ChangeBatch batch)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            IsLagging = false;
            _queue.Clear();
            _queue.Enqueue(batch);
            Wake();
        }
    }

    /// <summary>The next batch if there is one; asks the hub to resume when the feed lags. One reader.</summary>
    /// <returns>False when there is none now.</returns>
    public bool TryTake(out ChangeBatch batch)
    {
        lock (_gate)
        {
            if (_queue.TryDequeue(out batch!))
            {
                Taken = batch;
                return true;
            }

            if (_closed || !IsLagging)
                return false;
        }

        resume(this);
        return false;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChangeBatch> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            while (TryTake(out var batch))
            {
                yield return batch;
                cancellation.ThrowIfCancellationRequested();
            }

            if (!await MoreAsync(cancellation))
                yield break;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_closed)
                return ValueTask.CompletedTask;
            _closed = true;
            _queue.Clear();
            Wake();
        }

        end(this);
        return ValueTask.CompletedTask;
    }

    void IThreadPoolWorkItem.Execute()
    {
        TaskCompletionSource? woken;
        lock (_gate)
        {
            woken = _woken;
            _woken = null;
        }

        woken?.TrySetResult();
    }

    /// <summary>Waits until there may be something to take.</summary>
    /// <returns>False when there never will be.</returns>
    private async ValueTask<bool> MoreAsync(CancellationToken cancellation)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (_queue.Count > 0)
                return true;
            if (_closed)
                return false;
            waiter = _waiter ??= new TaskCompletionSource();
        }

        await (cancellation.CanBeCanceled ? waiter.Task.WaitAsync(cancellation) : waiter.Task);
        return true;
    }

    /// <summary>Lets the waiting reader go on, on a turn of its own.</summary>
    private void Wake()
    {
        if (_waiter is null)
            return;
        // A reader that has not run yet will see this as well; one that gave up its wait (cancelled) leaves a waiter that nobody awaits.
        var scheduled = _woken is not null;
        _woken = _waiter;
        _waiter = null;
        if (!scheduled)
            dispatcher.Schedule(this);
    }
}
