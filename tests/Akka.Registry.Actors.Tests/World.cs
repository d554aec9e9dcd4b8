using Akka.Registry.Actors.Virtual;

namespace Akka.Registry.Actors.Tests;

/// <summary>Where a behavioural test runs: real threads, or virtual time.</summary>
internal abstract class World
{
    public abstract ActorSystem System { get; }

    public Journal Journal { get; } = new();

    /// <summary>Runs until the task is done; a failure, not a hang, if it never is.</summary>
    public abstract Task Until(Task task);

    public async Task<T> Until<T>(Task<T> task)
    {
        await Until((Task)task);
        return await task;
    }

    /// <summary>Runs until the journal is so long.</summary>
    public Task Reaches(int entries) => Until(Journal.Reaches(entries));

    public IActorRef<Line> Start(string name, SupervisorStrategy? strategy = null) =>
        System.ActorOf(Props.Of(() => new Script(name, Journal, strategy)), name);

    /// <summary>Ends the system; nothing can happen after it.</summary>
    public Task End() => Until(System.TerminateAsync());
}

internal sealed class ThreadPoolWorld : World
{
    public override ActorSystem System { get; } = ActorSystem.Create("pool");

    public override Task Until(Task task) => task.WaitAsync(TimeSpan.FromSeconds(30));
}

internal sealed class VirtualWorld : World
{
    public VirtualWorld(int seed = 1)
    {
        Scheduler = new VirtualScheduler(seed);
        Node = Scheduler.CreateNode("one");
        System = ActorSystem.Create("virtual", new ActorSystemOptions { Dispatcher = Node, Time = Node.Clock, Throughput = 3 });
    }

    public VirtualScheduler Scheduler { get; }

    public VirtualNode Node { get; }

    public override ActorSystem System { get; }

    public override Task Until(Task task)
    {
        Scheduler.RunUntil(() => task.IsCompleted, TimeSpan.FromMinutes(1));
        return task.IsCompleted ? task : throw new TimeoutException("A virtual minute has passed.");
    }
}

/// <summary>
/// A clock that stands still and whose timers fire when a test says so, even in the middle of a turn.
/// </summary>
internal sealed class HandClock : TimeProvider
{
    private readonly List<HandTimer> _timers = [];

    /// <summary>Fires every timer that has not been disposed.</summary>
    public void Fire()
    {
        foreach (var timer in _timers.ToArray())
            timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, callback, state);
        _timers.Add(timer);
        return timer;
    }

    private sealed class HandTimer(HandClock clock, TimerCallback callback, object? state) : ITimer
    {
        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
