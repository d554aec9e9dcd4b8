using System.Buffers.Binary;

namespace Akka.Registry.Server.Dns;

/// <summary>A name as it is on the wire, in lower case, with the places of its labels.</summary>
internal readonly ref struct DnsName
{
    /// <summary>Pointers followed for one name at most; writers need one, those that compress suffix by suffix a few.</summary>
    private const int PointersMax = 16;

    private readonly ReadOnlySpan<byte> _starts;

    private DnsName(ReadOnlySpan<byte> wire, ReadOnlySpan<byte> starts)
    {
        Wire = wire;
        _starts = starts;
    }

    /// <summary>Length and letters of each label, then the root's zero.</summary>
    public ReadOnlySpan<byte> Wire { get; }

    /// <summary>Labels, the root not counted.</summary>
    public int Count => _starts.Length;

    /// <summary>A label's letters.</summary>
    public ReadOnlySpan<byte> Label(int index) => Wire.Slice(_starts[index] + 1, Wire[_starts[index]]);

    /// <summary>Where a label's length stands, from the beginning of the name; that of the root for the count of labels.</summary>
    public int Start(int index) => index == Count ? Wire.Length - 1 : _starts[index];

    /// <summary>Reads the name of a question: nothing stands before it that a pointer could mean, so that any pointer is an error.</summary>
    /// <param name="message">The message.</param>
    /// <param name="offset">Where the name begins; afterwards, where what follows it does.</param>
    /// <param name="wire">Takes the name; <see cref="DnsProtocol.NameBytesMax"/> bytes.</param>
    /// <param name="starts">Takes the places of the labels; <see cref="DnsProtocol.LabelsMax"/> bytes.</param>
    /// <param name="name">The name, over the two spans.</param>
    /// <returns>False when it is none.</returns>
    public static bool TryRead(
        scoped ReadOnlySpan<byte> message, scoped ref int offset, Span<byte> wire, Span<byte> starts, out DnsName name)
    {
        name = default;
        var (length, count) = (0, 0);
        while (true)
        {
            if (offset >= message.Length)
                return false;
            var label = message[offset++];
            if (label > DnsProtocol.LabelBytesMax || length + 1 + label >= DnsProtocol.NameBytesMax + (label == 0 ? 1 : 0)
                || label > message.Length - offset)
            {
                return false;
            }

            if (label == 0)
            {
                wire[length++] = 0;
                name = new DnsName(wire[..length], starts[..count]);
                return true;
            }

            starts[count++] = (byte)length;
            wire[length++] = label;
            for (var end = offset + label; offset < end; offset++)
                wire[length++] = Lower(message[offset]);
        }
    }

    /// <summary>Passes over a name that may be compressed, and sees that it is one.</summary>
    /// <remarks>
    /// Each pointer must lead to before the place where the labels that end in it began, and the letters together must make a name: a
    /// loop cannot be. Who points at pointers more often than <see cref="PointersMax"/> times means harm. RFC 1035, section 4.1.4.
    /// </remarks>
    public static bool TrySkip(ReadOnlySpan<byte> message, ref int offset)
    {
        var (at, began, length, pointers) = (offset, offset, 0, 0);
        while (true)
        {
            if (at >= message.Length)
                return false;
            var label = message[at];
            if (label >= 0xC0)
            {
                if (at + 1 >= message.Length)
                    return false;
                var target = BinaryPrimitives.ReadUInt16BigEndian(message[at..]) & DnsProtocol.PointerOffsetMax;
                if (target >= began || target < DnsProtocol.HeaderBytes || pointers == PointersMax)
                    return false;
                if (pointers++ == 0)
                    offset = at + 2;
                (at, began) = (target, target);
                continue;
            }

            length += 1 + label;
            if (label > DnsProtocol.LabelBytesMax || length > DnsProtocol.NameBytesMax || label >= message.Length - at)
                return false;
            at += 1 + label;
            if (label != 0)
                continue;
            if (pointers == 0)
                offset = at;
            return true;
        }
    }

    /// <summary>Writes a host name's labels, without the root's zero.</summary>
    /// <returns>The bytes written; 0 when the text is no host name.</returns>
    public static int EncodeLabels(ReadOnlySpan<char> text, Span<byte> wire)
    {
        if (text.Length > 0 && text[^1] == '.')
            text = text[..^1];
        if (text.Length is 0 or > DnsProtocol.NameBytesMax - 2)
            return 0;
        var (length, start) = (1, 0);
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (length == start + 1)
                    return 0;
                wire[start] = (byte)(length - start - 1);
                start = length++;
                continue;
            }

            if (c is <= ' ' or > '~' || length - start > DnsProtocol.LabelBytesMax)
                return 0;
            wire[length++] = (byte)c;
        }

        if (length == start + 1)
            return 0;
        wire[start] = (byte)(length - start - 1);
        return length;
    }

    /// <summary>ASCII letters only: RFC 4343.</summary>
    public static byte Lower(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;
}
