namespace Akka.Registry.Server.Dns;

/// <summary>Tasks that run beside a loop, so that the loop can end after them. Any thread.</summary>
internal sealed class Outstanding
{
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _tasks = [];

    /// <summary>Remembers a task until it is over.</summary>
    public void Add(Task task)
    {
        lock (_lock)
            _tasks.Add(task);
        _ = task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Completes when all that were added are over.</summary>
    public Task WhenAllAsync()
    {
        lock (_lock)
            return Task.WhenAll(_tasks);
    }

    private void Remove(Task task)
    {
        lock (_lock)
            _tasks.Remove(task);
    }
}
