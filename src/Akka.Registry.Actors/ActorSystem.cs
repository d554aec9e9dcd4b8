namespace Akka.Registry.Actors;

/// <summary>A tree of actors with one clock and one dispatcher. <c>/user</c> holds the application's, <c>/system</c> the engine's.</summary>
public sealed class ActorSystem : IAsyncDisposable
{
    private ActorSystem(string name, ActorSystemOptions options) => (Name, Options) = (name, options);

    /// <summary>The name given at creation; for logs.</summary>
    public string Name { get; }

    /// <summary>What the system was given.</summary>
    public ActorSystemOptions Options { get; }

    /// <summary>The system's clock.</summary>
    public TimeProvider Time => Options.Time;

    /// <summary>Messages that could not be delivered since the start.</summary>
    public long DeadLetterCount => throw new NotImplementedException();

    /// <summary>Completes when every actor has stopped.</summary>
    public Task WhenTerminated => throw new NotImplementedException();

    /// <summary>Starts a system.</summary>
    public static ActorSystem Create(string name, ActorSystemOptions? options = null) => new(name, options ?? new ActorSystemOptions());

    /// <summary>Starts an actor under <c>/user</c>. Actors stop in the reverse order of their start.</summary>
    public IActorRef<TMessage> ActorOf<TMessage>(Props<TMessage> props, string name)
        where TMessage : notnull => throw new NotImplementedException();

    /// <summary>Starts an actor under <c>/system</c>, which stops after everything under <c>/user</c> has.</summary>
    public IActorRef<TMessage> SystemActorOf<TMessage>(Props<TMessage> props, string name)
        where TMessage : notnull => throw new NotImplementedException();

    /// <summary>Asks for every dead letter from now on.</summary>
    /// <param name="observer">Runs on the sender's thread; must be quick and must not throw.</param>
    /// <returns>Dispose to end.</returns>
    public IDisposable SubscribeDeadLetters(Action<DeadLetter> observer) => throw new NotImplementedException();

    /// <summary>Stops an actor; safe on any thread.</summary>
    public void Stop(IActorRef actor) => throw new NotImplementedException();

    /// <summary>Stops every actor: <c>/user</c> first, in reverse order of start, then <c>/system</c> likewise.</summary>
    public Task TerminateAsync() => throw new NotImplementedException();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await TerminateAsync().ConfigureAwait(false);
}
