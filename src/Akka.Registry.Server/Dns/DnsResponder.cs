using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;
using Akka.Registry.Cluster;
using Akka.Registry.Routing;
using Akka.Registry.Security;

namespace Akka.Registry.Server.Dns;

/// <summary>What is to be done about a message.</summary>
internal enum DnsVerdict
{
    /// <summary>Nothing: it is no query, and an answer might be answered in turn.</summary>
    Drop,

    /// <summary>The answer is written.</summary>
    Answer,

    /// <summary>A resolver has to be asked.</summary>
    Recurse,
}

/// <summary>Answers questions from the registry's views: the same message, views, time and chance give the same answer.</summary>
/// <remarks>
/// Any thread. It opens no socket and waits for nothing. What the answers mean is told in the README's section on DNS; the formats are those of
/// RFC 1035, RFC 2782 (SRV), RFC 3596 (AAAA), RFC 2308 (what is not there) and RFC 6891 (EDNS).
/// </remarks>
/// <param name="options">Domains and times.</param>
/// <param name="registry">The services.</param>
/// <param name="membership">The nodes.</param>
/// <param name="random">Shuffles answers.</param>
/// <param name="guard">The registry as who shows no token may see it; null where everybody may see everything.</param>
internal sealed partial class DnsResponder(
    DnsOptions options, IServiceRegistry registry, IClusterMembership membership, RoutingRandom random, GuardedRegistry? guard = null)
{
    private readonly DnsDomain[] _domains = [.. options.Domains.Select(domain => new DnsDomain(domain, options.Datacenter))];
    private readonly byte[] _datacenter = Encoding.ASCII.GetBytes(options.Datacenter.ToLowerInvariant());
    private readonly FrozenDictionary<string, uint> _serviceTtls = options.ServiceTtl.ToFrozenDictionary(
        pair => pair.Key, pair => Seconds(pair.Value), StringComparer.OrdinalIgnoreCase);
    private readonly uint _ttl = Seconds(options.Ttl);
    private readonly uint _negativeTtl = Seconds(options.NegativeTtl);
    private readonly ServiceLookup _services = new(guard ?? registry, registry);

    private bool CanRecurse => options.Recursors.Count > 0;

    /// <summary>Answers one message.</summary>
    /// <param name="message">As it came; nothing in it is trusted.</param>
    /// <param name="isStream">Whether it came by TCP, where an answer may be as long as a message can be.</param>
    /// <param name="now">The time.</param>
    /// <param name="response">Takes the answer; <see cref="DnsProtocol.MessageBytesMax"/> bytes.</param>
    /// <param name="length">The answer's length; 0 when there is none.</param>
    public DnsVerdict Respond(ReadOnlySpan<byte> message, bool isStream, DateTimeOffset now, scoped Span<byte> response, out int length)
    {
        length = 0;
        if (message.Length < DnsProtocol.HeaderBytes || (message[2] & 0x80) != 0)
            return DnsVerdict.Drop;
        if ((BinaryPrimitives.ReadUInt16BigEndian(message[2..]) & DnsProtocol.FlagsOpcode) != 0)
        {
            length = Bare(message, response, ResponseCode.NotImplemented);
            return DnsVerdict.Answer;
        }

        Span<byte> wire = stackalloc byte[DnsProtocol.NameBytesMax];
        Span<byte> starts = stackalloc byte[DnsProtocol.LabelsMax];
        if (!DnsQuery.TryRead(message, wire, starts, out var query))
        {
            length = Bare(message, response, ResponseCode.FormatError);
            return DnsVerdict.Answer;
        }

        var writer = new MessageWriter(response, RoomFor(query, isStream)) { IsStream = isStream };
        writer.Header(message, HeaderFlags(message));
        writer.Question(query.Question);
        var verdict = DnsVerdict.Answer;
        var code = Dispatch(query, ref writer, now, ref verdict);
        if (verdict == DnsVerdict.Answer)
            length = Finish(query, ref writer, code);
        return verdict;
    }

    /// <summary>The answer that no resolver could give, or that a defect has taken away.</summary>
    public int Fail(ReadOnlySpan<byte> message, Span<byte> response) => Bare(message, response, ResponseCode.ServerFailure);

    /// <summary>The answer to who asks too fast: the question, and nothing but that there is more by TCP.</summary>
    /// <returns>Its length; 0 for none: the message is no question.</returns>
    public int Truncate(ReadOnlySpan<byte> message, Span<byte> response)
    {
        Span<byte> wire = stackalloc byte[DnsProtocol.NameBytesMax];
        Span<byte> starts = stackalloc byte[DnsProtocol.LabelsMax];
        if ((message[2] & 0x80) != 0 || !DnsQuery.TryRead(message, wire, starts, out var query))
            return 0;
        var writer = new MessageWriter(response, DnsProtocol.UdpBytesMin);
        writer.Header(message, HeaderFlags(message) | DnsProtocol.FlagTruncated);
        writer.Question(query.Question);
        return writer.Position;
    }

    private ResponseCode Dispatch(scoped in DnsQuery query, ref MessageWriter writer, DateTimeOffset now, ref DnsVerdict verdict)
    {
        if (query.EdnsVersion != 0)
            return ResponseCode.BadVersion;
        if (query.Type is RecordType.None or RecordType.Opt or (>= RecordType.MetaFirst and <= RecordType.MetaLast))
            return ResponseCode.NotImplemented;
        if (query.Class is not (DnsProtocol.ClassInternet or DnsProtocol.ClassAny))
            return ResponseCode.Refused;
        if (DomainOf(query.Name) is { } domain)
        {
            if (guard is { MaySeeAnything: false })
                return ResponseCode.Refused;
            if (!registry.IsReady)
                return ResponseCode.ServerFailure;
            return Authoritative(query, domain, ref writer, now);
        }

        if (query.Type == RecordType.Ptr && guard is not { MaySeeAnything: false } && TryReverse(query, ref writer))
        {
            writer.AddFlags(DnsProtocol.FlagAuthoritative);
            return ResponseCode.NoError;
        }

        if (!CanRecurse || !query.RecursionDesired)
            return ResponseCode.Refused;
        verdict = DnsVerdict.Recurse;
        return ResponseCode.NoError;
    }

    /// <summary>Answers a name in a domain, and says in the SOA record for how long a "no" holds.</summary>
    private ResponseCode Authoritative(scoped in DnsQuery query, DnsDomain domain, ref MessageWriter writer, DateTimeOffset now)
    {
        writer.AddFlags(DnsProtocol.FlagAuthoritative);
        var exists = Resolve(query, domain, ref writer, now);
        if (writer.Alias > 0 && query.Type is (RecordType.A or RecordType.Aaaa))
            Follow(query, ref writer, now);
        if (writer.Count(Section.Answer) == 0 && !writer.IsTruncated)
            WriteSoa(query, domain, ref writer, Section.Authority, _negativeTtl, now);
        return exists ? ResponseCode.NoError : ResponseCode.NameError;
    }

    /// <summary>Finds what the labels before the domain mean.</summary>
    /// <returns>Whether the name exists, with or without a record of the type.</returns>
    private bool Resolve(scoped in DnsQuery query, DnsDomain domain, ref MessageWriter writer, DateTimeOffset now)
    {
        var name = query.Name;
        var count = name.Count - domain.Labels;
        if (count == 0)
        {
            WriteApex(query, domain, ref writer, now);
            return true;
        }

        var kind = NameKinds.Of(name.Label(count - 1));
        if (kind == NameKind.None)
        {
            if (name.Label(count - 1).SequenceEqual(_datacenter))
                count--;
            if (count == 0)
                return true;            // The data center itself: names lie below it.
            kind = NameKinds.Of(name.Label(count - 1));
        }

        if (kind == NameKind.None)
            return ResolvePlain(query, count, domain, ref writer, now);
        count--;
        if (count == 0)
            return true;                // The word itself: names lie below it.
        return kind switch
        {
            NameKind.Service => WriteService(query, _services.Find(query, count, now), domain, ref writer),
            NameKind.Node => WriteNodes(query, query.Text(0, count), ref writer),
            NameKind.Address => count == 1 && WriteAddress(query, ref writer),
            _ => throw new System.Diagnostics.UnreachableException($"No rule for {kind}."),
        };
    }

    /// <summary>Names without a word: <c>_web._tcp</c>, as RFC 2782 has it, and the name server of the SOA record.</summary>
    private bool ResolvePlain(scoped in DnsQuery query, int count, DnsDomain domain, ref MessageWriter writer, DateTimeOffset now)
    {
        var name = query.Name;
        if (count >= 2 && name.Label(0)[0] == '_' && name.Label(count - 1)[0] == '_')
            return WriteService(query, _services.Find(query, count, now), domain, ref writer);
        if (count == 1 && name.Label(0).SequenceEqual("ns"u8))
        {
            WriteMembers(query, name: null, ref writer);
            return true;
        }

        return count == 1 && NameKinds.IsTransport(name.Label(0));
    }

    private int RoomFor(scoped in DnsQuery query, bool isStream)
    {
        var bytesMax = isStream ? DnsProtocol.MessageBytesMax : Math.Min(query.UdpBytes, options.UdpBytesMax);
        return query.HasEdns ? bytesMax - DnsProtocol.OptRecordBytes : bytesMax;
    }

    private int HeaderFlags(ReadOnlySpan<byte> message)
    {
        const int Echoed = DnsProtocol.FlagsOpcode | DnsProtocol.FlagRecursionDesired | DnsProtocol.FlagCheckingDisabled;
        return DnsProtocol.FlagResponse | (BinaryPrimitives.ReadUInt16BigEndian(message[2..]) & Echoed)
            | (CanRecurse ? DnsProtocol.FlagRecursionAvailable : 0);
    }

    private int Finish(scoped in DnsQuery query, ref MessageWriter writer, ResponseCode code)
    {
        // By TCP there is no way to get more: the mark would send the client round and round.
        writer.AddFlags(((int)code & 0xF) | (writer.IsTruncated && !writer.IsStream ? DnsProtocol.FlagTruncated : 0));
        if (query.HasEdns)
            writer.Opt(options.UdpBytesMax, (int)code >> 4, query.DnssecOk);
        return writer.Position;
    }

    /// <summary>A header alone.</summary>
    private int Bare(ReadOnlySpan<byte> message, Span<byte> response, ResponseCode code)
    {
        var writer = new MessageWriter(response, DnsProtocol.HeaderBytes);
        writer.Header(message, HeaderFlags(message) | (int)code);
        return writer.Position;
    }

    /// <summary>The domain that the name lies in; of two the longer.</summary>
    private DnsDomain? DomainOf(DnsName name)
    {
        DnsDomain? found = null;
        foreach (var domain in _domains)
        {
            if (domain.Holds(name) && domain.Labels > (found?.Labels ?? 0))
                found = domain;
        }

        return found;
    }

    private static uint Seconds(TimeSpan time) => (uint)Math.Ceiling(time.TotalSeconds);
}
