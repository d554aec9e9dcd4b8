using System.Collections.Concurrent;
using Akka.Registry.Actors;
using Akka.Registry.Contracts;

namespace Akka.Registry.Remoting;

/// <summary>The receiver's side: actors of this process that others reach, and what comes for them. Any thread.</summary>
/// <remarks>
/// Messages are read on the thread that brings them, and told to the actor at once: so those of one connection keep their order. What
/// becomes a dead letter here, before the mailbox or in it, ends its ask at once.
/// </remarks>
internal sealed class ActorHost : IDisposable
{
    private readonly ConcurrentDictionary<ulong, HostedActor> _byNumber = new();
    private readonly ConcurrentDictionary<ActorPath, HostedActor> _byPath = new();
    private readonly IDisposable _subscription;
    private long _last;
    private long _received;

    public ActorHost(RemotingOptions options, DeadLetters letters)
    {
        (Options, DeadLetters) = (options, letters);
        _subscription = letters.Subscribe(OnDeadLetter);
    }

    public RemotingOptions Options { get; }

    public DeadLetters DeadLetters { get; }

    /// <summary>Actors that can be reached.</summary>
    public int Count => _byNumber.Count;

    /// <summary>Messages that came.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Lets an actor be reached.</summary>
    /// <returns>Its number, never 0 and never used again.</returns>
    public ulong Add<TMessage>(IActorRef<TMessage> actor, IMessageCodec<TMessage> codec)
        where TMessage : notnull
    {
        var number = (ulong)Interlocked.Increment(ref _last);
        var hosted = new HostedActor.Of<TMessage>(this, actor, codec);
        _byNumber[number] = hosted;
        _byPath[actor.Path] = hosted;
        return number;
    }

    /// <summary>It has ended, or is no longer to be reached.</summary>
    public void Remove(ulong number)
    {
        if (!_byNumber.TryRemove(number, out var hosted))
            return;
        hosted.HasEnded = true;
        _byPath.TryRemove(new KeyValuePair<ActorPath, HostedActor>(hosted.Path, hosted));
        if (_byNumber.Values.FirstOrDefault(other => other.Path == hosted.Path) is { } also)
            _byPath.TryAdd(also.Path, also);    // It is there under another number, as another service.
    }

    /// <summary>The address of an actor of this process itself, where the caller's types are the actor's; else null.</summary>
    public IActorRef<TMessage>? Find<TMessage>(ulong number)
        where TMessage : notnull =>
        _byNumber.TryGetValue(number, out var hosted) ? (hosted as HostedActor.Of<TMessage>)?.Actor : null;

    /// <summary>Takes a message that came for an actor here.</summary>
    /// <param name="message">As it came from a stranger.</param>
    /// <param name="back">The way of its answer.</param>
    public void Receive(ActorMessage message, IAnswerRoute back)
    {
        Interlocked.Increment(ref _received);
        var reply = message.Ask == 0 ? null : new RemoteReply(this, back, message);
        if (_byNumber.TryGetValue(message.Actor, out var hosted))
            hosted.Deliver(message, reply);
        else if (message.Actor != 0 && message.Actor <= (ulong)Interlocked.Read(ref _last))
            Refuse(message, reply, DeadLetterReason.Stopped);
        else
            Refuse(message, reply, DeadLetterReason.NoSuchActor);
    }

    /// <summary>It cannot be delivered.</summary>
    public void Refuse(ActorMessage message, RemoteReply? reply, DeadLetterReason reason)
    {
        DeadLetters.Add(PathOf(message), new UnreadMessage(message.Manifest, message.Payload.Length), reason);
        reply?.Fail(reason, mayHaveBeenHandled: false);
    }

    /// <inheritdoc/>
    public void Dispose() => _subscription.Dispose();

    /// <summary>Whom a message is for, as it says; the root for what is no path.</summary>
    public static ActorPath PathOf(ActorMessage message) => ActorPath.TryParse(message.Path, out var path) ? path : ActorPath.Root;

    private void OnDeadLetter(DeadLetter letter)
    {
        if (letter.Reason is DeadLetterReason.Stopped or DeadLetterReason.MailboxFull && _byPath.TryGetValue(letter.Recipient, out var hosted))
            hosted.EndAsk(letter.Message, letter.Reason);
    }
}

/// <summary>One actor that others reach.</summary>
internal abstract class HostedActor
{
    private readonly IActorRef _actor;
    private volatile bool _hasEnded;

    private HostedActor(IActorRef actor) => _actor = actor;

    public ActorPath Path => _actor.Path;

    /// <summary>Set before it is forgotten.</summary>
    public bool HasEnded { get => _hasEnded; set => _hasEnded = value; }

    public abstract void Deliver(ActorMessage message, RemoteReply? reply);

    /// <summary>A message of its family has become a dead letter: who asked with it hears so.</summary>
    public abstract void EndAsk(object message, DeadLetterReason reason);

    public sealed class Of<TMessage>(ActorHost host, IActorRef<TMessage> actor, IMessageCodec<TMessage> codec) : HostedActor(actor)
        where TMessage : notnull
    {
        public IActorRef<TMessage> Actor => actor;

        public override void Deliver(ActorMessage message, RemoteReply? reply)
        {
            try
            {
                actor.Tell(codec.Decode(new EncodedMessage(message.Manifest, message.Payload.Memory), reply));
            }
            catch (Exception failure)
            {
                // The edge to the application's codec: the link that brought this, and all that comes on it, go on.
                host.Refuse(message, reply, CodecEdge.ReasonOf(failure, DeadLetterReason.Malformed));
                return;
            }

            // Told after the actor was forgotten: its dead letter found nobody who knew of the ask.
            if (HasEnded)
                reply?.Fail(DeadLetterReason.Stopped, mayHaveBeenHandled: true);
        }

        public override void EndAsk(object message, DeadLetterReason reason)
        {
            if (message is not TMessage own)
                return;
            try
            {
                codec.ReplyPortOf(own)?.Fail(new RemoteAskException(reason, mayHaveBeenHandled: false, actor.Path));
            }
            catch (Exception)
            {
                // The edge to the application's codec: the ask ends by its time.
            }
        }
    }
}
