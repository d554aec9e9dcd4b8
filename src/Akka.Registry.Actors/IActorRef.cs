namespace Akka.Registry.Actors;

/// <summary>Names an actor whatever its message type: enough to watch it, stop it and find it in a log.</summary>
public interface IActorRef
{
    /// <summary>Where the actor stands in its system, as <c>/user/registry</c>.</summary>
    ActorPath Path { get; }
}

/// <summary>The address of an actor that understands <typeparamref name="TMessage"/>.</summary>
/// <typeparam name="TMessage">The root of the actor's closed message family.</typeparam>
public interface IActorRef<in TMessage> : IActorRef
    where TMessage : notnull
{
    /// <summary>Sends one message, at most once, without waiting.</summary>
    /// <remarks>
    /// Messages of one sender to one actor arrive in the order sent. What cannot be delivered (the actor has stopped,
    /// its mailbox is full and rejects) becomes a dead letter. Never throws and never blocks; safe on any thread.
    /// </remarks>
    void Tell(TMessage message);
}
