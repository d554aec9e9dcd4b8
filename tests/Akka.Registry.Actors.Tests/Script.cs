namespace Akka.Registry.Actors.Tests;

/// <summary>What a <see cref="Script"/> is told.</summary>
internal abstract record Line
{
    private Line() { }

    /// <summary>Write the text into the journal.</summary>
    public sealed record Say(string Text) : Line;

    /// <summary>Run the code on the actor's turn.</summary>
    public sealed record Run(Action<Script> Code) : Line;

    /// <summary>Answer with the text.</summary>
    public sealed record Question(IActorRef<string> ReplyTo, string Text) : Line;
}

/// <summary>What a script throws on purpose.</summary>
internal sealed class Boom(string message = "boom") : Exception(message);

/// <summary>An actor whose tests bring its code, and which keeps a journal of its life.</summary>
internal sealed class Script(string name, Journal journal, SupervisorStrategy? strategy = null) : Actor<Line>
{
    public new IActorContext<Line> Context => base.Context;

    /// <summary>State that a restart loses.</summary>
    public int Count { get; set; }

    protected internal override SupervisorStrategy SupervisorStrategy => strategy ?? base.SupervisorStrategy;

    /// <summary>Runs in <see cref="PreStart"/>.</summary>
    public Action<Script>? AtStart { get; init; }

    /// <summary>Runs in <see cref="PostStop"/>.</summary>
    public Action<Script>? AtStop { get; init; }

    public void Write(string text) => journal.Add($"{name} {text}");

    /// <summary>Starts a child script with the same journal.</summary>
    public IActorRef<Line> Child(string child, SupervisorStrategy? childStrategy = null) =>
        Context.ActorOf(Props.Of(() => new Script(child, journal, childStrategy)), child);

    protected internal override void PreStart()
    {
        Write("starts");
        AtStart?.Invoke(this);
    }

    protected internal override void PostStop()
    {
        Write("ends");
        AtStop?.Invoke(this);
    }

    protected internal override void PreRestart(Exception reason)
    {
        Write($"fails: {reason.Message}");
        base.PreRestart(reason);
    }

    protected internal override void OnTerminated(IActorRef actor) => Write($"misses {actor.Path}");

    protected internal override void Receive(Line message)
    {
        switch (message)
        {
            case Line.Say say: Write(say.Text); break;
            case Line.Run run: run.Code(this); break;
            case Line.Question question: question.ReplyTo.Tell(question.Text); break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }
}

/// <summary>Shorthands for lines.</summary>
internal static class Lines
{
    public static void Say(this IActorRef<Line> actor, string text) => actor.Tell(new Line.Say(text));

    public static void Run(this IActorRef<Line> actor, Action<Script> code) => actor.Tell(new Line.Run(code));

    public static void Fail(this IActorRef<Line> actor, string message = "boom") => actor.Run(_ => throw new Boom(message));
}
