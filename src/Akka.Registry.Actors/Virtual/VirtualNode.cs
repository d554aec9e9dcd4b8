namespace Akka.Registry.Actors.Virtual;

/// <summary>
/// A simulated machine: give an <see cref="ActorSystem"/> the node as its dispatcher and <see cref="Clock"/> as its time.
/// </summary>
public sealed class VirtualNode : IDispatcher
{
    private readonly VirtualScheduler _scheduler;
    private readonly List<VirtualEvent> _held = [];

    internal VirtualNode(VirtualScheduler scheduler, string name)
    {
        _scheduler = scheduler;
        Name = name;
        Clock = new VirtualClock(scheduler, this);
    }

    /// <summary>The name given at creation; for traces.</summary>
    public string Name { get; }

    /// <summary>The node's clock.</summary>
    public VirtualClock Clock { get; }

    /// <summary>Whether turns and timers wait.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether the node is gone.</summary>
    public bool IsKilled { get; private set; }

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work)
    {
        if (!IsKilled)
            _scheduler.Add(0, new VirtualEvent(work, this, 0));
    }

    /// <summary>
    /// Freezes the node as SIGSTOP or a long collection does: no turn and no timer runs, the clock goes on. Without effect
    /// on a killed node.
    /// </summary>
    public void Pause() => IsPaused = !IsKilled;

    /// <summary>Lets a paused node go on: whatever became due meanwhile runs now, in seeded order.</summary>
    public void Resume()
    {
        IsPaused = false;
        foreach (var item in _held)
            _scheduler.Add(0, item);
        _held.Clear();
    }

    /// <summary>
    /// Ends the node as a power cut does, from the next event on: nothing of it runs again and no actor learns of it. A
    /// restarted machine is a new node.
    /// </summary>
    public void Kill()
    {
        (IsKilled, IsPaused) = (true, false);
        _held.Clear();
    }

    /// <summary>Whether the event may run now; one of a paused node is kept for later.</summary>
    internal bool Admits(in VirtualEvent item)
    {
        if (IsPaused)
            _held.Add(item);
        return !IsPaused && !IsKilled;
    }
}
