using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Session;
using Akka.Registry.Contracts;
using Akka.Registry.Remoting;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Client.Remoting;

/// <summary>Actors that are registered as services: told and asked by their addresses, through the node of the session. Any thread.</summary>
/// <remarks>
/// <para>Delivery is at most once, and in order from one thread to one actor while the session lasts. A message that cannot be sent is a
/// dead letter here; one that does not get further is a dead letter at the node where that happens.</para>
/// <para>An ask (<see cref="AskExtensions.Ask"/>) never outlives its timeout, and ends before it with a
/// <see cref="RemoteAskException"/> when there is no session, when the session breaks or moves, when the actor's node is gone, or when
/// the message is a dead letter anywhere on its way.</para>
/// <para>An address names one incarnation of one actor: take addresses from the current view, and again after its changes.</para>
/// </remarks>
public sealed class ClientActors : IMessageRoute, IDisposable
{
    private readonly RemotingOptions _options;
    private readonly RemoteMessenger _messenger;
    private SessionLink? _link;

    internal ClientActors(RemotingOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        DeadLetters = new DeadLetters("the client", time, logger);
        // One session: what a node takes of it is what may be under way.
        _messenger = new RemoteMessenger(options with { AsksMax = options.SessionAsksMax }, this, DeadLetters, time);
    }

    /// <summary>Messages that could not be sent, with the reason.</summary>
    public DeadLetters DeadLetters { get; }

    /// <summary>Asks that wait for an answer.</summary>
    public int PendingAsks => _messenger.PendingAsks;

    /// <summary>The address of an instance that is an actor.</summary>
    /// <param name="instance">The instance, as a view shows it.</param>
    /// <param name="codec">Of the messages.</param>
    /// <returns>Null when it is no actor, or one that understands another protocol.</returns>
    public IActorRef<TMessage>? Ref<TMessage>(ServiceInstance instance, IMessageCodec<TMessage> codec)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(instance);
        ArgumentNullException.ThrowIfNull(codec);
        return RemoteActorAddress.TryRead(instance.Metadata, out var address) && address.Protocol == codec.Protocol
            ? new RemoteRef<TMessage>(address with { Service = instance.Service, Instance = instance.Id }, codec, _messenger)
            : null;
    }

    /// <summary>
    /// The addresses of all instances that serve and understand the codec's protocol, in the view's order. Those that nobody can vouch
    /// for are taken when there is no other.
    /// </summary>
    public IReadOnlyList<IActorRef<TMessage>> Refs<TMessage>(ServiceSnapshot view, IMessageCodec<TMessage> codec)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(view);
        var refs = ImmutableArray.CreateBuilder<IActorRef<TMessage>>();
        var doubtful = ImmutableArray.CreateBuilder<IActorRef<TMessage>>();
        foreach (var instance in view.Instances)
        {
            if (instance.IsServing && Ref(instance, codec) is { } actor)
                (instance.Unverified ? doubtful : refs).Add(actor);
        }

        return refs.Count > 0 ? refs.DrainToImmutable() : doubtful.DrainToImmutable();
    }

    /// <summary>Ends all asks.</summary>
    public void Dispose()
    {
        Lost();
        _messenger.Dispose();
    }

    /// <summary>There is a session.</summary>
    internal void Opened(SessionLink link) => Volatile.Write(ref _link, link);

    /// <summary>There is none any more: no answer comes.</summary>
    internal void Lost()
    {
        Volatile.Write(ref _link, null);
        _messenger.FailAll(node: null, DeadLetterReason.LinkBroken);
    }

    /// <summary>Takes an answer from the node.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">It cannot be read.</exception>
    internal void OnAnswer(Frame frame) => _messenger.OnAnswer(frame.Read(ActorAnswer.Parser), from: null);

    /// <inheritdoc/>
    DeadLetterReason? IMessageRoute.Send(ActorMessage message)
    {
        // Looked at after the ask stands in its table: a session that ends from here on takes it along.
        if (Volatile.Read(ref _link) is not { } link)
            return DeadLetterReason.Unreachable;
        return link.TryOffer(Frame.Of(FrameKind.SessionActorMessage, message), _options.SessionQueueBytesMax) ? null : DeadLetterReason.Overloaded;
    }
}
