using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Akka.Registry.Contracts;

/// <summary>Parses protobuf messages of which a stranger chose the bytes.</summary>
/// <remarks>
/// Google.Protobuf 3.25 adds a nested message's length to its position without looking for an overflow: a length near 2^31 leads it beyond
/// its buffer, which the runtime stops with another exception than the parser's. Found by this project's fuzzing.
/// </remarks>
public static class UntrustedParsing
{
    /// <summary>Parses a whole message.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no such message. The only exception.</exception>
    public static TMessage ParseUntrusted<TMessage>(this MessageParser<TMessage> parser, ReadOnlySpan<byte> bytes)
        where TMessage : IMessage<TMessage>
    {
        ArgumentNullException.ThrowIfNull(parser);
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (Exception failure) when (LostItsWay(failure))
        {
            throw Malformed();
        }
    }

    /// <summary>Whether the parser was led beyond its buffer.</summary>
    public static bool LostItsWay(Exception failure) => failure is IndexOutOfRangeException or ArgumentException or OverflowException;

    /// <summary>The parser alone can make its exception: it is given a tag that is none.</summary>
    private static InvalidProtocolBufferException Malformed()
    {
        try
        {
            Empty.Parser.ParseFrom([0]);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            return malformed;
        }

        throw new UnreachableException("The parser takes a tag of zero.");
    }
}
