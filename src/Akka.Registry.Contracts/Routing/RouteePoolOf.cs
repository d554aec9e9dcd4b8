using System.Collections.Frozen;

namespace Akka.Registry.Routing;

/// <summary>A pool that hands its routees out, and is split by zone at the first request for one.</summary>
/// <typeparam name="T">What a routee is here.</typeparam>
public abstract class RouteePool<T> : RouteePool
{
    private readonly T[] _routees;
    private FrozenDictionary<string, RouteePool<T>>? _zones;

    /// <summary>Takes the routees.</summary>
    /// <param name="routees">At least one; in the order of their ids; the pool's alone from now on.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    protected RouteePool(T[] routees)
    {
        ArgumentNullException.ThrowIfNull(routees);
        if (routees.Length == 0)
            throw new ArgumentException("A pool has at least one routee.", nameof(routees));
        _routees = routees;
    }

    /// <inheritdoc/>
    public sealed override int Count => _routees.Length;

    /// <summary>The routees.</summary>
    public ReadOnlySpan<T> Routees => _routees;

    /// <summary>One routee.</summary>
    public T this[int index] => _routees[index];

    /// <summary>Those of a zone; null when there is none.</summary>
    public RouteePool<T>? Inside(string zone)
    {
        var zones = Volatile.Read(ref _zones);
        if (zones is null)
            Volatile.Write(ref _zones, zones = SplitByZone());
        return zones.GetValueOrDefault(zone);
    }

    /// <summary>
    /// Those of all other zones; null when there is none. Made anew each time: who asks often keeps it.
    /// </summary>
    public RouteePool<T>? Outside(string zone)
    {
        var others = new List<T>(Count);
        for (var i = 0; i < Count; i++)
        {
            if (ZoneOf(i) != zone)
                others.Add(_routees[i]);
        }

        return others.Count == 0 ? null : others.Count == Count ? this : With(others.ToArray());
    }

    /// <summary>A pool of its kind of some of its routees.</summary>
    protected abstract RouteePool<T> With(T[] routees);

    private FrozenDictionary<string, RouteePool<T>> SplitByZone()
    {
        var zones = new Dictionary<string, List<T>>();
        for (var i = 0; i < Count; i++)
        {
            if (!zones.TryGetValue(ZoneOf(i), out var inside))
                zones.Add(ZoneOf(i), inside = []);
            inside.Add(_routees[i]);
        }

        return zones.ToFrozenDictionary(zone => zone.Key, zone => zone.Value.Count == Count ? this : With(zone.Value.ToArray()));
    }
}
