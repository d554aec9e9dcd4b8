using Akka.Registry.Actors.Cells;
using Akka.Registry.Actors.Virtual;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Actors;

/// <summary>
/// A tree of actors with one clock and one dispatcher. <c>/user</c> holds the application's, <c>/system</c> the
/// engine's.
/// </summary>
public sealed class ActorSystem : IAsyncDisposable
{
    private readonly TaskCompletionSource _terminated;
    private readonly ActorCell<Guardian.Message> _user;
    private readonly ActorCell<Guardian.Message> _system;

    private ActorSystem(string name, ActorSystemOptions options)
    {
        (Name, Options) = (name, options);
        if (options.Throughput is < 1 or > 10_000)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Throughput, "Throughput is 1 to 10,000 messages a turn.");
        }

        Logger = options.LoggerFactory.CreateLogger<ActorSystem>();
        DeadLetters = new DeadLetters(name, options.Time, Logger);
        _terminated = new TaskCompletionSource(
            options.Time is VirtualClock ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        _user = StartGuardian("user");
        _system = StartGuardian("system");
    }

    /// <summary>The name given at creation; for logs.</summary>
    public string Name { get; }

    /// <summary>What the system was given.</summary>
    public ActorSystemOptions Options { get; }

    /// <summary>The system's clock.</summary>
    public TimeProvider Time => Options.Time;

    /// <summary>Messages that could not be delivered since the start.</summary>
    public long DeadLetterCount => DeadLetters.Count;

    /// <summary>
    /// Messages lost to a full mailbox since the start, over all actors; each is among the dead letters too.
    /// </summary>
    public long OverflowCount => DeadLetters.OverflowCount;

    /// <summary>Completes when every actor has stopped.</summary>
    public Task WhenTerminated => _terminated.Task;

    /// <summary>
    /// Where undeliverable messages end. What sends for actors, or receives for them, adds its own.
    /// </summary>
    public DeadLetters DeadLetters { get; }

    internal ILogger Logger { get; }

    /// <summary>Starts a system.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static ActorSystem Create(string name, ActorSystemOptions? options = null) =>
        new(name, options ?? new ActorSystemOptions());

    /// <summary>
    /// Starts an actor under <c>/user</c>. Actors stop in the reverse order of their start. Safe on any thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// An actor of that name runs already, or the system is terminating.
    /// </exception>
    public IActorRef<TMessage> ActorOf<TMessage>(Props<TMessage> props, string name)
        where TMessage : notnull => _user.ActorOf(props, name);

    /// <summary>
    /// Starts an actor under <c>/system</c>, which stops after everything under <c>/user</c> has. Safe on any thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// An actor of that name runs already, or the system has terminated.
    /// </exception>
    public IActorRef<TMessage> SystemActorOf<TMessage>(Props<TMessage> props, string name)
        where TMessage : notnull => _system.ActorOf(props, name);

    /// <summary>Asks for every dead letter from now on.</summary>
    /// <param name="observer">Runs on the sender's thread; must be quick and must not throw.</param>
    /// <returns>Dispose to end.</returns>
    public IDisposable SubscribeDeadLetters(Action<DeadLetter> observer) => DeadLetters.Subscribe(observer);

    /// <summary>
    /// What an actor's mailbox holds and has lost; safe on any thread, exact when nobody tells meanwhile.
    /// </summary>
    /// <exception cref="ArgumentException">The address is not an actor's.</exception>
    public static MailboxStatus InspectMailbox(IActorRef actor) => Cell.Of(actor).Mailbox;

    /// <summary>Stops an actor; safe on any thread.</summary>
    /// <exception cref="ArgumentException">The address is not one of an actor of this system.</exception>
    public void Stop(IActorRef actor)
    {
        var cell = Cell.Of(actor);
        if (cell.System != this)
        {
            throw new ArgumentException(
                $"'{actor.Path}' is an actor of '{cell.System.Name}', not of '{Name}'.", nameof(actor));
        }

        cell.Send(new Signal.Stop());
    }

    /// <summary>
    /// Stops every actor: <c>/user</c> first, in reverse order of start, then <c>/system</c> likewise.
    /// </summary>
    /// <remarks>One actor is awaited before the next is stopped. May be called again, and answers with the same task.</remarks>
    public Task TerminateAsync()
    {
        _user.Send(new Signal.Stop());
        return WhenTerminated;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await TerminateAsync().ConfigureAwait(false);

    internal void OnGuardianStopped(Cell guardian)
    {
        if (guardian == _user)
            _system.Send(new Signal.Stop());
        else
            _terminated.TrySetResult();
    }

    private ActorCell<Guardian.Message> StartGuardian(string name)
    {
        var guardian = new ActorCell<Guardian.Message>(
            this, null, ActorPath.Root.Child(name), Props.Of<Guardian.Message>(static () => new Guardian()));
        guardian.Send(new Signal.Start());
        return guardian;
    }
}
