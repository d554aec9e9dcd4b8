using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Akka.Registry.Actors.Cells;

/// <summary>
/// The cell of an actor of one message family: its mailbox, behaviour and timers, its address and its context.
/// </summary>
internal sealed class ActorCell<TMessage> : Cell, IActorRef<TMessage>, IActorContext<TMessage>
    where TMessage : notnull
{
    private readonly Mailbox _mailbox;
    private readonly Func<Actor<TMessage>> _create;
    private Actor<TMessage>? _actor;
    private ActorTimers<TMessage>? _timers;
    private long _overflowed;

    public ActorCell(ActorSystem system, Cell? parent, ActorPath path, Props<TMessage> props)
        : base(system, parent, path)
    {
        if (props.MailboxCapacity is < 1 or > 16_777_216)
        {
            throw new ArgumentOutOfRangeException(
                nameof(props), props.MailboxCapacity, "A mailbox holds 1 to 16,777,216 messages.");
        }

        _create = props.Create;
        _mailbox = new Mailbox(props.MailboxCapacity, props.Overflow);
    }

    public IActorRef<TMessage> Self => this;

    public override MailboxStatus Mailbox => new(_mailbox.Count, _mailbox.Capacity, Volatile.Read(ref _overflowed));

    protected override SupervisorStrategy Strategy => _actor?.SupervisorStrategy ?? SupervisorStrategy.Default;

    protected override bool HasMail => !_mailbox.IsEmpty;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Tell(TMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (IsStopped)
        {
            System.DeadLetters.Add(Path, message, DeadLetterReason.Stopped);
            return;
        }

        if (!_mailbox.TryAdd(message) && !TryMakeRoom(message))
            return;
        Wake();
    }

    public override void Post(Note note)
    {
        if (IsStopped)
            return;
        _mailbox.Add(note);
        Wake();
    }

    public IActorRef<TOther> Adapt<TOther>(Func<TOther, TMessage> translate)
        where TOther : notnull => new AdaptedRef<TOther, TMessage>(this, translate);

    public void StartTimer(string key, TMessage message, TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        Timers.Start(key, message, delay, Timeout.InfiniteTimeSpan);
    }

    public void StartPeriodicTimer(string key, TMessage message, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Timers.Start(key, message, interval, interval);
    }

    public void CancelTimer(string key) => _timers?.Cancel(key);

    public void PipeTo<TResult>(Task<TResult> work, Func<TResult, TMessage> success, Func<Exception, TMessage> failure) =>
        // Within the completion, whatever context it has: on virtual time that is the event that completed the work.
        _ = work.ContinueWith(
            done => Tell(Translate(done, success, failure)),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunMessages(int count)
    {
        for (; count > 0 && _mailbox.TryTake(out var note) is { } item; count--)
        {
            try
            {
                if (note is null)
                    _actor!.Receive(Message(item));
                else
                    Deliver(note);
            }
            catch (Exception exception)
            {
                Fail(new Failure(exception, Started: true, Escalated: false));
            }

            if (HasSignals)
                RunSignals();
            if (!Receives)
                return;
        }
    }

    protected override void Begin(Exception? reason)
    {
        _actor = _create();
        _actor.Attach(this);
        if (reason is null)
            _actor.PreStart();
        else
            _actor.PostRestart(reason);
    }

    protected override void End(Exception? reason)
    {
        var actor = _actor;
        _actor = null;
        if (actor is null)
            return;
        try
        {
            if (reason is null)
                actor.PostStop();
            else
                actor.PreRestart(reason);
        }
        catch (Exception exception)
        {
            // The behaviour is gone whatever it says, so that there is nothing left to supervise.
            Log.EndingFailed(System.Logger, exception, System.Name, Path);
        }
    }

    protected override void CancelTimers() => _timers?.CancelAll();

    protected override void Discard()
    {
        while (_mailbox.TryTake(out var note) is { } item)
        {
            if (note is null)
                System.DeadLetters.Add(Path, Message(item), DeadLetterReason.Stopped);
        }
    }

    private ActorTimers<TMessage> Timers => _timers ??= new ActorTimers<TMessage>(this);

    /// <summary>The message that was put into the mailbox, which holds nothing else but notes: a cast need not look.</summary>
    private static TMessage Message(object item) =>
        typeof(TMessage).IsValueType ? (TMessage)item : Unsafe.As<object, TMessage>(ref item);

    private void Deliver(Note note)
    {
        switch (note)
        {
            case ActorTimer<TMessage> timer:
                if (_timers!.TryFire(timer))
                    _actor!.Receive(timer.Message);
                break;
            case TerminatedNote terminated:
                if (DeathWatch.TryTerminate(terminated.Actor, out var address))
                    _actor!.OnTerminated(address!);
                break;
            default:
                throw new UnreachableException($"No handler for {note.GetType().Name}.");
        }
    }

    /// <summary>Answers a full mailbox; true when the message is in after all.</summary>
    private bool TryMakeRoom(TMessage message)
    {
        if (_mailbox.Overflow == MailboxOverflow.Reject)
        {
            CountOverflow(message);
            return false;
        }

        var wait = default(SpinWait);
        do
        {
            if (_mailbox.TryDropOldest() is { } oldest)
                CountOverflow(Message(oldest));
            else
                wait.SpinOnce(); // Room was reserved by a sender that has not published yet.
        }
        while (!_mailbox.TryAdd(message));
        return true;
    }

    private void CountOverflow(TMessage message)
    {
        Interlocked.Increment(ref _overflowed);
        System.DeadLetters.Add(Path, message, DeadLetterReason.MailboxFull);
    }

    private static TMessage Translate<TResult>(
        Task<TResult> done, Func<TResult, TMessage> success, Func<Exception, TMessage> failure)
    {
        if (!done.IsCompletedSuccessfully)
            return failure(done.Exception?.InnerException ?? new TaskCanceledException(done));
        try
        {
            return success(done.Result);
        }
        catch (Exception exception)
        {
            // Nobody supervises this thread: the actor hears of it, as of work that failed.
            return failure(exception);
        }
    }
}

/// <summary>An address that translates on the sender's thread.</summary>
internal sealed class AdaptedRef<TOther, TMessage>(ActorCell<TMessage> owner, Func<TOther, TMessage> translate)
    : IActorRef<TOther>, ICellRef
    where TOther : notnull
    where TMessage : notnull
{
    public ActorPath Path => owner.Path;

    Cell ICellRef.Cell => owner;

    public void Tell(TOther message) => owner.Tell(translate(message));
}
