using Akka.Registry.Actors;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Remoting;

/// <summary>The way of answers back to one asker. Any thread.</summary>
internal interface IAnswerRoute
{
    /// <summary>Sends it, at most once.</summary>
    /// <returns>Why it cannot be sent; null when it is on its way.</returns>
    DeadLetterReason? Send(ActorAnswer answer);
}

/// <summary>At the host's side, the one answer that a message asks for: handed to a codec, which makes an address of it.</summary>
public sealed class RemoteReply
{
    private readonly ActorHost _host;
    private readonly IAnswerRoute _route;
    private readonly ulong _ask;
    private int _answered;

    internal RemoteReply(ActorHost host, IAnswerRoute route, ActorMessage message)
    {
        (_host, _route, _ask) = (host, route, message.Ask);
        Timeout = TimeSpan.FromMilliseconds(Math.Max(1, message.TimeoutMs));
    }

    /// <summary>How long the asker waits.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The address of the answer: the first one told to it travels to the asker, others are dropped.</summary>
    /// <param name="codec">Writes the answer.</param>
    public IActorRef<TReply> To<TReply>(IMessageCodec<TReply> codec)
        where TReply : notnull => new Address<TReply>(this, codec);

    /// <summary>Says that there will be no answer.</summary>
    /// <returns>False when there was one, or this was said, before.</returns>
    internal bool Fail(DeadLetterReason reason, bool mayHaveBeenHandled)
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
            return false;
        _route.Send(Undelivered.Answer(_ask, reason, mayHaveBeenHandled)); // Lost: the asker's time runs out.
        return true;
    }

    private void Answer<TReply>(TReply reply, IMessageCodec<TReply> codec)
        where TReply : notnull
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
            return;
        if (TryEncode(reply, codec, out var answer) is not { } reason)
        {
            if (_route.Send(answer) is { } lost)
                _host.DeadLetters.Add(AskerPath, reply, lost);
            return;
        }

        _host.DeadLetters.Add(AskerPath, reply, reason);
        _route.Send(Undelivered.Answer(_ask, reason, mayHaveBeenHandled: true));
    }

    private DeadLetterReason? TryEncode<TReply>(TReply reply, IMessageCodec<TReply> codec, out ActorAnswer answer)
        where TReply : notnull
    {
        answer = null!;
        try
        {
            if (codec.ReplyPortOf(reply) is not null)
                return DeadLetterReason.NotEncodable;   // An answer that asks: there is no way for the answer to it.
            var encoded = codec.Encode(reply);
            answer = new ActorAnswer
            {
                Ask = _ask,
                Manifest = encoded.Manifest,
                Payload = UnsafeByteOperations.UnsafeWrap(encoded.Payload),
            };
            return encoded.Payload.Length > _host.Options.MessageBytesMax ? DeadLetterReason.TooLarge : null;
        }
        catch (Exception failure)
        {
            // The edge to the application's codec.
            return CodecEdge.ReasonOf(failure, DeadLetterReason.NotEncodable);
        }
    }

    /// <summary>Where answers to other processes go.</summary>
    private static ActorPath AskerPath { get; } = ActorPath.Root.Child("remote").Child("asker");

    private sealed class Address<TReply>(RemoteReply reply, IMessageCodec<TReply> codec) : IActorRef<TReply>, IAskRef
        where TReply : notnull
    {
        public ActorPath Path => AskerPath;

        public TimeSpan Timeout => reply.Timeout;

        public void Tell(TReply message) => reply.Answer(message, codec);

        // Where the message was sent on to yet another process, the failure there travels back to the first asker.
        public bool Fail(Exception reason) => reason is RemoteAskException known
            ? reply.Fail(known.Reason, known.MayHaveBeenHandled)
            : reply.Fail(DeadLetterReason.Unreachable, mayHaveBeenHandled: true);
    }
}
