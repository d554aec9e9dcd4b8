using Google.Protobuf;

namespace Akka.Registry.Contracts;

/// <summary>
/// One message on a link. On the wire: a 4-byte big-endian length (of what follows), one byte of <see cref="FrameKind"/>,
/// then the payload: the protobuf message that the kind names.
/// </summary>
/// <param name="Kind">What the payload is.</param>
/// <param name="Payload">The encoded message; not to be changed once the frame is made, since it may be shared between links.</param>
public readonly record struct Frame(FrameKind Kind, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Bytes before the payload: length and kind.</summary>
    public const int HeaderBytes = 5;

    /// <summary>Bytes that the whole frame takes on the wire.</summary>
    public int WireBytes => HeaderBytes + Payload.Length;

    /// <summary>Encodes a message into a frame of its own buffer.</summary>
    public static Frame Of(FrameKind kind, IMessage message) => new(kind, message.ToByteArray());

    /// <summary>Decodes the payload.</summary>
    /// <exception cref="InvalidProtocolBufferException">The payload is not such a message. Nothing has changed; a retry does not help.</exception>
    public TMessage Read<TMessage>(MessageParser<TMessage> parser)
        where TMessage : IMessage<TMessage> => parser.ParseUntrusted(Payload.Span);
}
