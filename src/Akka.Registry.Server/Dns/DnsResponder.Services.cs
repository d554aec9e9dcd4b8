using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;

namespace Akka.Registry.Server.Dns;

/// <summary>The records of services and of addresses.</summary>
internal sealed partial class DnsResponder
{
    /// <summary>More than these fit no message: of a larger service, as many neighbours by id are taken from a random place on.</summary>
    private const int DrawnMax = 4_096;

    /// <summary>Priority, weight, port.</summary>
    private const int SrvFixedBytes = 6;
    private const int RecordHeadBytes = 12;

    private bool WriteService(scoped in DnsQuery query, in ServiceMatch match, DnsDomain domain, ref MessageWriter writer)
    {
        if (match.IsBetween)
            return true;
        if (match.Pool is not { Instances.Length: > 0 } pool)
            return false;
        var ttl = _serviceTtls.GetValueOrDefault(match.Service, _ttl);
        switch (query.Type)
        {
            case RecordType.Srv:
                WriteSrv(pool, domain, ttl, ref writer);
                break;
            case RecordType.Txt:
                WriteTexts(pool, ttl, ref writer);
                break;
            default:
                WriteAddresses(query.Type, pool.V4, pool.V6, pool.Hosts, ttl, ref writer);
                break;
        }

        return true;
    }

    /// <summary>
    /// Addresses of the type that is asked for. A host name is answered with where no address is known at all: a name that has an alias
    /// has nothing else, and one alias only (RFC 1034, section 3.6.2).
    /// </summary>
    private void WriteAddresses(RecordType asked, byte[][] v4, byte[][] v6, byte[][] hosts, uint ttl, ref MessageWriter writer)
    {
        if (v4.Length + v6.Length == 0)
        {
            if (hosts.Length > 0 && asked is RecordType.A or RecordType.Aaaa or RecordType.CName or RecordType.Any)
                WriteHost(hosts, ttl, ref writer);
            return;
        }

        if (asked is RecordType.A or RecordType.Any)
            WriteShuffled(RecordType.A, v4, ttl, ref writer);
        if (asked is RecordType.Aaaa or RecordType.Any)
            WriteShuffled(RecordType.Aaaa, v6, ttl, ref writer);
    }

    private void WriteHost(byte[][] hosts, uint ttl, ref MessageWriter writer)
    {
        if (hosts.Length == 0)
            return;
        var host = hosts[(int)random.Below(hosts.Length)];
        if (!writer.TryBegin(Section.Answer, writer.Owner, RecordType.CName, ttl, host.Length))
            return;
        writer.Alias = writer.Position;
        writer.Bytes(host);
    }

