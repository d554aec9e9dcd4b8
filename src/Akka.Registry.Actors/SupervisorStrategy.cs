namespace Akka.Registry.Actors;

/// <summary>What a supervisor does with a child that threw.</summary>
public enum Directive
{
    /// <summary>Replace the behaviour by a fresh one; mailbox and address stay.</summary>
    Restart,

    /// <summary>Stop the child.</summary>
    Stop,

    /// <summary>Keep the behaviour and its state; only the failed message is lost.</summary>
    Resume,

    /// <summary>Fail oneself: the question goes to the grandparent.</summary>
    Escalate,
}

/// <summary>One-for-one supervision: each failing child is judged alone.</summary>
/// <remarks>
/// An actor that fails in its constructor or its start cannot be resumed: it is restarted instead. Under <c>/user</c> and
/// <c>/system</c> the default strategy holds, and what is escalated that far stops the actor at the top. The children of a
/// failed actor go on until its verdict stops them.
/// </remarks>
/// <param name="Decide">Maps the exception to a directive; pure.</param>
/// <param name="RestartsMax">
/// Restarts granted within <paramref name="Window"/>; one more stops the child. 0 or more.
/// </param>
/// <param name="Window">The sliding window that restarts are counted in; more than zero.</param>
public sealed record SupervisorStrategy(Func<Exception, Directive> Decide, int RestartsMax, TimeSpan Window)
{
    /// <summary>Restart, at most 10 times in a minute.</summary>
    public static SupervisorStrategy Default { get; } = new(_ => Directive.Restart, 10, TimeSpan.FromMinutes(1));

    /// <summary>Stop at the first failure.</summary>
    public static SupervisorStrategy StopOnFailure { get; } = new(_ => Directive.Stop, 0, TimeSpan.FromMinutes(1));
}
