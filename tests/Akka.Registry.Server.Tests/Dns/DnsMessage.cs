using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Akka.Registry.Server.Tests.Dns;

/// <summary>Messages by another hand than the door's: questions are made here, and answers are read as dig would print them.</summary>
public sealed class DnsMessage
{
    public const int A = 1, Ns = 2, CName = 5, Soa = 6, Ptr = 12, Txt = 16, Aaaa = 28, Srv = 33, Opt = 41, Any = 255;

    private static readonly Dictionary<int, string> TypeNames = new()
    {
        [A] = "A", [Ns] = "NS", [CName] = "CNAME", [Soa] = "SOA", [Ptr] = "PTR", [Txt] = "TXT", [Aaaa] = "AAAA", [Srv] = "SRV",
    };

    private readonly byte[] _bytes;
    private int _at = 12;

    private DnsMessage(byte[] bytes) => _bytes = bytes;

    public int Length => _bytes.Length;

    public int Id => U16(0);

    public int Flags => U16(2);

    /// <summary>The code, EDNS's part included.</summary>
    public int Code { get; private set; }

    public bool IsAuthoritative => (Flags & 0x0400) != 0;

    public bool IsTruncated => (Flags & 0x0200) != 0;

    public bool CanRecurse => (Flags & 0x0080) != 0;

    public string Question { get; private set; } = "";

    public List<string> Answers { get; } = [];

    public List<string> Authority { get; } = [];

    public List<string> Additional { get; } = [];

    /// <summary>EDNS's size, version and flags; null without EDNS.</summary>
    public string? Edns { get; private set; }

    /// <summary>A question on the wire.</summary>
    public static byte[] Ask(string name, int type, int? edns = null, int flags = 0x0100, int version = 0, int id = 0x1234, int dnsClass = 1)
    {
        var bytes = new List<byte>();
        Put(bytes, id, flags, 1, 0, 0, edns is null ? 0 : 1);
        bytes.AddRange(Name(name));
        Put(bytes, type, dnsClass);
        if (edns is { } size)
        {
            bytes.Add(0);
            Put(bytes, Opt, size, version, 0x8000, 0);
        }

        return [.. bytes];
    }

    public static byte[] Name(string name)
    {
        var bytes = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.UTF8.GetBytes(label));
        }

        bytes.Add(0);
        return [.. bytes];
    }

    public static void Put(List<byte> bytes, params int[] numbers)
    {
        foreach (var number in numbers)
            bytes.AddRange([(byte)(number >> 8), (byte)number]);
    }

    /// <summary>Reads an answer to its last byte; throws when it is not in order.</summary>
    public static DnsMessage Read(ReadOnlySpan<byte> bytes)
    {
        var message = new DnsMessage(bytes.ToArray());
        message.Code = message.Flags & 0xF;
        if (message.U16(4) == 1)
        {
            var name = message.ReadName();
            message.Question = $"{name} {TypeNames.GetValueOrDefault(message.Next16(), "other")}";
            message._at += 2;
        }

        message.ReadRecords(message.U16(6), message.Answers);
        message.ReadRecords(message.U16(8), message.Authority);
        message.ReadRecords(message.U16(10), message.Additional);
        return message._at == bytes.Length ? message : throw new InvalidDataException($"{bytes.Length - message._at} bytes too many");
    }

    private void ReadRecords(int count, List<string> records)
    {
        for (var i = 0; i < count; i++)
        {
            var name = ReadName();
            var (type, dnsClass) = (Next16(), Next16());
            var ttl = ((long)Next16() << 16) | (uint)Next16();
            var end = Next16() + _at;
            if (type == Opt)
            {
                Code |= (int)(ttl >> 24) << 4;
                Edns = string.Create(CultureInfo.InvariantCulture, $"{dnsClass} v{(ttl >> 16) & 0xFF} {ttl & 0xFFFF:x}");
                _at = end;
                continue;
            }

            records.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {ttl} {TypeNames[type]} {ReadData(type, end)}"));
            if (dnsClass != 1 || _at != end)
                throw new InvalidDataException($"The data of {name} ends at {_at}, not at {end}.");
        }
    }

    private string ReadData(int type, int end)
    {
        switch (type)
        {
            case A or Aaaa:
                var address = new IPAddress(_bytes.AsSpan(_at, end - _at));
                _at = end;
                return $"{address}";
            case Srv:
                return string.Create(CultureInfo.InvariantCulture, $"{Next16()} {Next16()} {Next16()} {ReadName()}");
            case Soa:
                var names = $"{ReadName()} {ReadName()}";
                return $"{names} {Next32()} {Next32()} {Next32()} {Next32()} {Next32()}";
            case Txt:
                var texts = new List<string>();
                while (_at < end)
                {
                    texts.Add($"\"{Encoding.UTF8.GetString(_bytes, _at + 1, _bytes[_at])}\"");
                    _at += 1 + _bytes[_at];
                }

                return string.Join(' ', texts);
            default:
                return ReadName();
        }
    }

    private string ReadName()
    {
        var name = new StringBuilder();
        var (at, jumped) = (_at, false);
        while (_bytes[at] != 0)
        {
            if (_bytes[at] >= 0xC0)
            {
                var target = U16(at) & 0x3FFF;
                if (target >= at)
                    throw new InvalidDataException("A pointer leads forward.");
                if (!jumped)
                    _at = at + 2;
                (at, jumped) = (target, true);
                continue;
            }

            name.Append(Encoding.UTF8.GetString(_bytes, at + 1, _bytes[at])).Append('.');
            at += 1 + _bytes[at];
        }

        if (!jumped)
            _at = at + 1;
        return name.Length == 0 ? "." : name.ToString();
    }

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(at));

    private int Next16()
    {
        _at += 2;
        return U16(_at - 2);
    }

    private long Next32() => ((long)Next16() << 16) | (uint)Next16();
}
