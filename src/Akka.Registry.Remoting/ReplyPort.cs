using Akka.Registry.Actors;
using Akka.Registry.Contracts;

namespace Akka.Registry.Remoting;

/// <summary>Where the answer of one ask goes, whatever its type. Any thread.</summary>
internal interface IAnswerSink
{
    /// <summary>How long the answer is waited for; null for as long as may be.</summary>
    TimeSpan? Timeout { get; }

    /// <summary>The answer, or word that there will be none. The first call counts, of this and <see cref="Expire"/>.</summary>
    /// <param name="answer">With the asker's number, which means nothing to the sink.</param>
    /// <param name="actor">Who was asked.</param>
    void Take(ActorAnswer answer, ActorPath actor);

    /// <summary>Neither came in time.</summary>
    void Expire();
}

/// <summary>Where the answer to a message goes at the asker's side: an address, and the codec of the answer.</summary>
public abstract class ReplyPort : IAnswerSink
{
    private protected ReplyPort(IActorRef target) => Target = target;

    /// <summary>The address of the answer.</summary>
    public IActorRef Target { get; }

    /// <inheritdoc/>
    TimeSpan? IAnswerSink.Timeout => (Target as IAskRef)?.Timeout;

    /// <summary>
    /// An address, and how answers to it are read. Good for one answer, and for as long as <see cref="AskExtensions.Ask"/> waits; a plain
    /// actor's address for at most <see cref="RemotingOptions.AskTimeoutMax"/>.
    /// </summary>
    /// <param name="target">The address that the message carries.</param>
    /// <param name="codec">Of the answers; an answer may not ask in turn.</param>
    public static ReplyPort To<TReply>(IActorRef<TReply> target, IMessageCodec<TReply> codec)
        where TReply : notnull => new Typed<TReply>(target, codec);

    /// <inheritdoc/>
    void IAnswerSink.Take(ActorAnswer answer, ActorPath actor)
    {
        if (answer.Reason != WireUndelivered.None)
            Fail(new RemoteAskException(Undelivered.FromWire(answer.Reason), answer.MayHaveBeenHandled, actor));
        else if (TryDeliver(answer) is { } reason)
            Fail(new RemoteAskException(reason, mayHaveBeenHandled: true, actor));
    }

    /// <inheritdoc/>
    void IAnswerSink.Expire() => Fail(new TimeoutException("No reply within the longest time that this end waits for one."));

    /// <summary>Ends the wait. A plain actor's address is told nothing: it does not wait.</summary>
    internal void Fail(Exception reason) => (Target as IAskRef)?.Fail(reason);

    /// <returns>Why it was not delivered; null when it was.</returns>
    private protected abstract DeadLetterReason? TryDeliver(ActorAnswer answer);

    private sealed class Typed<TReply>(IActorRef<TReply> target, IMessageCodec<TReply> codec) : ReplyPort(target)
        where TReply : notnull
    {
        private protected override DeadLetterReason? TryDeliver(ActorAnswer answer)
        {
            TReply reply;
            try
            {
                reply = codec.Decode(new EncodedMessage(answer.Manifest, answer.Payload.Memory), reply: null);
            }
            catch (Exception failure)
            {
                // The edge to the application's codec: what it cannot read is the asker's to hear of.
                return CodecEdge.ReasonOf(failure, DeadLetterReason.Malformed);
            }

            target.Tell(reply);
            return null;
        }
    }
}

/// <summary>What a codec throws, as a reason.</summary>
internal static class CodecEdge
{
    public static DeadLetterReason ReasonOf(Exception failure, DeadLetterReason otherwise) =>
        failure is MessageCodecException known ? known.Reason : otherwise;
}
