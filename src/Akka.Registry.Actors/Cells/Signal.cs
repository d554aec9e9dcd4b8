namespace Akka.Registry.Actors.Cells;

/// <summary>What the tree tells a cell: handled before any waiting message, and never bounded or lost.</summary>
internal abstract class Signal
{
    private Signal() { }

    /// <summary>The signal sent before this one, while both wait.</summary>
    public Signal? Next { get; set; }

    /// <summary>Make the behaviour and run its <c>PreStart</c>.</summary>
    public sealed class Start : Signal;

    /// <summary>End, children first.</summary>
    public sealed class Stop : Signal;

    /// <summary>The supervisor's answer to a failure: a fresh behaviour.</summary>
    public sealed class Restart(Exception reason) : Signal
    {
        public Exception Reason { get; } = reason;
    }

    /// <summary>The supervisor's answer to a failure: go on with the same behaviour.</summary>
    public sealed class Resume : Signal;

    /// <summary>A child threw and waits for its verdict.</summary>
    public sealed class ChildFailed(Cell child, Failure failure) : Signal
    {
        public Cell Child { get; } = child;

        public Failure Failure { get; } = failure;
    }

    /// <summary>A child has stopped; its name is free.</summary>
    public sealed class ChildStopped(Cell child) : Signal
    {
        public Cell Child { get; } = child;
    }

    /// <summary>The watcher wants to be told of the end.</summary>
    public sealed class Watch(Cell watcher) : Signal
    {
        public Cell Watcher { get; } = watcher;
    }

    /// <summary>The watcher no longer wants to be told.</summary>
    public sealed class Unwatch(Cell watcher) : Signal
    {
        public Cell Watcher { get; } = watcher;
    }
}

/// <summary>How a cell failed.</summary>
/// <param name="Reason">What was thrown.</param>
/// <param name="Started">
/// Whether the behaviour was up: one that failed in its start cannot be resumed, only restarted.
/// </param>
/// <param name="Escalated">
/// Whether a child's failure was passed on, rather than the cell's own code having thrown.
/// </param>
internal readonly record struct Failure(Exception Reason, bool Started, bool Escalated);

/// <summary>
/// What stands in a mailbox besides messages, to keep its order among them: ticks and notices of termination. Notes do
/// not count against the capacity and are never dropped; each timer and each watched actor has at most one waiting.
/// </summary>
internal abstract class Note;

/// <summary>A watched actor has stopped. It queues behind the last message which that actor sent.</summary>
internal sealed class TerminatedNote(Cell actor) : Note
{
    public Cell Actor { get; } = actor;
}
