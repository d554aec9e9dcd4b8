namespace Akka.Registry.Actors;

/// <summary>The behaviour of one actor: it owns its state and handles one message at a time, synchronously.</summary>
/// <remarks>
/// Never block in a handler and never await: start slow work elsewhere and let its result come back as a message
/// (<see cref="IActorContext{TMessage}.PipeTo{TResult}"/>). An exception is a programmer's error; the parent's
/// <see cref="SupervisorStrategy"/> decides what becomes of the actor.
/// </remarks>
/// <typeparam name="TMessage">The root of the closed message family that the actor handles.</typeparam>
public abstract class Actor<TMessage>
    where TMessage : notnull
{
    private IActorContext<TMessage>? _context;

    /// <summary>The actor's surroundings. Available from <see cref="PreStart"/> on, not in the constructor.</summary>
    protected IActorContext<TMessage> Context =>
        _context ?? throw new InvalidOperationException("The context is there from PreStart on, not in the constructor.");

    /// <summary>
    /// How failures of this actor's children are answered; by default restart, at most 10 times in a minute.
    /// </summary>
    protected internal virtual SupervisorStrategy SupervisorStrategy => SupervisorStrategy.Default;

    /// <summary>Handles one message.</summary>
    protected internal abstract void Receive(TMessage message);

    /// <summary>Runs before the first message, on the actor's own turn.</summary>
    protected internal virtual void PreStart() { }

    /// <summary>Runs after the last message, when all children have stopped.</summary>
    protected internal virtual void PostStop() { }

    /// <summary>
    /// Runs on the failed instance before it is replaced; children are stopped already. Calls <see cref="PostStop"/>.
    /// </summary>
    protected internal virtual void PreRestart(Exception reason) => PostStop();

    /// <summary>Runs on the fresh instance after a restart. Calls <see cref="PreStart"/>.</summary>
    protected internal virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>
    /// A watched actor has stopped. Delivered once for each watched actor, after its last message to this one.
    /// </summary>
    protected internal virtual void OnTerminated(IActorRef actor) { }

    internal void Attach(IActorContext<TMessage> context) => _context = context;
}
