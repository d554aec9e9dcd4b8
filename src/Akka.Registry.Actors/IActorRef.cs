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
    /// Allocates nothing but the box of a message that is a value; messages are best classes.
    /// </remarks>
    /// <param name="message">Anything but null, which a caller without nullable checks may find out by an exception.</param>
    void Tell(TMessage message);
}
