using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Remoting;

/// <summary>A message that asks, where an actor's messages are protobuf messages themselves, which cannot carry an address.</summary>
/// <param name="Message">What is asked.</param>
/// <param name="ReplyTo">Where the answer goes.</param>
public sealed record Request<TMessage, TReply>(TMessage Message, IActorRef<TReply> ReplyTo)
    where TMessage : class, IMessage<TMessage>
    where TReply : class, IMessage<TReply>;

/// <summary>Codecs of protobuf messages.</summary>
public static class ProtobufCodec
{
    /// <summary>A codec that knows no message yet: add each kind.</summary>
    /// <example>
    /// <code>
    /// var codec = ProtobufCodec.Of&lt;OrderMessage&gt;("orders.v1")
    ///     .Tell(CancelOrder.Parser, (OrderMessage.Cancel m) => new CancelOrder { Id = m.Id }, wire => new OrderMessage.Cancel(wire.Id))
    ///     .Ask(PriceQuery.Parser, ProtobufCodec.Single(PriceReply.Parser),
    ///         (OrderMessage.GetPrice m) => new PriceQuery { Sku = m.Sku }, m => m.ReplyTo,
    ///         (wire, replyTo) => new OrderMessage.GetPrice(wire.Sku, replyTo));
    /// </code>
    /// </example>
    /// <param name="protocol">See <see cref="IMessageCodec{TMessage}.Protocol"/>.</param>
    public static ProtobufCodec<TMessage> Of<TMessage>(string protocol)
        where TMessage : notnull => new(protocol);

    /// <summary>The codec of one protobuf message: what answers usually are.</summary>
    public static IMessageCodec<TWire> Single<TWire>(MessageParser<TWire> parser)
        where TWire : class, IMessage<TWire>, new() => Of<TWire>(new TWire().Descriptor.FullName).Add(parser);

    /// <summary>Adds a protobuf message that asks, to be told as a <see cref="Request{TMessage, TReply}"/>.</summary>
    /// <exception cref="ArgumentException">The kind is there already.</exception>
    public static ProtobufCodec<object> Request<TWire, TReply>(
        this ProtobufCodec<object> codec, MessageParser<TWire> parser, MessageParser<TReply> replies)
        where TWire : class, IMessage<TWire>, new()
        where TReply : class, IMessage<TReply>, new()
    {
        ArgumentNullException.ThrowIfNull(codec);
        return codec.Ask(
            parser, Single(replies), (Request<TWire, TReply> request) => request.Message, request => request.ReplyTo,
            (wire, replyTo) => new Request<TWire, TReply>(wire, replyTo));
    }
}

