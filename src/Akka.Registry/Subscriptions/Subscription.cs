using System.Runtime.CompilerServices;
using Akka.Registry.Actors;

namespace Akka.Registry.Subscriptions;

/// <summary>One reader's feed: a bounded queue between the hub, which never waits, and the reader, which may.</summary>
/// <remarks>
/// The hub's side costs a lock and a slot. When the queue is full it is dropped as a whole and the feed lags: nothing
/// is queued until
/// the reader comes, finds it empty, and has the hub resume from the cursor of the last batch that it took. Readers
/// that wait go on
/// where the dispatcher puts them, never on the hub's turn; one that is attached is told there that it may come.
/// <para>Whoever waits for the reader leaves a mark: what was offered until then. The mark is told of once the reader has
/// acknowledged the batch that holds the last of it, by asking for the next one or explicitly, or once the subscription
/// ends.</para>
/// </remarks>
internal sealed class Subscription(
    SubscriptionRequest request, string name, int capacity, IDispatcher dispatcher, ISubscriptionOwner owner)
    : IPolledSubscription, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<ChangeBatch> _queue = new();
    private readonly List<Mark> _marks = [];
    private long _offered;
    private long _taken;
    private long _acknowledged;
    private TaskCompletionSource? _waiter;
    private TaskCompletionSource? _woken;
    private ISubscriptionReader? _reader;
    private bool _isReaderGone;
    private bool _closed;

    /// <summary>The service that is subscribed to; null for all.</summary>
    public string? Service { get; } = request.Service;

    /// <summary>Who reads, for people.</summary>
    public string Name { get; } = name;

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
    /// <returns>Whom the hub has to tell that it may come, once it has handed over what goes to others; null for nobody.</returns>
    public ISubscriptionReader? Offer(ChangeBatch batch)
    {
        lock (_gate)
        {
            if (_closed || IsLagging)
                return null; // What is offered while it lags is in the batch that ends the lag.
            _offered++;
            if (_queue.Count < capacity)
            {
                _queue.Enqueue(batch);
            }
            else
            {
                _queue.Clear();
                IsLagging = true;
            }

            return Wake();
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
            Wake()?.MayTake();
        }
    }

    /// <inheritdoc/>
    public void Attach(ISubscriptionReader reader)
    {
        lock (_gate)
            _reader = reader;
        reader.MayTake();
    }

    /// <inheritdoc/>
    /// <remarks>Asks the hub to resume when the feed lags.</remarks>
    public bool TryTake(out ChangeBatch batch)
    {
        if (!request.AcknowledgesExplicitly)
            Confirm(long.MaxValue);
        lock (_gate)
        {
            if (_queue.TryDequeue(out batch!))
            {
                Taken = batch;
                MarkTaken();
                return true;
            }

            _isReaderGone = _reader is not null;
            if (_closed || !IsLagging)
                return false;
        }

        owner.Resume(this);
        return false;
    }

    /// <inheritdoc/>
    public void Acknowledge(long batches)
    {
        if (request.AcknowledgesExplicitly)
            Confirm(batches);
    }

    /// <summary>Has the owner told once the reader has confirmed everything that was offered until now.</summary>
    /// <param name="token">Comes back with <see cref="ISubscriptionOwner.Confirmed"/>.</param>
    /// <returns>False when there is nothing to wait for.</returns>
    public bool AwaitConfirmation(long token)
    {
        lock (_gate)
        {
            var isAllTaken = _queue.Count == 0 && !IsLagging;
            if (_closed || (isAllTaken && _acknowledged == _taken))
                return false;
            _marks.Add(new Mark(token, _offered, isAllTaken ? _taken : null));
            return true;
        }
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
        if (Close())
            owner.End(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the feed: what waits in it is dropped, and its reader goes on to its end.</summary>
    /// <returns>False when it had ended before.</returns>
    public bool Close()
    {
        List<Mark> marks;
        lock (_gate)
        {
            if (_closed)
                return false;
            _closed = true;
            _queue.Clear();
            Wake()?.MayTake();
            marks = [.. _marks];
            _marks.Clear();
        }

        foreach (var mark in marks)
            owner.Confirmed(this, mark.Token);
        return true;
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

    /// <summary>What stands in the queue is the last of what was offered: so the one that was just taken is known by number.</summary>
    private void MarkTaken()
    {
        _taken++;
        for (var i = 0; i < _marks.Count; i++)
        {
            if (_marks[i].Taken is null && _offered - _queue.Count >= _marks[i].Offered)
                _marks[i] = _marks[i] with { Taken = _taken };
        }
    }

    private void Confirm(long batches)
    {
        List<long>? confirmed = null;
        lock (_gate)
        {
            _acknowledged = Math.Max(_acknowledged, Math.Min(batches, _taken));
            for (var i = _marks.Count - 1; i >= 0; i--)
            {
                if (!(_marks[i].Taken <= _acknowledged))
                    continue;
                (confirmed ??= []).Add(_marks[i].Token);
                _marks.RemoveAt(i);
            }
        }

        if (confirmed is null)
            return;
        foreach (var token in confirmed)
            owner.Confirmed(this, token);
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
    /// <returns>The one that is attached, if it has left with nothing and is to be told.</returns>
    private ISubscriptionReader? Wake()
    {
        if (_isReaderGone)
        {
            _isReaderGone = false;
            return _reader;
        }

        if (_waiter is null)
            return null;
        // A reader that has not run yet will see this as well; one that gave up its wait (cancelled) leaves a waiter that nobody awaits.
        var scheduled = _woken is not null;
        _woken = _waiter;
        _waiter = null;
        if (!scheduled)
            dispatcher.Schedule(this);
        return null;
    }

    /// <summary>Somebody waits for what was offered until then.</summary>
    /// <param name="Token">Whom to tell.</param>
    /// <param name="Offered">How many batches had been offered.</param>
    /// <param name="Taken">How many the reader had taken with the last of them; null before it has.</param>
    private readonly record struct Mark(long Token, long Offered, long? Taken);
}

/// <summary>Whom a subscription tells what its reader does. Any thread.</summary>
internal interface ISubscriptionOwner
{
    /// <summary>The reader of a lagging subscription came for more.</summary>
    void Resume(Subscription subscription);

    /// <summary>It was disposed of.</summary>
    void End(Subscription subscription);

    /// <summary>What a mark waited for is confirmed, or the subscription has ended.</summary>
    void Confirmed(Subscription subscription, long token);
}
