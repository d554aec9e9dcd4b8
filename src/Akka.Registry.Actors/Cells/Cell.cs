using System.Diagnostics;

namespace Akka.Registry.Actors.Cells;

/// <summary>
/// What carries an actor: its place in the tree, its turns, its life and its children's failures. The cell is its own work
/// item, so that scheduling a turn allocates nothing, and its own address.
/// </summary>
internal abstract class Cell(ActorSystem system, Cell? parent, ActorPath path) : IActorRef, IThreadPoolWorkItem, ICellRef
{
    private readonly Children _children = new(path);
    private readonly DeathWatch _watch = new();
    private List<Cell>? _escalated;
    private Queue<Instant>? _restarts;
    private Exception? _restartReason;
    private Signal? _signals;
    private int _scheduled;
    private CellState _state = CellState.New;
    private volatile bool _stopped;

    public ActorPath Path => path;

    public ActorSystem System => system;

    public TimeProvider Time => system.Time;

    Cell ICellRef.Cell => this;

    /// <summary>The sibling that was started just before; kept by the parent's <see cref="Children"/>.</summary>
    public Cell? Elder { get; set; }

    /// <summary>The sibling that was started just after; kept by the parent's <see cref="Children"/>.</summary>
    public Cell? Younger { get; set; }

    /// <summary>Whether the end was reached: true for good, on any thread.</summary>
    public bool IsStopped => _stopped;

    public IReadOnlyCollection<IActorRef> Children => _children.ToArray();

    /// <summary>What the mailbox holds and has refused.</summary>
    public abstract MailboxStatus Mailbox { get; }

    /// <summary>How failures of children are answered.</summary>
    protected abstract SupervisorStrategy Strategy { get; }

    protected abstract bool HasMail { get; }

    protected Cell? Parent => parent;

    protected bool Receives => _state == CellState.Running;

    protected bool HasSignals => Volatile.Read(ref _signals) is not null;

    protected DeathWatch DeathWatch => _watch;

    /// <summary>The cell behind an address.</summary>
    /// <exception cref="ArgumentException">
    /// The address is no actor's: it belongs to an ask, or to other code.
    /// </exception>
    public static Cell Of(IActorRef actor) =>
        (actor as ICellRef)?.Cell ?? throw new ArgumentException($"'{actor.Path}' is not an actor.", nameof(actor));

    /// <summary>Sends a signal; safe on any thread.</summary>
    public void Send(Signal signal)
    {
        Signal? head;
        do
        {
            head = Volatile.Read(ref _signals);
            signal.Next = head;
        }
        while (Interlocked.CompareExchange(ref _signals, signal, head) != head);
        Wake();
    }

    /// <summary>Lets a note queue among the messages; safe on any thread.</summary>
    public abstract void Post(Note note);

    /// <summary>Starts a child. Safe on any thread for a guardian, else on the own turn only.</summary>
    public IActorRef<TChild> ActorOf<TChild>(Props<TChild> props, string name)
        where TChild : notnull
    {
        var child = new ActorCell<TChild>(system, this, path.Child(name), props);
        _children.Add(name, child);
        child.Send(new Signal.Start());
        return child;
    }

    public void Watch(IActorRef actor)
    {
        var target = Of(actor);
        if (target == this || !_watch.Watch(target, actor))
            return;
        if (target.IsStopped)
            Post(new TerminatedNote(target));
        else
            target.Send(new Signal.Watch(this));
    }

    public void Unwatch(IActorRef actor)
    {
        var target = Of(actor);
        if (_watch.Unwatch(target))
            target.Send(new Signal.Unwatch(this));
    }

    public void Stop(IActorRef actor)
    {
        var target = Of(actor);
        if (target != this && target.Parent != this)
        {
            throw new ArgumentException(
                $"'{path}' can stop itself and its children, but not '{actor.Path}'.", nameof(actor));
        }

        target.Send(new Signal.Stop());
    }