    /// <summary>
    /// Adds the addresses of an alias that the answer has given, where it leads into a domain that is answered for: one step, so that no
    /// alias leads round and round. Who asked follows the rest, as it follows aliases to elsewhere.
    /// </summary>
    private void Follow(scoped in DnsQuery query, ref MessageWriter writer, DateTimeOffset now)
    {
        // A question as the client would ask it next.
        Span<byte> message = stackalloc byte[DnsProtocol.HeaderBytes + DnsProtocol.NameBytesMax + 4];
        message.Clear();
        message[5] = 1;
        var end = DnsProtocol.HeaderBytes + writer.CopyName(writer.Alias, message[DnsProtocol.HeaderBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(message[end..], (ushort)query.Type);
        BinaryPrimitives.WriteUInt16BigEndian(message[(end + 2)..], DnsProtocol.ClassInternet);
        Span<byte> wire = stackalloc byte[DnsProtocol.NameBytesMax];
        Span<byte> starts = stackalloc byte[DnsProtocol.LabelsMax];
        if (!DnsQuery.TryRead(message[..(end + 4)], wire, starts, out var next) || next.Name.Wire.SequenceEqual(query.Name.Wire)
            || DomainOf(next.Name) is not { } domain)
        {
            return;
        }

        // A copy over the same message, since the question lives no longer than this method, and the writer might keep it.
        scoped var beyond = writer;
        beyond.Owner = writer.Alias;
        Resolve(next, domain, ref beyond, now);
        writer.GoOnAt(beyond.Position, beyond.IsTruncated);
    }

    private void WriteShuffled(RecordType type, byte[][] addresses, uint ttl, ref MessageWriter writer)
    {
        if (addresses.Length == 0)
            return;
        var order = Drawn(addresses.Length, out var count);
        for (var i = 0; i < count && !writer.IsTruncated; i++)
        {
            var address = addresses[Draw(order, i, count)];
            if (writer.TryBegin(Section.Answer, writer.Owner, type, ttl, address.Length))
                writer.Bytes(address);
        }

        ArrayPool<int>.Shared.Return(order);
    }

    private void WriteTexts(ServicePool pool, uint ttl, ref MessageWriter writer)
    {
        var order = Drawn(pool.Instances.Length, out var count);
        for (var i = 0; i < count && !writer.IsTruncated; i++)
        {
            var data = TextRecord.Of(pool.Instances[Draw(order, i, count)].Entry);
            if (writer.TryBegin(Section.Answer, writer.Owner, RecordType.Txt, ttl, data.Length))
                writer.Bytes(data);
        }

        ArrayPool<int>.Shared.Return(order);
    }

    /// <summary>
    /// By UDP as many instances as fit together with their addresses: who does not ask back gets no instance without one. By TCP as many
    /// instances as fit, and addresses as far as there is room.
    /// </summary>
    private void WriteSrv(ServicePool pool, DnsDomain domain, uint ttl, ref MessageWriter writer)
    {
        var order = Drawn(pool.Instances.Length, out var count);
        // By address: 0 for one that is not in the answer, else where its name stands.
        var places = ArrayPool<int>.Shared.Rent(pool.AddressCount);
        Array.Clear(places, 0, pool.AddressCount);
        var (at, additional, taken, suffix) = (writer.Position, 0, 0, 0);
        for (; taken < count; taken++)
        {
            var address = pool.Instances[Draw(order, taken, count)].Address;
            var target = TargetBytes(address, domain);
            if (target == 0)
                continue;
            var first = places[address.Index] == 0;
            var place = at + RecordHeadBytes + SrvFixedBytes;
            if (suffix == 0 && address.Kind != RecordType.CName)
                suffix = place + 1 + (2 * address.Bytes.Length);
            var more = first && address.Kind != RecordType.CName && !writer.IsStream ? AddressRecordBytes(address, place, suffix, domain) : 0;
            var record = RecordHeadBytes + SrvFixedBytes + target;
            if (at + record + additional + more - writer.Position > writer.Left)
            {
                writer.IsTruncated = true;
                break;
            }

            if (first)
                places[address.Index] = place;
            (at, additional) = (at + record, additional + more);
        }

        for (var i = 0; i < taken; i++)
            WriteTarget(pool.Instances[order[i]], domain, ttl, ref writer);
        for (var i = 0; i < taken; i++)
            WriteTargetAddress(pool.Instances[order[i]].Address, places, suffix, domain, ttl, ref writer);
        ArrayPool<int>.Shared.Return(places);
        ArrayPool<int>.Shared.Return(order);
    }

    private static int TargetBytes(PoolAddress address, DnsDomain domain) => address.Kind switch
    {
        RecordType.A or RecordType.Aaaa => 1 + (2 * address.Bytes.Length) + domain.AddrSuffix.Length,
        RecordType.CName => address.Bytes.Length,
        RecordType.None => 0,           // Neither address nor host name: nothing to point at.
        _ => throw new UnreachableException($"No target for {address.Kind}."),
    };

    private static void WriteTarget(in PoolInstance instance, DnsDomain domain, uint ttl, ref MessageWriter writer)
    {
        var address = instance.Address;
        var target = TargetBytes(address, domain);
        if (target == 0 || !writer.TryBegin(Section.Answer, writer.Owner, RecordType.Srv, ttl, SrvFixedBytes + target))
            return;
        writer.U16(1);
        writer.U16(instance.Weight);
        writer.U16(instance.Entry.Port);
        // RFC 2782: the target's name is not compressed.
        if (address.Kind == RecordType.CName)
        {
            writer.Bytes(address.Bytes);
            return;
        }

        Span<byte> digits = stackalloc byte[33];
        writer.Bytes(digits[..Digits(address.Bytes, digits)]);
        writer.Bytes(domain.AddrSuffix);
    }

    /// <summary>What the record of a target's address takes. Its owner is the target, or ends as the first target does, or is written out.</summary>
    private static int AddressRecordBytes(PoolAddress address, int place, int suffix, DnsDomain domain)
    {
        var digits = 1 + (2 * address.Bytes.Length);
        var owner = place <= DnsProtocol.PointerOffsetMax ? 2
            : suffix <= DnsProtocol.PointerOffsetMax ? digits + 2
            : digits + domain.AddrSuffix.Length;
        return owner + RecordHeadBytes - 2 + address.Bytes.Length;
    }

    private static void WriteTargetAddress(
        PoolAddress address, int[] places, int suffix, DnsDomain domain, uint ttl, ref MessageWriter writer)
    {
        var place = places[address.Index];
        if (place == 0 || address.Kind == RecordType.CName)
            return;
        places[address.Index] = 0;
        if (place <= DnsProtocol.PointerOffsetMax)
        {
            if (writer.TryBegin(Section.Additional, place, address.Kind, ttl, address.Bytes.Length))
                writer.Bytes(address.Bytes);
            return;
        }

        Span<byte> digits = stackalloc byte[33];
        digits = digits[..Digits(address.Bytes, digits)];
        ReadOnlySpan<byte> rest = suffix <= DnsProtocol.PointerOffsetMax ? [(byte)(0xC0 | (suffix >> 8)), (byte)suffix] : domain.AddrSuffix;
        if (writer.TryBegin(Section.Additional, digits, rest, address.Kind, ttl, address.Bytes.Length))
            writer.Bytes(address.Bytes);
    }

    /// <summary><c>0a1e0001.addr</c>: the address is in its name.</summary>
    private bool WriteAddress(scoped in DnsQuery query, ref MessageWriter writer)
    {
        Span<byte> address = stackalloc byte[16];
        if (query.Name.Label(0).Length is not (8 or 32)
            || Convert.FromHexString(query.Name.Label(0), address, out _, out var length) != OperationStatus.Done)
        {
            return false;
        }

        var type = length == 4 ? RecordType.A : RecordType.Aaaa;
        if ((query.Type == type || query.Type == RecordType.Any)
            && writer.TryBegin(Section.Answer, writer.Owner, type, _ttl, length))
        {
            writer.Bytes(address[..length]);
        }

        return true;
    }

    /// <summary>A label of hexadecimal digits, its length before it.</summary>
    private static int Digits(ReadOnlySpan<byte> address, Span<byte> label)
    {
        label[0] = (byte)(2 * address.Length);
        Convert.TryToHexStringLower(address, label[1..], out var written);
        return 1 + written;
    }

    /// <summary>Places to draw from, in an array that was rented.</summary>
    private int[] Drawn(int length, out int count)
    {
        count = Math.Min(length, DrawnMax);
        var order = ArrayPool<int>.Shared.Rent(count);
        var start = length > count ? (int)random.Below(length) : 0;
        for (var i = 0; i < count; i++)
            order[i] = start + i < length ? start + i : start + i - length;
        return order;
    }

    /// <summary>The next place, any of those left with the same chance: one step of Fisher and Yates' shuffle.</summary>
    private int Draw(int[] order, int index, int count)
    {
        var other = index + (int)random.Below(count - index);
        (order[index], order[other]) = (order[other], order[index]);
        return order[index];
    }
}
