using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Actors.Virtual;

namespace Akka.Registry.TestKit;

/// <summary>An actor that only listens: give its address to what is tested, and expect what it is told, in virtual time.</summary>
/// <remarks>
/// Expectations run virtual time themselves, no further than they need to: a message that is there is taken at once. They are made by
/// the test, never from within an event. To be watched by an actor, hand out <see cref="Actor"/>.
/// </remarks>
/// <typeparam name="TMessage">What it understands.</typeparam>
/// <example>
/// <code>
/// var probe = new TestProbe&lt;Greeting&gt;(cluster.Scheduler, cluster[0].Node.System, "probe");
/// greeter.Tell(new Greet("world", ReplyTo: probe));
/// probe.ExpectMessage&lt;Greeting&gt;().Text.ShouldBe("Hello, world");
/// probe.ExpectNoMessage(TimeSpan.FromSeconds(1));
/// </code>
/// </example>
public sealed class TestProbe<TMessage> : IActorRef<TMessage>
    where TMessage : notnull
{
    private readonly VirtualScheduler _scheduler;
    private readonly IActorRef<Note> _recorder;
    private readonly Queue<TMessage> _received = new();
    private readonly List<ActorPath> _terminated = [];

    /// <summary>Starts a probe under <c>/user</c>.</summary>
    /// <param name="scheduler">The virtual time that the system lives in.</param>
    /// <param name="system">Where it lives.</param>
    /// <param name="name">Its name, free in that system.</param>
    public TestProbe(VirtualScheduler scheduler, ActorSystem system, string name = "probe")
    {
        ArgumentNullException.ThrowIfNull(system);
        _scheduler = scheduler;
        _recorder = system.ActorOf(Props.Of<Note>(() => new Recorder(this)), name);
    }

    /// <summary>How long an expectation waits unless it says otherwise; default 3 s, as Akka's does.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The actor behind it, for who wants to watch or stop it.</summary>
    public IActorRef Actor => _recorder;

    /// <inheritdoc/>
    public ActorPath Path => _recorder.Path;

    /// <summary>What was told and not expected yet, the oldest first.</summary>
    public IReadOnlyCollection<TMessage> Waiting => _received;

    /// <inheritdoc/>
    public void Tell(TMessage message) => _recorder.Tell(new Note.Received(message));

    /// <summary>Watches an actor; its end is then expected by <see cref="ExpectTerminated"/>.</summary>
    public void Watch(IActorRef actor) => _recorder.Tell(new Note.Watch(actor));

    /// <summary>Takes the next message.</summary>
    /// <param name="within">How long to wait for it; by default <see cref="Patience"/>.</param>
    /// <exception cref="ExpectationException">None came.</exception>
    public TMessage ExpectMessage(TimeSpan? within = null)
    {
        var patience = within ?? Patience;
        if (!_scheduler.RunUntil(() => _received.Count > 0, patience))
            throw Failure($"no message within {patience.TotalSeconds:0.###} s");
        return _received.Dequeue();
    }

    /// <summary>Takes the next message, which is of that case.</summary>
    /// <param name="within">How long to wait for it; by default <see cref="Patience"/>.</param>
    /// <exception cref="ExpectationException">None came, or another one, which is taken too.</exception>
    public TCase ExpectMessage<TCase>(TimeSpan? within = null)
        where TCase : TMessage
    {
        var message = ExpectMessage(within);
        return message is TCase expected ? expected : throw Failure($"expected {typeof(TCase).Name}, and was told {message}");
    }

    /// <summary>Takes messages until one is meant, and drops those before it.</summary>
    /// <param name="isMeant">Which one.</param>
    /// <param name="within">How long to wait for it, others or none; by default <see cref="Patience"/>.</param>
    /// <exception cref="ExpectationException">It did not come.</exception>
    public TMessage FishForMessage(Predicate<TMessage> isMeant, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(isMeant);
        var end = _scheduler.Elapsed + (within ?? Patience);
        while (true)
        {
            var message = ExpectMessage(end - _scheduler.Elapsed);
            if (isMeant(message))
                return message;
        }
    }

    /// <summary>Lets the whole span pass, in which nothing is told.</summary>
    /// <exception cref="ExpectationException">Something was told, or waits from before.</exception>
    public void ExpectNoMessage(TimeSpan span)
    {
        if (_scheduler.RunUntil(() => _received.Count > 0, span))
            throw Failure($"expected nothing for {span.TotalSeconds:0.###} s, and was told {_received.Peek()}");
    }

    /// <summary>An actor that the probe watches has stopped, or stops now.</summary>
    /// <param name="actor">Which one.</param>
    /// <param name="within">How long to wait for it; by default <see cref="Patience"/>.</param>
    /// <exception cref="ExpectationException">It lives on.</exception>
    public void ExpectTerminated(IActorRef actor, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var patience = within ?? Patience;
        if (!_scheduler.RunUntil(() => _terminated.Contains(actor.Path), patience))
            throw Failure($"{actor.Path} has not stopped within {patience.TotalSeconds:0.###} s");
        _terminated.Remove(actor.Path);
    }

    private ExpectationException Failure(string what) =>
        new($"{Path}, seed {_scheduler.Seed}, {_scheduler.Elapsed.TotalSeconds:0.000} s: {what}.");

    /// <summary>What the recorder understands.</summary>
    private abstract record Note
    {
        private Note() { }

        public sealed record Received(TMessage Message) : Note;

        public sealed record Watch(IActorRef Actor) : Note;
    }

    private sealed class Recorder(TestProbe<TMessage> probe) : Actor<Note>
    {
        protected override void Receive(Note message)
        {
            switch (message)
            {
                case Note.Received received: probe._received.Enqueue(received.Message); break;
                case Note.Watch watch: Context.Watch(watch.Actor); break;
                default: throw new UnreachableException($"No handler for {message.GetType().Name}.");
            }
        }

        protected override void OnTerminated(IActorRef actor) => probe._terminated.Add(actor.Path);
    }
}

/// <summary>What a test expected did not happen, in virtual time.</summary>
public sealed class ExpectationException(string message) : Exception(message);
