namespace Akka.Registry.Actors;

/// <summary>Why a message could not be delivered. The first two happen anywhere, the others on the way to an actor of another process.</summary>
public enum DeadLetterReason
{
    /// <summary>The actor has stopped, or stopped while the message waited.</summary>
    Stopped,

    /// <summary>The mailbox was full.</summary>
    MailboxFull,

    /// <summary>No actor ever had that address at the node that it names.</summary>
    NoSuchActor,

    /// <summary>The codec does not know messages of that kind: on the way out the message's type, on the way in its manifest.</summary>
    UnknownMessage,

    /// <summary>What came could not be read as a message.</summary>
    Malformed,

    /// <summary>The message could not be written for the wire.</summary>
    NotEncodable,

    /// <summary>The message, or the answer to it, takes more bytes than may be.</summary>
    TooLarge,

    /// <summary>As many messages or asks wait on the way as may.</summary>
    Overloaded,

    /// <summary>There is no way to the actor's node now: no session, or a connection that takes nothing more.</summary>
    Unreachable,

    /// <summary>The actor's node is no member: it is down, or has left, or is not known.</summary>
    NodeGone,

    /// <summary>The connection broke while the answer was awaited. Of asks alone: the message may have been handled.</summary>
    LinkBroken,

    /// <summary>The client has no right to read the service that the actor is registered as, or it is registered as none.</summary>
    NotAllowed,
}

/// <summary>A message that was not delivered.</summary>
/// <param name="Recipient">Whom it was for.</param>
/// <param name="Message">The message itself.</param>
/// <param name="Reason">Why it was not delivered.</param>
public sealed record DeadLetter(ActorPath Recipient, object Message, DeadLetterReason Reason);
