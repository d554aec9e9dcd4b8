using System.Buffers.Binary;
using System.Text;

namespace Akka.Registry.Server.Dns;

/// <summary>One question as it came, with what the client can take.</summary>
internal ref struct DnsQuery
{
    /// <summary>The whole message.</summary>
    public ReadOnlySpan<byte> Message;

    /// <summary>The name that is asked for.</summary>
    public DnsName Name;

    public RecordType Type;
    public ushort Class;

    /// <summary>Where the question ends; 12 when none could be read.</summary>
    public int QuestionEnd;

    public bool HasEdns;
    public byte EdnsVersion;
    public bool DnssecOk;

    /// <summary>What the client takes by UDP, in bytes, as it says.</summary>
    public int UdpBytes;

    public readonly ushort Flags => BinaryPrimitives.ReadUInt16BigEndian(Message[2..]);

    public readonly bool RecursionDesired => (Flags & DnsProtocol.FlagRecursionDesired) != 0;

    /// <summary>The question as it came, its case included.</summary>
    public readonly ReadOnlySpan<byte> Question => Message[DnsProtocol.HeaderBytes..QuestionEnd];

    /// <summary>Reads a message of at least a header whose opcode is "query". Strict: what is not exactly one question is an error.</summary>
    /// <param name="message">The message.</param>
    /// <param name="wire">Takes the name; <see cref="DnsProtocol.NameBytesMax"/> bytes.</param>
    /// <param name="starts">Takes the labels' places; <see cref="DnsProtocol.LabelsMax"/> bytes.</param>
    /// <param name="query">The question; after an error only its message and its end hold.</param>
    /// <returns>False for a format error.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, Span<byte> wire, Span<byte> starts, out DnsQuery query)
    {
        query = new DnsQuery { Message = message, QuestionEnd = DnsProtocol.HeaderBytes, UdpBytes = DnsProtocol.UdpBytesMin };
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        var answers = BinaryPrimitives.ReadUInt32BigEndian(message[6..]);
        var additional = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        if (questions != 1 || answers != 0)
            return false;
        var offset = DnsProtocol.HeaderBytes;
        if (!DnsName.TryRead(message, ref offset, wire, starts, out query.Name) || message.Length - offset < 4)
            return false;
        query.Type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
        query.Class = BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]);
        offset += 4;
        query.QuestionEnd = offset;
        for (var i = 0; i < additional; i++)
        {
            if (!query.TryReadAdditional(ref offset))
                return false;
        }

        return offset == message.Length;
    }

    /// <summary>Labels as they were asked, with dots between them.</summary>
    /// <param name="first">The first label.</param>
    /// <param name="end">The one after the last; greater than the first.</param>
    public readonly string Text(int first, int end)
    {
        var start = Name.Start(first) + 1;
        var length = Name.Start(end) - start;
        Span<byte> text = stackalloc byte[DnsProtocol.NameBytesMax];
        text = text[..length];
        Question.Slice(start, length).CopyTo(text);
        for (var i = first + 1; i < end; i++)
            text[Name.Start(i) - start] = (byte)'.';
        return Encoding.UTF8.GetString(text);
    }

    private bool TryReadAdditional(ref int offset)
    {
        var owner = offset;
        if (!DnsName.TrySkip(Message, ref offset) || Message.Length - offset < 10)
            return false;
        var head = Message.Slice(offset, 10);
        var dataBytes = BinaryPrimitives.ReadUInt16BigEndian(head[8..]);
        offset += 10;
        if (dataBytes > Message.Length - offset)
            return false;
        offset += dataBytes;
        if ((RecordType)BinaryPrimitives.ReadUInt16BigEndian(head) != RecordType.Opt)
            return true;

        // RFC 6891, section 6.1.1: one at most, and of the root.
        if (HasEdns || Message[owner] != 0)
            return false;
        HasEdns = true;
        UdpBytes = Math.Max((int)BinaryPrimitives.ReadUInt16BigEndian(head[2..]), DnsProtocol.UdpBytesMin);
        EdnsVersion = head[5];
        DnssecOk = (head[6] & 0x80) != 0;
        return true;
    }
}
