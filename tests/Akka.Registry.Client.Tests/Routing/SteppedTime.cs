namespace Akka.Registry.Client.Tests.Routing;

/// <summary>A clock that moves when the test says, and fires what is due on the way, in order, on the test's thread.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Stepped> _armed = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that are armed.</summary>
    public int ArmedCount
    {
        get
        {
            lock (_gate)
                return _armed.Count;
        }
    }

    public TimeSpan Now => new(Volatile.Read(ref _ticks));

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Now;

    public void Advance(TimeSpan by)
    {
        var end = Now + by;
        while (true)
        {
            Stepped? next;
            lock (_gate)
            {
                next = _armed.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                if (next is null)
                {
                    Volatile.Write(ref _ticks, end.Ticks);
                    return;
                }

                Volatile.Write(ref _ticks, Math.Max(_ticks, next.Due.Ticks));
                next.Passed();
            }

            next.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Stepped(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Stepped(SteppedTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public TimeSpan Due { get; private set; }

        public void Fire() => callback(state);

        /// <summary>It is due; under the clock's lock.</summary>
        public void Passed()
        {
            if (_period > TimeSpan.Zero)
                Due += _period;
            else
                time._armed.Remove(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._armed.Remove(this);
                _period = period;
                Due = time.Now + dueTime;
                if (dueTime >= TimeSpan.Zero)
                    time._armed.Add(this);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
                time._armed.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
