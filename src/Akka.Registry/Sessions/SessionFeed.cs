using Akka.Registry.Contracts;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Sessions;

/// <summary>One subscription of a session: its batches are taken as the client takes them, and acknowledged by the client alone.</summary>
/// <param name="number">The client's number of it.</param>
/// <param name="subscribe">Opens the subscription.</param>
/// <param name="outbox">Takes the batches.</param>
internal sealed class SessionFeed(
    ulong number, Func<SubscriptionRequest, CancellationToken, Task<ISubscription>> subscribe, SessionOutbox outbox) : ISubscriptionReader
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private IPolledSubscription? _subscription;
    private CancellationTokenSource? _stop;
    private bool _stopped;
    private ulong _batches;

    /// <summary>The client does not want it any more.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _stop?.Cancel();
        }
    }

    /// <summary>The client shows the first so many batches to whoever reads there.</summary>
    public void Acknowledge(long batches) => Volatile.Read(ref _subscription)?.Acknowledge(batches);

    /// <summary>Lets batches be taken until an end; says so, unless the end is the client's.</summary>
    public async Task RunAsync(SubscriptionRequest request, CancellationToken ended)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended);
        lock (_gate)
        {
            if (_stopped)
                return;
            _stop = stop;
        }

        try
        {
            var end = new SubscriptionEnded { Subscription = number, Error = WireSessionError.NotReady, Message = "The feed has ended." };
            try
            {
                await PassOnAsync(request, stop.Token);
            }
            catch (Exception refusal) when (SessionCodec.ToWire(refusal).Error is not WireSessionError.None)
            {
                (end.Error, end.Message, _) = SessionCodec.ToWire(refusal);
            }

            await outbox.SendAsync(Frame.Of(FrameKind.SubscriptionEnded, end), stop.Token);
        }
        finally
        {
            lock (_gate)
                _stop = null;
        }
    }

    /// <summary>The frames of the next batch, if there is one; else the outbox is told when there is. One taker at a time.</summary>
    /// <param name="beginning">The batch's beginning.</param>
    /// <param name="parts">What follows it, shared with other feeds.</param>
    public bool TryTake(out Frame beginning, out Frame[] parts)
    {
        var subscription = _subscription!;
        if (!_over.Task.IsCompleted && subscription.TryTake(out var batch))
        {
            (beginning, parts) = SessionCodec.Frames(number, ++_batches, batch);
            return true;
        }

        if (subscription.IsClosed)
            _over.TrySetResult();
        (beginning, parts) = (default, []);
        return false;
    }

    void ISubscriptionReader.MayTake() => outbox.Ready(this);

    private async Task PassOnAsync(SubscriptionRequest request, CancellationToken stop)
    {
        await using var subscription = (IPolledSubscription)await subscribe(request, stop);
        Volatile.Write(ref _subscription, subscription);
        await using var stopping = stop.UnsafeRegister(static over => ((TaskCompletionSource)over!).TrySetCanceled(), _over);
        subscription.Attach(this);
        await _over.Task;
    }
}
