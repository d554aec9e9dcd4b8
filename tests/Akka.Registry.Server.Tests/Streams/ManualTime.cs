namespace Akka.Registry.Server.Tests.Streams;

/// <summary>A clock whose timer fires when the test says.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimerCallback? _callback;
    private object? _state;

    /// <summary>Completes when a timer is there.</summary>
    public Task TimerArmed => _armed.Task;

    public TimeSpan Period { get; private set; }

    public void Fire() => _callback!(_state);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        (_callback, _state, Period) = (callback, state, period);
        _armed.TrySetResult();
        return new Unarmed();
    }

    private sealed class Unarmed : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
