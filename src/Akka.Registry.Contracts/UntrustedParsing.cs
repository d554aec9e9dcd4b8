using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Akka.Registry.Contracts;

/// <summary>Parses protobuf messages of which a stranger chose the bytes.</summary>
/// <remarks>
/// Google.Protobuf 3.25 adds a nested message's length to its position without looking for an overflow: a length near 2^31 leads it beyond
/// its buffer, where it allocates what the next length says before the runtime stops it, with another exception than the parser's. So
/// lengths are looked at first, wherever one may be of that size. Found by this project's fuzzing.
/// </remarks>
public static class UntrustedParsing
{
    private const int DepthMax = 100;
    private const int VarintBytesMax = 10;

    /// <summary>Parses a whole message.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no such message. The only exception.</exception>
    public static TMessage ParseUntrusted<TMessage>(this MessageParser<TMessage> parser, ReadOnlySpan<byte> bytes)
        where TMessage : IMessage<TMessage>
    {
        ArgumentNullException.ThrowIfNull(parser);
        if (MayHoldHugeLength(bytes) && !HasTrueLengths(bytes, Descriptor<TMessage>.Value, 0))
            throw Malformed();
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (Exception failure) when (failure is IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            throw Malformed();
        }
    }

    /// <summary>Takes a length, and as many bytes, from the front.</summary>
    /// <param name="bytes">Moved behind them.</param>
    /// <param name="part">Those bytes.</param>
    /// <returns>False when it is no length, or longer than what is there.</returns>
    public static bool TryTake(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> part)
    {
        part = default;
        if (!TryReadVarint(ref bytes, out var length) || length > (ulong)bytes.Length)
            return false;
        part = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return true;
    }

    /// <summary>
    /// A varint whose 32 lower bits are so large that a position added to them overflows has four bytes that go on, the fourth nearly full,
    /// and 7 in the fifth's lower half.
    /// </summary>
    private static bool MayHoldHugeLength(ReadOnlySpan<byte> bytes)
    {
        for (var i = 4; i < bytes.Length; i++)
        {
            if ((bytes[i] & 0x0F) == 7 && bytes[i - 1] >= 0xE0 && bytes[i - 2] >= 0x80 && bytes[i - 3] >= 0x80 && bytes[i - 4] >= 0x80)
                return true;
        }

        return false;
    }

    /// <summary>Whether no length, at any depth, is longer than what it lies in.</summary>
    private static bool HasTrueLengths(ReadOnlySpan<byte> bytes, MessageDescriptor? type, int depth)
    {
        if (depth > DepthMax)
            return false;
        while (!bytes.IsEmpty)
        {
            if (!TryReadVarint(ref bytes, out var tag))
                return false;
            var skipped = 0;
            switch ((WireFormat.WireType)((uint)tag & 7))
            {
                case WireFormat.WireType.Varint:
                    if (!TryReadVarint(ref bytes, out _))
                        return false;
                    break;
                case WireFormat.WireType.Fixed64: skipped = sizeof(ulong); break;
                case WireFormat.WireType.Fixed32: skipped = sizeof(uint); break;
                case WireFormat.WireType.LengthDelimited:
                    if (!TryTake(ref bytes, out var part))
                        return false;
                    var field = type?.FindFieldByNumber((int)((uint)tag >> 3));
                    if (field?.FieldType == FieldType.Message && !HasTrueLengths(part, field.MessageType, depth + 1))
                        return false;
                    break;
                case WireFormat.WireType.StartGroup or WireFormat.WireType.EndGroup: break;
                default: return false;
            }

            if (skipped > bytes.Length)
                return false;
            bytes = bytes[skipped..];
        }

        return true;
    }

    /// <summary>Takes a varint from the front.</summary>
    /// <param name="bytes">Moved behind it.</param>
    /// <param name="value">Its value.</param>
    /// <returns>False when it does not end.</returns>
    public static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < bytes.Length && i < VarintBytesMax; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80)
                continue;
            bytes = bytes[(i + 1)..];
            return true;
        }

        return false;
    }

    /// <summary>What is thrown of bytes that are no such message.</summary>
    /// <remarks>The parser alone can make its exception: it is given a tag that is none.</remarks>
    public static InvalidProtocolBufferException Malformed()
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

    private static class Descriptor<TMessage>
        where TMessage : IMessage<TMessage>
    {
        public static readonly MessageDescriptor Value = Activator.CreateInstance<TMessage>().Descriptor;
    }
}
