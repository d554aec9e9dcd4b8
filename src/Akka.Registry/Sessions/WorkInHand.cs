namespace Akka.Registry.Sessions;

/// <summary>
/// Has one reader wait while what it handed over is much: what it read sooner would not be done sooner, but kept meanwhile, long enough for
/// the collector to carry it about.
/// </summary>
/// <param name="max">How much may be in hand. More at once may be, once nothing else is.</param>
internal sealed class WorkInHand(int max)
{
    private readonly Lock _gate = new();
    private int _held;
    private int _wanted;
    private TaskCompletionSource? _waiting;

    /// <summary>Takes so much in hand, once there is room. One waits at a time.</summary>
    public ValueTask TakeAsync(int amount, CancellationToken stop)
    {
        lock (_gate)
        {
            if (TryTake(amount))
                return ValueTask.CompletedTask;
            (_wanted, _waiting) = (amount, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return new ValueTask(_waiting.Task.WaitAsync(stop));
        }
    }

    /// <summary>So much is done. Any thread.</summary>
    public void Return(int amount)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            _held -= amount;
            if (_waiting is null || !TryTake(_wanted))
                return;
            (waiting, _waiting) = (_waiting, null);
        }

        waiting.SetResult();
    }

    private bool TryTake(int amount)
    {
        if (_held > 0 && _held + amount > max)
            return false;
        _held += amount;
        return true;
    }
}
