namespace Akka.Registry.Actors.Virtual;

/// <summary>
/// The clock of a simulated machine. It derives from the scheduler's true time; its wall clock can be wrong by an offset,
/// and it can run fast or slow. Timestamps are monotonic, in 100 ns, from the node's creation on.
/// </summary>
public sealed class VirtualClock : TimeProvider
{
    private const long Million = 1_000_000;

    private readonly VirtualScheduler _scheduler;
    private readonly DateTimeOffset _created;
    private long _trueTicks;
    private long _localTicks;
    private int _driftPpm;

    internal VirtualClock(VirtualScheduler scheduler, VirtualNode node)
    {
        _scheduler = scheduler;
        _created = scheduler.Now;
        _trueTicks = scheduler.NowTicks;
        Node = node;
    }

    /// <summary>The node whose clock it is.</summary>
    public VirtualNode Node { get; }

    /// <summary>
    /// What the wall clock is wrong by; moves <see cref="GetUtcNow"/> at once, timestamps and timers never. Default
    /// zero.
    /// </summary>
    public TimeSpan WallClockOffset { get; set; }

    /// <summary>
    /// How much too fast the clock runs, in millionths: 100 gains a tenth of a millisecond a second, -100 loses it. Timers
    /// that run already keep their due time. From -500,000 to 1,000,000, default 0.
    /// </summary>
    public int DriftPpm
    {
        get => _driftPpm;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, -500_000);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1_000_000);
            (_localTicks, _trueTicks) = (GetTimestamp(), _scheduler.NowTicks);
            _driftPpm = value;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        var elapsed = _scheduler.NowTicks - _trueTicks;
        return _localTicks + elapsed + (_driftPpm == 0 ? 0 : (long)((Int128)elapsed * _driftPpm / Million));
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _created + new TimeSpan(GetTimestamp()) + WallClockOffset;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets a tick come when this clock will have moved on by the delay.</summary>
    internal void Schedule(VirtualTimer timer, TimeSpan delay)
    {
        if (!Node.IsKilled)
            _scheduler.Add(ToTrueTicks(delay.Ticks), new VirtualEvent(timer, Node, timer.Generation));
    }

    /// <summary>
    /// True time that passes while this clock moves on by so much; rounded up, so that a timer never fires early.
    /// </summary>
    private long ToTrueTicks(long localTicks)
    {
        if (_driftPpm == 0)
            return localTicks;
        var rate = Million + _driftPpm;
        return (long)((((Int128)localTicks * Million) + rate - 1) / rate);
    }
}
