namespace Akka.Registry.Actors;

/// <summary>Why a message could not be delivered.</summary>
public enum DeadLetterReason
{
    /// <summary>The actor has stopped, or stopped while the message waited.</summary>
    Stopped,

    /// <summary>The mailbox was full.</summary>
    MailboxFull,
}

/// <summary>A message that was not delivered.</summary>
/// <param name="Recipient">Whom it was for.</param>
/// <param name="Message">The message itself.</param>
/// <param name="Reason">Why it was not delivered.</param>
public sealed record DeadLetter(ActorPath Recipient, object Message, DeadLetterReason Reason);