    void IThreadPoolWorkItem.Execute()
    {
        RunSignals();
        if (Receives)
            RunMessages(system.Options.Throughput);
        if (_state == CellState.Stopped)
            Discard();
        var wantsMail = _state is CellState.Running or CellState.Stopped;
        if (HasSignals || (wantsMail && HasMail))
        {
            // Scheduled as it is, the cell stays so: no sender need know that one turn ends and the next is to come.
            system.Options.Dispatcher.Schedule(this);
            return;
        }

        // A full fence: whoever published before it is seen below, whoever publishes after it sees the cell idle.
        Interlocked.Exchange(ref _scheduled, 0);
        if (HasSignals || (wantsMail && HasMail))
            Wake();
    }

    /// <summary>Makes sure that a turn comes.</summary>
    protected void Wake()
    {
        if (Volatile.Read(ref _scheduled) == 0 && Interlocked.Exchange(ref _scheduled, 1) == 0)
            system.Options.Dispatcher.Schedule(this);
    }

    /// <summary>Handles what the tree has sent, oldest first.</summary>
    protected void RunSignals()
    {
        // Looked at before it is taken: senders read the cell, and a turn without signals leaves its cache lines to them.
        while (HasSignals)
        {
            var newest = Interlocked.Exchange(ref _signals, null);
            Signal? oldest = null;
            while (newest is not null)
                (newest.Next, oldest, newest) = (oldest, newest, newest.Next);
            for (; oldest is not null; oldest = oldest.Next)
                Handle(oldest);
        }
    }

    /// <summary>Suspends the actor until its supervisor has answered.</summary>
    protected void Fail(Failure failure)
    {
        _state = CellState.Failed;
        if (!failure.Escalated)
            Log.ActorFailed(system.Logger, failure.Reason, system.Name, path);
        (parent ?? throw new UnreachableException($"The guardian '{path}' runs no code that could fail."))
            .Send(new Signal.ChildFailed(this, failure));
    }

    /// <summary>
    /// Handles up to <paramref name="count"/> messages while <see cref="Receives"/>; signals go first.
    /// </summary>
    protected abstract void RunMessages(int count);

    /// <summary>Makes the behaviour and starts it; <paramref name="reason"/> is set after a restart.</summary>
    protected abstract void Begin(Exception? reason);

    /// <summary>Ends the behaviour; <paramref name="reason"/> is set for a restart. No children are left.</summary>
    protected abstract void End(Exception? reason);

    protected abstract void CancelTimers();

    /// <summary>Turns what waits into dead letters.</summary>
    protected abstract void Discard();

    private void Handle(Signal signal)
    {
        switch (signal)
        {
            case Signal.Start: Start(null); break;
            case Signal.Stop: OnStop(); break;
            case Signal.Restart restart: OnRestart(restart.Reason); break;
            case Signal.Resume: OnResume(); break;
            case Signal.ChildFailed failed: OnChildFailed(failed.Child, failed.Failure); break;
            case Signal.ChildStopped stopped: OnChildStopped(stopped.Child); break;
            case Signal.Watch watch: OnWatch(watch.Watcher); break;
            case Signal.Unwatch unwatch: _watch.RemoveWatcher(unwatch.Watcher); break;
            default: throw new UnreachableException($"No handler for {signal.GetType().Name}.");
        }
    }

    private void Start(Exception? reason)
    {
        try
        {
            Begin(reason);
            _state = CellState.Running;
        }
        catch (Exception exception)
        {
            Fail(new Failure(exception, Started: false, Escalated: false));
        }
    }

    private void OnStop()
    {
        if (_state is CellState.Stopping or CellState.Stopped)
            return;
        _state = CellState.Stopping;
        EndChildren();
    }

    private void OnRestart(Exception reason)
    {
        if (_state != CellState.Failed)
            return; // Stopped meanwhile: the verdict comes too late.
        _state = CellState.Restarting;
        _restartReason = reason;
        foreach (var child in _children.ToArray())
            Unwatch(child); // The fresh behaviour never knew them.
        EndChildren();
    }