/// <summary>
/// A registered set of protobuf messages: the full name is the manifest, and nothing else is read. Immutable; each addition makes
/// another one.
/// </summary>
/// <typeparam name="TMessage">The actor's message family.</typeparam>
public sealed class ProtobufCodec<TMessage> : IMessageCodec<TMessage>
    where TMessage : notnull
{
    private readonly ImmutableDictionary<Type, Kind> _byType;
    private readonly ImmutableDictionary<string, Kind> _byManifest;

    internal ProtobufCodec(string protocol)
        : this(protocol, ImmutableDictionary<Type, Kind>.Empty, ImmutableDictionary.Create<string, Kind>(StringComparer.Ordinal))
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
    }

    private ProtobufCodec(string protocol, ImmutableDictionary<Type, Kind> byType, ImmutableDictionary<string, Kind> byManifest) =>
        (Protocol, _byType, _byManifest, Manifests) = (protocol, byType, byManifest, [.. byManifest.Keys.Order(StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public string Protocol { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Manifests { get; }

    /// <summary>Adds a message that asks nothing, as a protobuf message.</summary>
    /// <param name="parser">Of the protobuf message.</param>
    /// <param name="write">Makes the protobuf message. Pure.</param>
    /// <param name="read">Makes the message of it. Pure; throws on what makes no sense.</param>
    /// <typeparam name="TCase">The message's own type: a sealed case of the family.</typeparam>
    /// <typeparam name="TWire">The protobuf message.</typeparam>
    /// <exception cref="ArgumentException">The case or the protobuf message is there already.</exception>
    public ProtobufCodec<TMessage> Tell<TCase, TWire>(MessageParser<TWire> parser, Func<TCase, TWire> write, Func<TWire, TCase> read)
        where TCase : TMessage
        where TWire : class, IMessage<TWire>, new() =>
        With<TCase, TWire>(new Kind(
            new TWire().Descriptor.FullName,
            message => write((TCase)message).ToByteArray(),
            static _ => null,
            (payload, _) => read(parser.ParseUntrusted(payload.Span))));

    /// <summary>Adds a message that carries the address of its answer.</summary>
    /// <param name="parser">Of the protobuf message.</param>
    /// <param name="replies">Of the answers.</param>
    /// <param name="write">Makes the protobuf message. Pure.</param>
    /// <param name="replyTo">The address that the message carries.</param>
    /// <param name="read">Makes the message of it and of the address of its answer. Pure; throws on what makes no sense.</param>
    /// <exception cref="ArgumentException">The case or the protobuf message is there already.</exception>
    public ProtobufCodec<TMessage> Ask<TCase, TWire, TReply>(
        MessageParser<TWire> parser,
        IMessageCodec<TReply> replies,
        Func<TCase, TWire> write,
        Func<TCase, IActorRef<TReply>> replyTo,
        Func<TWire, IActorRef<TReply>, TCase> read)
        where TCase : TMessage
        where TWire : class, IMessage<TWire>, new()
        where TReply : notnull =>
        With<TCase, TWire>(new Kind(
            new TWire().Descriptor.FullName,
            message => write((TCase)message).ToByteArray(),
            message => ReplyPort.To(replyTo((TCase)message), replies),
            (payload, reply) => reply is not null
                ? read(parser.ParseUntrusted(payload.Span), reply.To(replies))
                : throw new MessageCodecException(DeadLetterReason.Malformed, "A message that asks came without a number for its answer.")));

    /// <summary>Adds a protobuf message that is a message of the family itself, and asks nothing.</summary>
    /// <exception cref="ArgumentException">It is there already.</exception>
    public ProtobufCodec<TMessage> Add<TWire>(MessageParser<TWire> parser)
        where TWire : class, IMessage<TWire>, TMessage, new() => Tell<TWire, TWire>(parser, static wire => wire, static wire => wire);

    /// <inheritdoc/>
    public ReplyPort? ReplyPortOf(TMessage message) =>
        _byType.TryGetValue(message.GetType(), out var kind) ? kind.ReplyPortOf(message) : null;

    /// <inheritdoc/>
    public EncodedMessage Encode(TMessage message) => _byType.TryGetValue(message.GetType(), out var kind)
        ? new EncodedMessage(kind.Manifest, kind.Write(message))
        : throw new MessageCodecException(DeadLetterReason.UnknownMessage, $"'{Protocol}' has no {message.GetType().Name}; add it to the codec.");

    /// <inheritdoc/>
    public TMessage Decode(EncodedMessage message, RemoteReply? reply)
    {
        if (!_byManifest.TryGetValue(message.Manifest, out var kind))
            throw new MessageCodecException(DeadLetterReason.UnknownMessage, $"'{Protocol}' has no '{message.Manifest}'.");
        try
        {
            return kind.Read(message.Payload, reply);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw new MessageCodecException(DeadLetterReason.Malformed, $"What came is no '{message.Manifest}'.", failure);
        }
    }

    private ProtobufCodec<TMessage> With<TCase, TWire>(Kind kind) =>
        _byType.ContainsKey(typeof(TCase)) || _byManifest.ContainsKey(kind.Manifest)
            ? throw new ArgumentException($"'{Protocol}' has {typeof(TCase).Name} or '{kind.Manifest}' already.", nameof(kind))
            : new ProtobufCodec<TMessage>(Protocol, _byType.Add(typeof(TCase), kind), _byManifest.Add(kind.Manifest, kind));

    private sealed record Kind(
        string Manifest,
        Func<TMessage, byte[]> Write,
        Func<TMessage, ReplyPort?> ReplyPortOf,
        Func<ReadOnlyMemory<byte>, RemoteReply?, TMessage> Read);
}
