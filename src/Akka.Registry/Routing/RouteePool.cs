using System.Collections.Frozen;

namespace Akka.Registry.Routing;

/// <summary>
/// Entries of equal standing, by id: what a routing logic chooses from. Immutable, never empty; read by any thread.
/// </summary>
/// <remarks>
/// What logics need more than once (hashes, weights, the split by zone) is computed at the first use and kept.
/// </remarks>
public sealed class RouteePool
{
    private readonly ServiceEntry[] _entries;
    private ulong[]? _idHashes;
    private long[]? _weightsUpTo;
    private FrozenDictionary<string, RouteePool>? _zones;

    internal RouteePool(ServiceEntry[] entries) => _entries = entries;

    /// <summary>How many there are; at least 1.</summary>
    public int Count => _entries.Length;

    /// <summary>The entries.</summary>
    public ReadOnlySpan<ServiceEntry> Entries => _entries;

    /// <summary>One entry.</summary>
    public ServiceEntry this[int index] => _entries[index];

    /// <summary>A hash of each entry's id, equal on every node.</summary>
    public ReadOnlySpan<ulong> IdHashes
    {
        get
        {
            var known = Volatile.Read(ref _idHashes);
            if (known is not null)
                return known;
            known = new ulong[_entries.Length];
            for (var i = 0; i < known.Length; i++)
                known[i] = StableHash.Of(_entries[i].Id);
            Volatile.Write(ref _idHashes, known);
            return known;
        }
    }

    /// <summary>The sum of the weights up to and including each entry.</summary>
    public ReadOnlySpan<long> WeightsUpTo
    {
        get
        {
            var known = Volatile.Read(ref _weightsUpTo);
            if (known is not null)
                return known;
            known = new long[_entries.Length];
            var sum = 0L;
            for (var i = 0; i < known.Length; i++)
                known[i] = sum += _entries[i].Weight;
            Volatile.Write(ref _weightsUpTo, known);
            return known;
        }
    }

    /// <summary>All weights together; 0 when every entry has weight 0.</summary>
    public long TotalWeight => WeightsUpTo[^1];

    /// <summary>Those of a zone; null when there is none.</summary>
    internal RouteePool? Inside(string zone)
    {
        var zones = Volatile.Read(ref _zones);
        if (zones is null)
            Volatile.Write(ref _zones, zones = SplitByZone());
        return zones.GetValueOrDefault(zone);
    }

    /// <summary>
    /// Those of all other zones; null when there is none. Made anew each time: only a request that the zone cannot fill
    /// asks.
    /// </summary>
    internal RouteePool? Outside(string zone)
    {
        var others = Array.FindAll(_entries, entry => entry.Zone != zone);
        return others.Length == 0 ? null : new RouteePool(others);
    }

    private FrozenDictionary<string, RouteePool> SplitByZone()
    {
        var zones = new Dictionary<string, List<ServiceEntry>>();
        foreach (var entry in _entries)
        {
            if (!zones.TryGetValue(entry.Zone, out var inside))
                zones.Add(entry.Zone, inside = []);
            inside.Add(entry);
        }

        return zones.ToFrozenDictionary(
            zone => zone.Key, zone => zone.Value.Count == Count ? this : new RouteePool(zone.Value.ToArray()));
    }
}
