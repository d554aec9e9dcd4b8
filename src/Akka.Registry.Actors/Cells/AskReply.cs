using Akka.Registry.Actors.Virtual;

namespace Akka.Registry.Actors.Cells;

/// <summary>
/// The address of one answer, and the task that waits for it. In production the waiter goes on elsewhere, never on the
/// turn that answers; on virtual time it goes on as an event of its own, in the seeded order.
/// </summary>
internal sealed class AskReply<TReply> : TaskCompletionSource<TReply>, IActorRef<TReply>, IAskRef, IThreadPoolWorkItem
    where TReply : notnull
{
    private static readonly ActorPath AskPath = ActorPath.Root.Child("temp").Child("ask");

    private readonly VirtualClock? _clock;
    private readonly TimeSpan _timeout;
    private ITimer? _timer;
    private CancellationTokenRegistration _cancellation;
    private TReply? _reply;
    private Exception? _failure;
    private int _answered;

    public AskReply(TimeSpan timeout, TimeProvider time)
        : base(time is VirtualClock ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously)
    {
        _timeout = timeout;
        _clock = time as VirtualClock;
    }

    public ActorPath Path => AskPath;

    public TimeSpan Timeout => _timeout;

    /// <summary>Begins to wait. Before the message goes out, so that the answer finds a timer to stop.</summary>
    public void Arm(TimeProvider time, CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
        {
            _cancellation = cancellation.UnsafeRegister(
                static (reply, token) => ((AskReply<TReply>)reply!).Cancel(token), this);
        }

        _timer = time.CreateTimer(
            static reply => ((AskReply<TReply>)reply!).Expire(), this, _timeout, System.Threading.Timeout.InfiniteTimeSpan);
    }

    public void Tell(TReply message)
    {
        if (!TryAnswer())
            return;
        if (_clock is null)
        {
            TrySetResult(message);
            return;
        }

        _reply = message;
        _clock.Node.Schedule(this);
    }

    public bool Fail(Exception reason)
    {
        if (!TryAnswer())
            return false;
        if (_clock is null)
        {
            TrySetException(reason);
            return true;
        }

        _failure = reason;
        _clock.Node.Schedule(this);
        return true;
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_failure is not null)
            TrySetException(_failure);
        else
            TrySetResult(_reply!);
    }

    private void Expire()
    {
        if (!TryAnswer())
            return;
        TrySetException(
            new TimeoutException($"No reply within {_timeout}; the message may have been handled all the same."));
    }

    private void Cancel(CancellationToken token)
    {
        if (TryAnswer())
            TrySetCanceled(token);
    }

    /// <summary>Whether this is the first outcome; it ends the others' chance.</summary>
    private bool TryAnswer()
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
            return false;
        _timer?.Dispose();
        _cancellation.Unregister();
        return true;
    }
}
