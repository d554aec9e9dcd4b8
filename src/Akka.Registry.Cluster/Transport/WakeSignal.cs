using System.Threading.Tasks.Sources;
using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Transport;

/// <summary>
/// Wakes one waiter; set before the wait it is remembered, once. No allocation, and never within <see cref="Set"/>: the waiter goes on
/// where a turn of an actor would.
/// </summary>
internal sealed class WakeSignal : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = false };
    private bool _isSet;
    private bool _isWaiting;

    /// <summary>Wakes the waiter, or lets the next wait pass at once.</summary>
    public void Set()
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                _isSet = true;
                return;
            }

            _isWaiting = false;
        }

        ThreadPoolDispatcher.Instance.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute() => _core.SetResult(true);

    /// <summary>Waits for <see cref="Set"/>. One waiter at a time, each result awaited once.</summary>
    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            _isWaiting = true;
            return new ValueTask(this, _core.Version);
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        _core.GetResult(token);
        _core.Reset();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
