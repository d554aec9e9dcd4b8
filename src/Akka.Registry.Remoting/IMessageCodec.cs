using Akka.Registry.Actors;

namespace Akka.Registry.Remoting;

/// <summary>One message as it stands on the wire.</summary>
/// <param name="Manifest">Which kind of message it is, as the codec names it; at most 256 characters.</param>
/// <param name="Payload">What it says; not to be changed any more.</param>
public readonly record struct EncodedMessage(string Manifest, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Writes and reads the messages of an actor that is reached from other processes. Both ends give one of the same
/// <see cref="Protocol"/>; only what it is made to read is read, whatever comes.
/// </summary>
/// <remarks>
/// <para>A message that asks carries the address of the answer, as it does between actors of one process. The address itself does not
/// travel: <see cref="ReplyPortOf"/> tells where the answer goes at the asker's side, and <see cref="Decode"/> puts an address of the
/// host's side in its place, from which the answer travels back.</para>
/// <para>Called on the threads of senders and of connections, several at once; must be quick and must not wait. What it throws becomes
/// a dead letter with its reason, and ends the ask.</para>
/// <para><see cref="ProtobufCodec{TMessage}"/> is the one for protobuf.</para>
/// </remarks>
/// <typeparam name="TMessage">The actor's message family.</typeparam>
public interface IMessageCodec<TMessage>
    where TMessage : notnull
{
    /// <summary>
    /// The name under which both ends know what the messages mean, as <c>orders.v1</c>; 1 to 128 printable characters. A change that the
    /// other end cannot read needs another name.
    /// </summary>
    string Protocol { get; }

    /// <summary>The manifests of the messages that it can write.</summary>
    IReadOnlyCollection<string> Manifests { get; }

    /// <summary>Where the answer to a message goes; null for one that asks nothing.</summary>
    ReplyPort? ReplyPortOf(TMessage message);

    /// <summary>Writes a message.</summary>
    /// <exception cref="MessageCodecException">It does not know messages of that type.</exception>
    EncodedMessage Encode(TMessage message);

    /// <summary>Reads a message of a stranger.</summary>
    /// <param name="message">As it came; the payload may be kept.</param>
    /// <param name="reply">Makes the address of the answer; null for a message that waits for none.</param>
    /// <exception cref="MessageCodecException">It does not know the manifest, or the message cannot be read.</exception>
    TMessage Decode(EncodedMessage message, RemoteReply? reply);
}

/// <summary>A codec cannot write, or cannot read, a message.</summary>
public sealed class MessageCodecException : Exception
{
    /// <summary>Refuses a message.</summary>
    /// <param name="reason">The reason of the dead letter that it becomes.</param>
    /// <param name="message">A whole sentence, for people.</param>
    /// <param name="cause">What the codec met; null for nothing.</param>
    public MessageCodecException(DeadLetterReason reason, string message, Exception? cause = null)
        : base(message, cause) => Reason = reason;

    /// <summary>The reason of the dead letter that it becomes.</summary>
    public DeadLetterReason Reason { get; }
}
