using Akka.Registry.Actors;

namespace Akka.Registry.Remoting;

/// <summary>An ask of an actor of another process that no answer can come to any more. It ends at once, before its timeout.</summary>
public sealed class RemoteAskException : Exception
{
    internal RemoteAskException(DeadLetterReason reason, bool mayHaveBeenHandled, ActorPath actor)
        : base($"{actor} does not answer: {Sentence(reason)}"
            + (mayHaveBeenHandled ? " The message may have been handled all the same." : " The message was not handled."))
    {
        (Reason, MayHaveBeenHandled, Actor) = (reason, mayHaveBeenHandled, actor);
    }

    /// <summary>Why.</summary>
    public DeadLetterReason Reason { get; }

    /// <summary>Whether the actor may have seen the message. When it has not, asking again cannot count twice.</summary>
    public bool MayHaveBeenHandled { get; }

    /// <summary>Who was asked.</summary>
    public ActorPath Actor { get; }

    private static string Sentence(DeadLetterReason reason) => reason switch
    {
        DeadLetterReason.Stopped => "it has stopped.",
        DeadLetterReason.MailboxFull => "its mailbox is full.",
        DeadLetterReason.NoSuchActor => "there is none of that address at its node.",
        DeadLetterReason.UnknownMessage => "a codec does not know this kind of message.",
        DeadLetterReason.Malformed => "the message, or the answer, cannot be read.",
        DeadLetterReason.NotEncodable => "the message, or the answer, cannot be written for the wire.",
        DeadLetterReason.TooLarge => "the message, or the answer, takes more bytes than may be.",
        DeadLetterReason.Overloaded => "as many messages or asks wait on the way as may.",
        DeadLetterReason.Unreachable => "there is no way to its node now.",
        DeadLetterReason.NodeGone => "its node is down, has left, or is not known.",
        DeadLetterReason.NotAllowed => "the client's token has no right to read the service that it is registered as.",
        DeadLetterReason.LinkBroken => "the connection broke while the answer was awaited.",
        _ => $"{reason}.",
    };
}
