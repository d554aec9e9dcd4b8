using Akka.Registry.Contracts;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Sessions;

/// <summary>One subscription of a session: passes batches on as the client takes them, acknowledged by the client alone.</summary>
internal sealed class SessionFeed(ulong number, IServiceRegistry registry, SessionOutbox outbox)
{
    private readonly Lock _gate = new();
    private ISubscription? _subscription;
    private CancellationTokenSource? _stop;
    private bool _stopped;

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
    public void Acknowledge(long batches)
    {
        ISubscription? subscription;
        lock (_gate)
            subscription = _subscription;
        subscription?.Acknowledge(batches);
    }

    /// <summary>Passes on until an end; says so, unless the end is the client's.</summary>
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

    private async Task PassOnAsync(SubscriptionRequest request, CancellationToken stop)
    {
        await using var subscription = await registry.SubscribeAsync(request, stop);
        lock (_gate)
            _subscription = subscription;
        ulong batches = 0;
        await foreach (var batch in subscription.ReadAllAsync(stop))
            await outbox.SendAsync(SessionCodec.Frames(number, ++batches, batch), stop);
    }
}
