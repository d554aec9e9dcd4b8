namespace Akka.Registry.Actors;

/// <summary>Runs turns on the process's thread pool.</summary>
public sealed class ThreadPoolDispatcher : IDispatcher
{
    private ThreadPoolDispatcher() { }

    /// <summary>The only one.</summary>
    public static ThreadPoolDispatcher Instance { get; } = new();

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}
