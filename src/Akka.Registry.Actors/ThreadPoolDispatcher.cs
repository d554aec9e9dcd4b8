namespace Akka.Registry.Actors;

/// <summary>Runs turns on the process's thread pool; what comes of a turn, where it can, on the same thread (<see cref="TurnChain"/>).</summary>
public sealed class ThreadPoolDispatcher : IDispatcher
{
    private ThreadPoolDispatcher() { }

    /// <summary>The only one.</summary>
    public static ThreadPoolDispatcher Instance { get; } = new();

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work) => TurnChain.Schedule(work);
}
