namespace Akka.Registry.Actors;

/// <summary>
/// Runs the turns of actors. Handed to the <see cref="ActorSystem"/>: the thread pool in production, one seeded thread
/// in simulation.
/// </summary>
public interface IDispatcher
{
    /// <summary>Runs the work soon, never inside this call.</summary>
    void Schedule(IThreadPoolWorkItem work);
}
