namespace Akka.Registry.Actors;

/// <summary>What happens to a message that finds the mailbox full.</summary>
public enum MailboxOverflow
{
    /// <summary>The new message becomes a dead letter.</summary>
    Reject,

    /// <summary>The oldest waiting message becomes a dead letter.</summary>
    DropOldest,
}

/// <summary>The recipe of an actor: how to make it, and the bounds of its mailbox.</summary>
/// <typeparam name="TMessage">The actor's message family.</typeparam>
/// <param name="Create">Makes a fresh behaviour, at start and at each restart.</param>
public sealed record Props<TMessage>(Func<Actor<TMessage>> Create)
    where TMessage : notnull
{
    /// <summary>
    /// Messages that may wait; 1 to 16,777,216, default 65,536. More are treated by <see cref="Overflow"/> and counted.
    /// </summary>
    public int MailboxCapacity { get; init; } = 65_536;

    /// <summary>What happens past <see cref="MailboxCapacity"/>; by default the new message is rejected.</summary>
    public MailboxOverflow Overflow { get; init; } = MailboxOverflow.Reject;
}

/// <summary>Makes <see cref="Props{TMessage}"/> with the type inferred.</summary>
public static class Props
{
    /// <summary>The recipe of an actor with default bounds.</summary>
    public static Props<TMessage> Of<TMessage>(Func<Actor<TMessage>> create)
        where TMessage : notnull => new(create);
}
