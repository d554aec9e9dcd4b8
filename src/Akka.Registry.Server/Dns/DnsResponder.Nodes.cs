using System.Net;
using Akka.Registry.Cluster;

namespace Akka.Registry.Server.Dns;

/// <summary>The records of nodes and of a domain itself.</summary>
internal sealed partial class DnsResponder
{
    private const int NameServersMax = 3;
    private const uint SoaRefreshSeconds = 3_600;
    private const uint SoaRetrySeconds = 600;
    private const uint SoaExpireSeconds = 86_400;

    private static ReadOnlySpan<byte> NsLabel => "\u0002ns"u8;

    private static ReadOnlySpan<byte> HostmasterLabel => "\nhostmaster"u8;

    private void WriteApex(scoped in DnsQuery query, DnsDomain domain, ref MessageWriter writer, DateTimeOffset now)
    {
        if (query.Type is RecordType.Soa or RecordType.Any)
            WriteSoa(query, domain, ref writer, Section.Answer, _ttl, now);
        if (query.Type is RecordType.Ns or RecordType.Any)
            WriteNameServers(domain, ref writer);
    }

    /// <summary>The domain's SOA record; all of its names end in the domain, which stands in the question.</summary>
    private void WriteSoa(
        scoped in DnsQuery query, DnsDomain domain, ref MessageWriter writer, Section section, uint ttl, DateTimeOffset now)
    {
        var place = DnsProtocol.HeaderBytes + query.Name.Start(query.Name.Count - domain.Labels);
        if (!writer.TryBegin(section, place, RecordType.Soa, ttl, NsLabel.Length + HostmasterLabel.Length + 24))
            return;
        writer.Bytes(NsLabel);
        writer.Pointer(place);
        writer.Bytes(HostmasterLabel);
        writer.Pointer(place);
        writer.U32((uint)now.ToUnixTimeSeconds());
        writer.U32(SoaRefreshSeconds);
        writer.U32(SoaRetrySeconds);
        writer.U32(SoaExpireSeconds);
        writer.U32(_negativeTtl);
    }

    /// <summary>Some of the members, by their nodes' names, with their addresses.</summary>
    private void WriteNameServers(DnsDomain domain, ref MessageWriter writer)
    {
        var members = membership.View.Members;
        var order = Drawn(members.Length, out var count);
        Span<byte> name = stackalloc byte[DnsProtocol.NameBytesMax];
        Span<int> places = stackalloc int[NameServersMax];
        var servers = new PoolAddress[NameServersMax];
        var written = 0;
        for (var i = 0; i < count && written < NameServersMax; i++)
        {
            var member = members[Draw(order, i, count)];
            var length = NodeName(member.Node.Name, domain, name);
            if (member.State != MemberState.Up || length == 0)
                continue;
            var place = writer.Position + RecordHeadBytes;
            if (!writer.TryBegin(Section.Answer, writer.Owner, RecordType.Ns, _ttl, length))
                break;
            writer.Bytes(name[..length]);
            (servers[written], places[written]) = (PoolAddress.Of(member.Node.Address.Host, 0), place);
            written++;
        }

        System.Buffers.ArrayPool<int>.Shared.Return(order);
        for (var i = 0; i < written; i++)
        {
            var (type, address) = (servers[i].Kind, servers[i].Bytes);
            if (type is RecordType.A or RecordType.Aaaa && writer.Left >= RecordHeadBytes + address.Length
                && writer.TryBegin(Section.Additional, places[i], type, _ttl, address.Length))
            {
                writer.Bytes(address);
            }
        }
    }

