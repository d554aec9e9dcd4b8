using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Akka.Registry.Queries;

namespace Akka.Registry.Server.Dns;

/// <summary>What a name of a service stands for at one moment: its healthy instances, and where they are. Immutable.</summary>
/// <remarks>
/// Passing and warning instances; those that nobody can vouch for only when nothing better is left, and those that are suspect after all
/// others. Starting, critical, draining and out-of-service ones never.
/// </remarks>
internal sealed class ServicePool
{
    /// <summary>Tags that one pool keeps pools for; further ones are put together for each query.</summary>
    private const int TagPoolsMax = 64;

    /// <summary>Vouched for, unverified, and the same of those that are suspect.</summary>
    private const int Ranks = 4;

    private static readonly ConditionalWeakTable<ServiceView, ServicePool> Known = [];

    private readonly InstanceList? _all;
    private readonly ConcurrentDictionary<string, ServicePool>? _byTag;

    private ServicePool(InstanceList all, string? tag)
    {
        var chosen = Choose(all, tag, rank: 0);
        for (var rank = 1; rank < Ranks && chosen.Count == 0; rank++)
            chosen = Choose(all, tag, rank);
        if (tag is null)
            (_all, _byTag) = (all, new ConcurrentDictionary<string, ServicePool>(StringComparer.OrdinalIgnoreCase));
        Instances = new PoolInstance[chosen.Count];
        var (v4, v6, hosts) = (new List<byte[]>(), new List<byte[]>(), new List<byte[]>());
        var places = new Dictionary<string, PoolAddress>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < chosen.Count; i++)
        {
            var text = chosen[i].Address;
            if (!places.TryGetValue(text, out var address))
            {
                places.Add(text, address = PoolAddress.Of(text, places.Count));
                var list = address.Kind switch { RecordType.A => v4, RecordType.Aaaa => v6, RecordType.CName => hosts, _ => null };
                list?.Add(address.Bytes);
            }

            Instances[i] = new PoolInstance(chosen[i], address);
        }

        (V4, V6, Hosts, AddressCount) = ([.. v4], [.. v6], [.. hosts], places.Count);
    }

    /// <summary>The healthy instances, by id.</summary>
    public PoolInstance[] Instances { get; }

    /// <summary>Their different IPv4 addresses, four bytes each.</summary>
    public byte[][] V4 { get; }

    /// <summary>Their different IPv6 addresses, sixteen bytes each.</summary>
    public byte[][] V6 { get; }

    /// <summary>Their different host names, on the wire.</summary>
    public byte[][] Hosts { get; }

    /// <summary>Different addresses, of whatever kind.</summary>
    public int AddressCount { get; }

    /// <summary>The pool of a service; made once a view.</summary>
    public static ServicePool Of(ServiceView view) => Known.GetValue(view, static view => new ServicePool(view.Instances, null));

    /// <summary>The pool of those with a tag, whatever its case.</summary>
    public ServicePool Tagged(string tag)
    {
        if (_byTag!.TryGetValue(tag, out var pool))
            return pool;
        pool = new ServicePool(_all!, tag);
        if (pool.Instances.Length > 0 && _byTag.Count < TagPoolsMax)
            _byTag.TryAdd(tag, pool);
        return pool;
    }

    private static List<ServiceEntry> Choose(InstanceList all, string? tag, int rank)
    {
        var chosen = new List<ServiceEntry>();
        foreach (var entry in all)
        {
            var isHealthy = entry.Status is InstanceStatus.Passing or InstanceStatus.Warning;
            if (isHealthy && RankOf(entry) == rank && (tag is null || HasTag(entry, tag)))
                chosen.Add(entry);
        }

        return chosen;
    }

    private static int RankOf(ServiceEntry entry) => (entry.Unverified ? 1 : 0) + (entry.Suspect ? 2 : 0);

    private static bool HasTag(ServiceEntry entry, string tag)
    {
        for (var i = 0; i < entry.Tags.Count; i++)
        {
            if (entry.Tags[i].Equals(tag, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

/// <summary>A healthy instance.</summary>
/// <param name="Entry">As the registry has it.</param>
/// <param name="Address">Where it is.</param>
internal readonly record struct PoolInstance(ServiceEntry Entry, PoolAddress Address)
{
    /// <summary>Its share for SRV: its weight; 1 at most while it has a warning, as Consul has it unless told otherwise.</summary>
    public int Weight => Entry.Status == InstanceStatus.Warning ? Math.Min(Entry.Weight, 1) : Entry.Weight;
}

/// <summary>An address as records carry it.</summary>
/// <param name="Index">Its place among the different addresses of its pool.</param>
/// <param name="Kind">A, AAAA or, for a host name, CNAME; none for what no record can carry.</param>
/// <param name="Bytes">Four bytes, sixteen bytes, or a name on the wire.</param>
internal sealed record PoolAddress(int Index, RecordType Kind, byte[] Bytes)
{
    /// <summary>Reads an IP address or a host name.</summary>
    public static PoolAddress Of(string text, int index)
    {
        if (TryParse(text) is { } ip)
        {
            var isV4 = ip.AddressFamily == AddressFamily.InterNetwork;
            return new PoolAddress(index, isV4 ? RecordType.A : RecordType.Aaaa, ip.GetAddressBytes());
        }

        Span<byte> wire = stackalloc byte[DnsProtocol.NameBytesMax];
        var length = DnsName.EncodeLabels(text, wire);
        if (length == 0)
            return new PoolAddress(index, RecordType.None, []);
        wire[length++] = 0;
        return new PoolAddress(index, RecordType.CName, wire[..length].ToArray());
    }

    /// <summary>Four numbers with dots, or IPv6; not the shorter forms that a parser may take for IPv4.</summary>
    private static IPAddress? TryParse(string text)
    {
        if (!text.Contains(':', StringComparison.Ordinal) && text.AsSpan().Count('.') != 3)
            return null;
        if (!IPAddress.TryParse(text, out var ip))
            return null;
        return ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
    }
}