    private void OnResume()
    {
        if (_state != CellState.Failed)
            return;
        _state = CellState.Running;
        if (_escalated is null)
            return;
        foreach (var child in _escalated)
            child.Send(new Signal.Resume());
        _escalated = null;
    }

    private void OnChildFailed(Cell child, Failure failure)
    {
        if (child.IsStopped || _state is not (CellState.Running or CellState.Failed))
            return; // It has stopped, or will be stopped in its turn.
        Directive directive;
        try
        {
            directive = Judge(child, failure);
        }
        catch (Exception exception)
        {
            // A supervisor that throws over a child's failure has failed itself.
            Escalate(child, new Failure(exception, Started: true, Escalated: false));
            return;
        }

        switch (directive)
        {
            case Directive.Restart: child.Send(new Signal.Restart(failure.Reason)); break;
            case Directive.Stop: child.Send(new Signal.Stop()); break;
            case Directive.Resume: child.Send(new Signal.Resume()); break;
            case Directive.Escalate: Escalate(child, new Failure(failure.Reason, Started: true, Escalated: true)); break;
            default: throw new UnreachableException($"No answer to a failure is called {directive}.");
        }
    }

    private Directive Judge(Cell child, Failure failure)
    {
        var strategy = Strategy;
        var directive = parent is null && failure.Escalated ? Directive.Stop : strategy.Decide(failure.Reason);
        if (directive == Directive.Resume && !failure.Started)
            directive = Directive.Restart; // There is no behaviour to go on with.
        if (directive == Directive.Restart && !child.MayRestart(strategy, Time.GetInstant()))
        {
            Log.RestartLimitReached(system.Logger, system.Name, child.Path, strategy.RestartsMax, strategy.Window);
            return Directive.Stop;
        }

        Log.FailureAnswered(system.Logger, system.Name, child.Path, directive);
        return directive;
    }

    /// <summary>Counts a restart if the window has room for one. On the supervisor's turn only.</summary>
    private bool MayRestart(SupervisorStrategy strategy, Instant now)
    {
        _restarts ??= new Queue<Instant>();
        while (_restarts.TryPeek(out var oldest) && now - oldest >= strategy.Window)
            _restarts.Dequeue();
        if (_restarts.Count >= strategy.RestartsMax)
            return false;
        _restarts.Enqueue(now);
        return true;
    }

    private void Escalate(Cell child, Failure own)
    {
        // The verdict on this actor is the verdict on every child that waits for it.
        (_escalated ??= []).Add(child);
        if (_state == CellState.Running)
            Fail(own);
    }

    private void OnChildStopped(Cell child)
    {
        _children.Remove(child);
        _escalated?.Remove(child);
        if (_state is CellState.Stopping or CellState.Restarting)
            EndChildren();
    }

    /// <summary>
    /// Stops the youngest child; its notice brings the next one, and after the last the actor itself ends.
    /// </summary>
    private void EndChildren()
    {
        CancelTimers();
        _children.Close();
        if (_children.Last is { } youngest)
            youngest.Send(new Signal.Stop());
        else if (_state == CellState.Restarting)
            FinishRestart();
        else
            FinishStop();
    }

    private void FinishRestart()
    {
        var reason = _restartReason!;
        (_restartReason, _escalated) = (null, null);
        End(reason);
        CancelTimers();
        _children.Open();
        Start(reason);
    }

    private void FinishStop()
    {
        End(null);
        CancelTimers();
        _state = CellState.Stopped;
        _stopped = true;
        Discard();
        _watch.End(this);
        (_escalated, _restarts) = (null, null);
        Log.ActorStopped(system.Logger, system.Name, path);
        if (parent is null)
            system.OnGuardianStopped(this);
        else
            parent.Send(new Signal.ChildStopped(this));
    }

    private void OnWatch(Cell watcher)
    {
        if (_stopped)
            watcher.Post(new TerminatedNote(this));
        else
            _watch.AddWatcher(watcher);
    }
}
