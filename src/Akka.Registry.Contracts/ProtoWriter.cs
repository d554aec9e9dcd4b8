using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace Akka.Registry.Contracts;

/// <summary>Writes the fields of a protobuf message where they are to lie: the counterpart of <see cref="ProtoFields"/>.</summary>
/// <remarks>
/// For messages of which there are very many: nothing is allocated, and nothing is written for what is 0 or empty, as protobuf has it.
/// </remarks>
/// <param name="into">Room for all that is written.</param>
public ref struct ProtoWriter(Span<byte> into)
{
    private readonly Span<byte> _into = into;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that <see cref="Number"/> takes.</summary>
    public static int NumberBytes(int field, ulong number) =>
        number == 0 ? 0 : CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeUInt64Size(number);

    /// <summary>Bytes that <see cref="Fixed"/> takes.</summary>
    public static int FixedBytes(int field) => CodedOutputStream.ComputeTagSize(field) + sizeof(ulong);

    /// <summary>Bytes that <see cref="Text"/> takes.</summary>
    public static int TextBytes(int field, string text) => BytesBytes(field, Encoding.UTF8.GetByteCount(text));

    /// <summary>Bytes that <see cref="Bytes"/> takes.</summary>
    public static int BytesBytes(int field, int length) => length == 0 ? 0 : MessageBytes(field, length);

    /// <summary>Bytes that a message within this one takes, which is there even when it is empty.</summary>
    public static int MessageBytes(int field, int length) =>
        CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeLengthSize(length) + length;

    /// <summary>A number, a truth or a name.</summary>
    public void Number(int field, ulong number)
    {
        if (number == 0)
            return;
        Tag(field, WireFormat.WireType.Varint);
        Varint(number);
    }

    /// <summary>A number of eight bytes, which is there even when it is 0.</summary>
    public void Fixed(int field, ulong number)
    {
        Tag(field, WireFormat.WireType.Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(_into[Length..], number);
        Length += sizeof(ulong);
    }

    /// <summary>A text.</summary>
    public void Text(int field, string text)
    {
        if (text.Length == 0)
            return;
        Begin(field, Encoding.UTF8.GetByteCount(text));
        Length += Encoding.UTF8.GetBytes(text, _into[Length..]);
    }

    /// <summary>Bytes.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        Begin(field, bytes.Length);
        Encoded(bytes);
    }

    /// <summary>Fields that are written already.</summary>
    public void Encoded(ReadOnlySpan<byte> fields)
    {
        fields.CopyTo(_into[Length..]);
        Length += fields.Length;
    }

    /// <summary>A message within this one, which is there even when it is empty.</summary>
    public void Message(int field, IMessage message)
    {
        var bytes = message.CalculateSize();
        Begin(field, bytes);
        message.WriteTo(_into.Slice(Length, bytes));
        Length += bytes;
    }

    /// <summary>Begins a message within this one: what is written next, up to that length, is its own.</summary>
    public void Begin(int field, int length)
    {
        Tag(field, WireFormat.WireType.LengthDelimited);
        Varint((uint)length);
    }

    private void Tag(int field, WireFormat.WireType type) => Varint(WireFormat.MakeTag(field, type));

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _into[Length++] = (byte)(value | 0x80);
        _into[Length++] = (byte)value;
    }
}
