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

    /// <summary>A varint's value.</summary>
    public ulong Number { get; private set; }

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
            case WireFormat.WireType.Fixed64: return Skip(sizeof(ulong));
            case WireFormat.WireType.Fixed32: return Skip(sizeof(uint));
            default: return Malformed();
        }
    }

    private bool Skip(int bytes)
    {
        if (_rest.Length < bytes)
            return Malformed();
        _rest = _rest[bytes..];
        return true;
    }

    private bool Malformed()
    {
        IsMalformed = true;
        return false;
    }
}
