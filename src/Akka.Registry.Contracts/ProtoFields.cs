using System.Buffers.Binary;
using Google.Protobuf;

namespace Akka.Registry.Contracts;

/// <summary>Goes through the fields of a protobuf message where it lies. Nothing in it is trusted, nothing is allocated.</summary>
/// <remarks>
/// For messages of which there are very many. The wire format is that of "Protocol Buffers: Encoding"; groups, which nothing here
/// ever wrote, are malformed.
/// </remarks>
public ref struct ProtoFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The field's number and wire type, as they stand on the wire.</summary>
    public uint Tag { get; private set; }

    /// <summary>The value of a varint or of a fixed number.</summary>
    public ulong Number { get; private set; }

    /// <summary>How many bytes are left behind the field.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>The bytes of a text, of bytes or of a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether it ended because it is no message.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Moves to the next field.</summary>
    /// <returns>False at the end, or where it is malformed.</returns>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        if (!UntrustedParsing.TryReadVarint(ref _rest, out var tag) || tag > uint.MaxValue || tag >> 3 == 0)
            return Malformed();
        Tag = (uint)tag;
        switch ((WireFormat.WireType)(Tag & 7))
        {
            case WireFormat.WireType.Varint:
                if (!UntrustedParsing.TryReadVarint(ref _rest, out var number))
                    return Malformed();
                Number = number;
                return true;
            case WireFormat.WireType.LengthDelimited:
                if (!UntrustedParsing.TryReadVarint(ref _rest, out var length) || length > (ulong)_rest.Length)
                    return Malformed();
                Bytes = _rest[..(int)length];
                _rest = _rest[(int)length..];
                return true;
            case WireFormat.WireType.Fixed64:
                if (!BinaryPrimitives.TryReadUInt64LittleEndian(_rest, out var wide))
                    return Malformed();
                Number = wide;
                _rest = _rest[sizeof(ulong)..];
                return true;
            case WireFormat.WireType.Fixed32:
                if (!BinaryPrimitives.TryReadUInt32LittleEndian(_rest, out var narrow))
                    return Malformed();
                Number = narrow;
                _rest = _rest[sizeof(uint)..];
                return true;
            default: return Malformed();
        }
    }

    private bool Malformed()
    {
        IsMalformed = true;
        return false;
    }
}
