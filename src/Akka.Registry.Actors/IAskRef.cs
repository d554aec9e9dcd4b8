namespace Akka.Registry.Actors;

/// <summary>The address of one answer that somebody waits for: what <see cref="AskExtensions.Ask"/> hands to a message.</summary>
/// <remarks>For what carries messages elsewhere: it learns how long an answer is worth sending, and can say that none will come.</remarks>
public interface IAskRef : IActorRef
{
    /// <summary>How long the asker waits, from the ask on.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Ends the wait: the asker's task fails at once. Any thread.</summary>
    /// <param name="reason">What the task fails with.</param>
    /// <returns>False when there was an answer, a failure or a timeout before; nothing happens then.</returns>
    bool Fail(Exception reason);
}
