namespace Akka.Registry.Actors.Cells;

/// <summary>
/// The timers of one actor by key. Used on the actor's own turn alone; only the tick comes from elsewhere.
/// </summary>
internal sealed class ActorTimers<TMessage>(ActorCell<TMessage> cell)
    where TMessage : notnull
{
    private readonly Dictionary<string, ActorTimer<TMessage>> _current = [];

    /// <summary>Starts a timer in place of the one of that key.</summary>
    public void Start(string key, TMessage message, TimeSpan delay, TimeSpan period)
    {
        Cancel(key);
        var timer = new ActorTimer<TMessage>(cell, key, message, period > TimeSpan.Zero);
        _current.Add(key, timer);
        timer.Arm(delay, period);
    }

    public void Cancel(string key)
    {
        if (_current.Remove(key, out var timer))
            timer.Dispose();
    }

    public void CancelAll()
    {
        foreach (var timer in _current.Values)
            timer.Dispose();
        _current.Clear();
    }

    /// <summary>
    /// Whether a tick that comes out of the mailbox still counts: its timer is the current one of its key.
    /// </summary>
    public bool TryFire(ActorTimer<TMessage> timer)
    {
        timer.Taken();
        if (!_current.TryGetValue(timer.Key, out var current) || current != timer)
            return false;
        if (!timer.Periodic)
            Cancel(timer.Key);
        return true;
    }
}

/// <summary>
/// One start of a timer, and the tick that it puts into the mailbox: each start is an object of its own, and thereby the
/// generation by which a late tick is known. At most one tick waits; those that come meanwhile are one with it.
/// </summary>
internal sealed class ActorTimer<TMessage>(ActorCell<TMessage> cell, string key, TMessage message, bool periodic)
    : Note, IDisposable
    where TMessage : notnull
{
    private ITimer? _timer;
    private int _waiting;

    public string Key => key;

    public TMessage Message => message;

    public bool Periodic => periodic;

    public void Arm(TimeSpan delay, TimeSpan period) =>
        _timer = cell.Time.CreateTimer(static timer => ((ActorTimer<TMessage>)timer!).Tick(), this, delay, period);

    public void Taken() => Volatile.Write(ref _waiting, 0);

    public void Dispose() => _timer?.Dispose();

    private void Tick()
    {
        if (Interlocked.Exchange(ref _waiting, 1) == 0)
            cell.Post(this);
    }
}
