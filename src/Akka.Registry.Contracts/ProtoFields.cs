using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Akka.Registry.Contracts;

/// <summary>Goes through the fields of a protobuf message where it lies. Nothing in it is trusted, nothing is allocated.</summary>
/// <remarks>
/// For messages of which there are very many. The wire format is that of "Protocol Buffers: Encoding"; groups, which nothing here
/// ever wrote, are malformed.
/// </remarks>
public ref struct ProtoFields(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;
    private int _length;

    /// <summary>The field's number and wire type, as they stand on the wire.</summary>
    public uint Tag { get; private set; }

    /// <summary>The value of a varint or of a fixed number.</summary>
    public ulong Number { get; private set; }

    /// <summary>How many bytes are left behind the field.</summary>
    public readonly int Left => _message.Length - _at;

    /// <summary>The bytes of a text, of bytes or of a message.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _message.Slice(_at - _length, _length);

    /// <summary>Whether it ended because it is no message.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Moves to the next field.</summary>
    /// <returns>False at the end, or where it is malformed.</returns>
    public bool Next()
    {
        if (_at == _message.Length)
            return false;
        if (!TryReadVarint(out var tag) || tag > uint.MaxValue || tag >> 3 == 0)
            return Malformed();
        Tag = (uint)tag;
        _length = 0;
        switch ((WireFormat.WireType)(Tag & 7))
        {
            case WireFormat.WireType.Varint:
                if (!TryReadVarint(out var number))
                    return Malformed();
                Number = number;
                return true;
            case WireFormat.WireType.LengthDelimited:
                if (!TryReadVarint(out var length) || length > (ulong)Left)
                    return Malformed();
                _length = (int)length;
                _at += _length;
                return true;
            case WireFormat.WireType.Fixed64:
                if (!BinaryPrimitives.TryReadUInt64LittleEndian(_message[_at..], out var wide))
                    return Malformed();
                Number = wide;
                _at += sizeof(ulong);
                return true;
            case WireFormat.WireType.Fixed32:
                if (!BinaryPrimitives.TryReadUInt32LittleEndian(_message[_at..], out var narrow))
                    return Malformed();
                Number = narrow;
                _at += sizeof(uint);
                return true;
            default: return Malformed();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadVarint(out ulong value)
    {
        // One byte, as nearly all tags and lengths are.
        if ((uint)_at < (uint)_message.Length && _message[_at] < 0x80)
        {
            value = _message[_at++];
            return true;
        }

        return TryReadLongVarint(out value);
    }

    private bool TryReadLongVarint(out ulong value)
    {
        var rest = _message[_at..];
        var isWhole = UntrustedParsing.TryReadVarint(ref rest, out value);
        _at = _message.Length - rest.Length;
        return isWhole;
    }

    private bool Malformed()
    {
        IsMalformed = true;
        return false;
    }
}
