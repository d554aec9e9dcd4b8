using System.Buffers.Binary;

namespace Akka.Registry.Server.Dns;

/// <summary>Which part of an answer a record stands in; also the place of its count in the header.</summary>
internal enum Section
{
    Answer = 6,
    Authority = 8,
    Additional = 10,
}

/// <summary>Writes one message into a span, record by record; a record that does not fit leaves it as it was.</summary>
internal ref struct MessageWriter
{
    private readonly Span<byte> _message;
    private readonly int _limit;

    /// <summary>Begins a message.</summary>
    /// <param name="message">Takes the message.</param>
    /// <param name="bytesMax">What it may take of it.</param>
    public MessageWriter(Span<byte> message, int bytesMax)
    {
        _message = message;
        _limit = Math.Min(bytesMax, message.Length);
        _message[..DnsProtocol.HeaderBytes].Clear();
        Position = DnsProtocol.HeaderBytes;
    }

    /// <summary>Bytes written.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Left => _limit - Position;

    /// <summary>Where the name stands that records of the answer are about: the question's, or an alias that the answer has given.</summary>
    public int Owner { get; set; } = DnsProtocol.HeaderBytes;

    /// <summary>Where the alias stands that the answer has given; 0 for none.</summary>
    public int Alias { get; set; }

    /// <summary>Whether the message goes by TCP: there is no other way to get more.</summary>
    public bool IsStream { get; init; }

    /// <summary>Whether a record of the answer was left out for want of room.</summary>
    public bool IsTruncated { get; set; }

    /// <summary>Records of a section so far.</summary>
    public readonly int Count(Section section) => BinaryPrimitives.ReadUInt16BigEndian(_message[(int)section..]);

    public readonly void Header(scoped ReadOnlySpan<byte> query, int flags)
    {
        query[..2].CopyTo(_message);
        BinaryPrimitives.WriteUInt16BigEndian(_message[2..], (ushort)flags);
    }

    public readonly void AddFlags(int flags) =>
        BinaryPrimitives.WriteUInt16BigEndian(_message[2..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(_message[2..]) | flags));

    public void Question(scoped ReadOnlySpan<byte> question)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_message[4..], 1);
        Bytes(question);
    }

    /// <summary>Begins a record whose owner stands in the message already.</summary>
    /// <returns>False when the record does not fit.</returns>
    public bool TryBegin(Section section, int ownerOffset, RecordType type, uint ttl, int dataBytes)
    {
        if (!HasRoom(section, 12 + dataBytes))
            return false;
        Pointer(ownerOffset);
        Head(section, type, ttl, dataBytes);
        return true;
    }

    /// <summary>Begins a record whose owner is written out: two pieces of a name, the second with the root's zero.</summary>
    /// <returns>False when the record does not fit.</returns>
    public bool TryBegin(
        Section section, scoped ReadOnlySpan<byte> ownerFirst, scoped ReadOnlySpan<byte> ownerRest, RecordType type, uint ttl, int dataBytes)
    {
        if (!HasRoom(section, ownerFirst.Length + ownerRest.Length + 10 + dataBytes))
            return false;
        Bytes(ownerFirst);
        Bytes(ownerRest);
        Head(section, type, ttl, dataBytes);
        return true;
    }

    /// <summary>The record that carries EDNS: RFC 6891, section 6.1.3. Its room was left over.</summary>
    public void Opt(int udpBytes, int extendedCode, bool dnssecOk)
    {
        _message[Position++] = 0;
        U16((int)RecordType.Opt);
        U16(udpBytes);
        _message[Position++] = (byte)extendedCode;
        _message[Position++] = 0;
        U16(dnssecOk ? 0x8000 : 0);
        U16(0);
        Counted(Section.Additional);
    }

    /// <summary>Goes on where a copy of this writer has stopped.</summary>
    public void GoOnAt(int position, bool isTruncated) => (Position, IsTruncated) = (position, isTruncated);

    /// <summary>Copies a name that was written without pointers.</summary>
    /// <returns>Its length.</returns>
    public readonly int CopyName(int place, scoped Span<byte> name)
    {
        var end = place;
        while (_message[end] != 0)
            end += 1 + _message[end];
        _message[place..(end + 1)].CopyTo(name);
        return end + 1 - place;
    }

    public void Pointer(int offset) => U16(0xC000 | offset);

    public void U16(int number)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_message[Position..], (ushort)number);
        Position += 2;
    }

    public void U32(uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_message[Position..], number);
        Position += 4;
    }

    public void Bytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_message[Position..]);
        Position += bytes.Length;
    }

    /// <summary>What is left out of the answer is missed; of what stands beside it, the client may ask (RFC 2181, section 9).</summary>
    private bool HasRoom(Section section, int bytes)
    {
        if (bytes <= Left)
            return true;
        IsTruncated |= section == Section.Answer;
        return false;
    }

    private void Head(Section section, RecordType type, uint ttl, int dataBytes)
    {
        U16((int)type);
        U16(DnsProtocol.ClassInternet);
        U32(ttl);
        U16(dataBytes);
        Counted(section);
    }

    private readonly void Counted(Section section) =>
        BinaryPrimitives.WriteUInt16BigEndian(_message[(int)section..], (ushort)(Count(section) + 1));
}
