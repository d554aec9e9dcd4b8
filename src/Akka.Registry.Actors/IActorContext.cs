namespace Akka.Registry.Actors;

/// <summary>
/// What an actor may do besides handling a message. Valid only on the actor's own turn unless said otherwise.
/// </summary>
/// <typeparam name="TMessage">The actor's message family.</typeparam>
public interface IActorContext<TMessage>
    where TMessage : notnull
{
    /// <summary>The actor's own address. Safe to hand out and to use on any thread.</summary>
    IActorRef<TMessage> Self { get; }

    /// <summary>The system that the actor lives in.</summary>
    ActorSystem System { get; }

    /// <summary>The clock that the system was given; virtual in simulation.</summary>
    TimeProvider Time { get; }

    /// <summary>Children that run.</summary>
    IReadOnlyCollection<IActorRef> Children { get; }

    /// <summary>Starts a child.</summary>
    /// <exception cref="InvalidOperationException">A child of that name runs already.</exception>
    IActorRef<TChild> ActorOf<TChild>(Props<TChild> props, string name)
        where TChild : notnull;

    /// <summary>
    /// Stops a child, or this actor, after the message that it is handling. What waits in its mailbox becomes dead
    /// letters.
    /// </summary>
    void Stop(IActorRef actor);

    /// <summary>
    /// Asks to be told by <see cref="Actor{TMessage}.OnTerminated"/> when the actor has stopped; at once if it has
    /// already.
    /// </summary>
    /// <remarks>
    /// The notice queues behind the last message which that actor sent to this one; no capacity loses it. A watch outlives
    /// a restart of this actor, except on its children, which the restart stops.
    /// </remarks>
    /// <exception cref="ArgumentException">The address is not an actor's.</exception>
    void Watch(IActorRef actor);

    /// <summary>Takes a <see cref="Watch"/> back; after this no notice of it arrives.</summary>
    void Unwatch(IActorRef actor);

    /// <summary>An address for another message family: what is told to it arrives here, translated.</summary>
    /// <param name="translate">Runs on the sender's thread; must be pure.</param>
    IActorRef<TOther> Adapt<TOther>(Func<TOther, TMessage> translate)
        where TOther : notnull;

    /// <summary>
    /// Tells this actor the message once, after the delay. A timer of the same key is replaced; nothing of the old one
    /// arrives.
    /// </summary>
    /// <remarks>
    /// A tick takes its place among the waiting messages, but not of their capacity: a full mailbox delays it and never
    /// loses it. While a tick waits, further ones of its timer are one with it, so that a timer adds at most one.
    /// </remarks>
    void StartTimer(string key, TMessage message, TimeSpan delay);

    /// <summary>
    /// Tells this actor the message every interval, first after one interval. Missed ticks are not made up.
    /// </summary>
    void StartPeriodicTimer(string key, TMessage message, TimeSpan interval);

    /// <summary>
    /// Cancels a timer: not even a tick that waits in the mailbox arrives after this. All timers end with the actor.
    /// </summary>
    void CancelTimer(string key);

    /// <summary>Lets the outcome of work that runs elsewhere come back as a message.</summary>
    /// <remarks>An exception that <paramref name="success"/> throws goes to <paramref name="failure"/> too.</remarks>
    /// <param name="work">The work, started already.</param>
    /// <param name="success">Makes the message of a result. Runs off the actor's turn; must be pure.</param>
    /// <param name="failure">
    /// Makes the message of an exception, cancellation included. Runs off the actor's turn; must be pure.
    /// </param>
    void PipeTo<TResult>(Task<TResult> work, Func<TResult, TMessage> success, Func<Exception, TMessage> failure);
}