    /// <summary>The current members of that name; names are unique by custom only.</summary>
    private bool WriteNodes(scoped in DnsQuery query, string name, ref MessageWriter writer)
    {
        var exists = false;
        foreach (var member in membership.View.Members)
        {
            if (!member.IsCurrent || !member.Node.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            exists = true;
            if (query.Type != RecordType.Txt)
                continue;
            var data = TextRecord.Of(member);
            if (writer.TryBegin(Section.Answer, writer.Owner, RecordType.Txt, _ttl, data.Length))
                writer.Bytes(data);
        }

        if (exists)
            WriteMembers(query, name, ref writer);
        return exists;
    }

    /// <summary>Addresses of the members of that name; of all that are up for null.</summary>
    private void WriteMembers(scoped in DnsQuery query, string? name, ref MessageWriter writer)
    {
        var (v4, v6, hosts) = (new List<byte[]>(), new List<byte[]>(), new List<byte[]>());
        foreach (var member in membership.View.Members)
        {
            var isMeant = name is null
                ? member.State == MemberState.Up
                : member.IsCurrent && member.Node.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
            if (!isMeant)
                continue;
            var address = PoolAddress.Of(member.Node.Address.Host, 0);
            var list = address.Kind switch { RecordType.A => v4, RecordType.Aaaa => v6, RecordType.CName => hosts, _ => null };
            if (list is not null && !list.Exists(known => known.AsSpan().SequenceEqual(address.Bytes)))
                list.Add(address.Bytes);
        }

        WriteAddresses(query.Type, [.. v4], [.. v6], [.. hosts], _ttl, ref writer);
    }

    /// <summary><c>1.0.0.127.in-addr.arpa</c>, if it is the address of a member.</summary>
    private bool TryReverse(scoped in DnsQuery query, ref MessageWriter writer)
    {
        if (!registry.IsReady || AddressOf(query.Name) is not { } address)
            return false;
        var found = false;
        Span<byte> name = stackalloc byte[DnsProtocol.NameBytesMax];
        foreach (var member in membership.View.Members)
        {
            if (!member.IsCurrent || !IPAddress.TryParse(member.Node.Address.Host, out var host) || !host.Equals(address))
                continue;
            var length = NodeName(member.Node.Name, _domains[0], name);
            if (length == 0)
                continue;
            found = true;
            if (writer.TryBegin(Section.Answer, writer.Owner, RecordType.Ptr, _ttl, length))
                writer.Bytes(name[..length]);
        }

        return found;
    }

    /// <summary>The address that a name of the reverse tree stands for: RFC 1035, section 3.5, and RFC 3596, section 2.5.</summary>
    private static IPAddress? AddressOf(DnsName name)
    {
        if (name.Count is not (6 or 34) || !name.Label(name.Count - 1).SequenceEqual("arpa"u8))
            return null;
        var isV4 = name.Count == 6;
        if (!name.Label(name.Count - 2).SequenceEqual(isV4 ? "in-addr"u8 : "ip6"u8))
            return null;
        Span<byte> address = stackalloc byte[isV4 ? 4 : 16];
        if (isV4)
        {
            for (var i = 0; i < 4; i++)
            {
                if (!byte.TryParse(name.Label(3 - i), System.Globalization.NumberStyles.None, null, out address[i]))
                    return null;
            }

            return new IPAddress(address);
        }

        Span<byte> digits = stackalloc byte[32];
        for (var i = 0; i < 32; i++)
        {
            if (name.Label(31 - i).Length != 1)
                return null;
            digits[i] = name.Label(31 - i)[0];
        }

        return Convert.FromHexString(digits, address, out _, out _) == System.Buffers.OperationStatus.Done ? new IPAddress(address) : null;
    }

    /// <summary>A node's name in a domain, on the wire.</summary>
    /// <returns>Its length; 0 for a node whose name no DNS name can carry.</returns>
    private static int NodeName(string node, DnsDomain domain, Span<byte> name)
    {
        var length = DnsName.EncodeLabels(node, name);
        if (length == 0 || length + domain.NodeSuffix.Length > name.Length)
            return 0;
        domain.NodeSuffix.CopyTo(name[length..]);
        return length + domain.NodeSuffix.Length;
    }
}
