namespace Akka.Registry.Actors.Virtual;

/// <summary>
/// Virtual time for any number of actor systems: one thread, one queue of events, and one seed that orders what could run
/// at the same instant. The same seed and the same calls give the same run, event for event.
/// </summary>
/// <remarks>
/// Everything runs on the thread that calls one of the <c>Run</c> methods, without a synchronization context, so that
/// continuations of tasks completed by an event run within that event. Time stands still while an event runs. Work from
/// another thread would end the determinism: it is refused with an exception, there and out of the <c>Run</c> method.
/// </remarks>
public sealed class VirtualScheduler
{
    private readonly PriorityQueue<VirtualEvent, (long DueTicks, long Order)> _later = new();
    private readonly long _eventsPerInstantMax;
    private VirtualEvent[] _ready = new VirtualEvent[256];
    private int _readyCount;
    private ulong _orderState;
    private long _nowTicks;
    private long _sequence;
    private long _eventsAtInstant;
    private int _runningThread;
    private volatile bool _disturbed;

    /// <summary>Starts a world at <see cref="Epoch"/>.</summary>
    /// <param name="seed">
    /// Chooses the order of what could run at the same instant, and the draws of <see cref="Random"/>.
    /// </param>
    /// <param name="eventsPerInstantMax">
    /// Events that may run without time moving on, before the run ends with an error: actors that tell each other without
    /// end would otherwise hang the test. At least 1, default 10,000,000.
    /// </param>
    public VirtualScheduler(int seed, long eventsPerInstantMax = 10_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(eventsPerInstantMax, 1);
        Seed = seed;
        Random = new Random(seed);
        _orderState = unchecked((ulong)seed);
        _eventsPerInstantMax = eventsPerInstantMax;
    }

    /// <summary>Where the world begins: 2026-01-01T00:00:00Z.</summary>
    public static DateTimeOffset Epoch { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The seed that replays this run.</summary>
    public int Seed { get; }

    /// <summary>
    /// Chance for what is simulated (loss, delays, jitter); seeded, and apart from the order of events.
    /// </summary>
    public Random Random { get; }

    /// <summary>True time, which no node's clock need agree with.</summary>
    public DateTimeOffset Now => Epoch + Elapsed;

    /// <summary>True time since the start.</summary>
    public TimeSpan Elapsed => new(_nowTicks);

    /// <summary>Events that have run since the start: turns, ticks and scheduled actions.</summary>
    public long EventsRun { get; private set; }

    internal long NowTicks => _nowTicks;

    /// <summary>Makes a simulated machine: a dispatcher and a clock that pause and die together.</summary>
    /// <param name="name">For traces; need not be unique, a restarted machine is a new node.</param>
    public VirtualNode CreateNode(string name) => new(this, name);

    /// <summary>Runs the action on no node's behalf: nothing pauses or kills it.</summary>
    /// <param name="delay">How far ahead; zero is within this instant, in seeded order among the rest.</param>
    /// <param name="action">An exception that it throws comes out of the <c>Run</c> method.</param>
    public void Schedule(TimeSpan delay, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Schedule(delay, new ActionWork(action));
    }

    /// <summary>Runs the work on no node's behalf, as <see cref="Schedule(TimeSpan, Action)"/> does; for what is scheduled often.</summary>
    /// <param name="delay">How far ahead; zero is within this instant, in seeded order among the rest.</param>
    /// <param name="work">An exception that it throws comes out of the <c>Run</c> method.</param>
    public void Schedule(TimeSpan delay, IThreadPoolWorkItem work)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        Add(delay.Ticks, new VirtualEvent(work, null, 0));
    }

    /// <summary>Runs all that happens within the span, and moves time to its end.</summary>
    public void RunFor(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        Run(null, _nowTicks + span.Ticks);
    }

    /// <summary>Runs until nothing is left to do at this instant; time does not move.</summary>
    public void RunUntilIdle() => RunFor(TimeSpan.Zero);

    /// <summary>Runs until the condition holds, which is asked before each event.</summary>
    /// <param name="condition">Must change nothing.</param>
    /// <param name="limit">How far time may move on.</param>
    /// <returns>Whether the condition holds; if not, time stands at the limit.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero);
        return Run(condition, _nowTicks + limit.Ticks);
    }

    internal void Add(long delayTicks, VirtualEvent item)
    {
        if (_runningThread != 0 && _runningThread != Environment.CurrentManagedThreadId)
        {
            _disturbed = true;
            throw Disturbed();
        }

        if (delayTicks > 0)
            _later.Enqueue(item, (_nowTicks + delayTicks, _sequence++));
        else
            AddReady(item);
    }

    private bool Run(Func<bool>? condition, long untilTicks)
    {
        if (_runningThread != 0)
            throw new InvalidOperationException("Virtual time runs already; an event cannot run it.");
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _runningThread = Environment.CurrentManagedThreadId;
        try
        {
            do
            {
                while (_readyCount > 0)
                {
                    if (condition is not null && condition())
                        return true;
                    RunOne();
                }

                if (condition is not null && condition())
                    return true;
            }
            while (TryMoveOn(untilTicks));
            return condition is not null && condition();
        }
        finally
        {
            _runningThread = 0;
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void RunOne()
    {
        // Any of the ready may be next: that is the freedom which real threads have, and all that the seed decides.
        var index = (int)(((NextOrder() >> 32) * (ulong)_readyCount) >> 32);
        var item = _ready[index];
        _ready[index] = _ready[--_readyCount];
        _ready[_readyCount] = default;
        if (++_eventsAtInstant > _eventsPerInstantMax)
            throw new InvalidOperationException($"{_eventsPerInstantMax} events ran at {Now:O}, and time cannot move on.");
        if (item.Node is { } node && !node.Admits(item))
            return;
        EventsRun++;
        item.Run();
        if (_disturbed)
            throw Disturbed();
    }

    /// <summary>Moves time to the next event, or to the end when there is none before it.</summary>
    private bool TryMoveOn(long untilTicks)
    {
        if (!_later.TryPeek(out _, out var next) || next.DueTicks > untilTicks)
        {
            if (untilTicks > _nowTicks)
                (_nowTicks, _eventsAtInstant) = (untilTicks, 0);
            return false;
        }

        (_nowTicks, _eventsAtInstant) = (next.DueTicks, 0);
        while (_later.TryPeek(out var item, out var due) && due.DueTicks == next.DueTicks)
        {
            _later.Dequeue();
            if (item.IsCurrent)
                AddReady(item);
        }

        return true;
    }

    private void AddReady(VirtualEvent item)
    {
        if (_readyCount == _ready.Length)
            Array.Resize(ref _ready, _readyCount * 2);
        _ready[_readyCount++] = item;
    }

    /// <summary>
    /// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    /// </summary>
    private ulong NextOrder()
    {
        unchecked
        {
            var z = _orderState += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    private static InvalidOperationException Disturbed() =>
        new("Work for virtual time came from another thread than the one that runs it.");

    private sealed class ActionWork(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}

/// <summary>Something that runs at an instant, on behalf of a node or of the world.</summary>
/// <param name="Work">What runs.</param>
/// <param name="Node">Whose pause and end it shares.</param>
/// <param name="Generation">For a timer, the setting that this tick belongs to.</param>
internal readonly record struct VirtualEvent(IThreadPoolWorkItem Work, VirtualNode? Node, int Generation)
{
    /// <summary>Whether it still counts: a tick of a timer that was changed or disposed since does not.</summary>
    public bool IsCurrent => Work is not VirtualTimer timer || timer.Generation == Generation;

    public void Run()
    {
        if (IsCurrent)
            Work.Execute();
    }
}
