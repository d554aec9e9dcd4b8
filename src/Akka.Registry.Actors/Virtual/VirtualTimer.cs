namespace Akka.Registry.Actors.Virtual;

/// <summary>A timer of a simulated machine: its ticks are events of the scheduler.</summary>
internal sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer, IThreadPoolWorkItem
{
    private TimeSpan _period;
    private bool _disposed;

    /// <summary>Counts the settings; a tick of an older one no longer counts.</summary>
    public int Generation { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
            return false;
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
        Generation++;
        _period = period;
        if (dueTime != Timeout.InfiniteTimeSpan)
            clock.Schedule(this, dueTime);
        return true;
    }

    public void Execute()
    {
        // A tick that a pause made late is not made up: the next comes one period after it.
        if (_period > TimeSpan.Zero)
            clock.Schedule(this, _period);
        callback(state);
    }

    public void Dispose()
    {
        _disposed = true;
        Generation++;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
