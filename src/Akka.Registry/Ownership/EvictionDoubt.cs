using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Ownership;

/// <summary>
/// Evictions that are not shown yet, because another node wrote them than the one that judges the lease, and that one is heard, or was
/// until lately.
/// </summary>
/// <remarks>
/// <para>When a cut has lasted for longer than orphans are kept, each side has evicted what beats on the other. An eviction stands just above
/// the record that it removes, and a beat writes nothing: so when the sides meet, it takes away what lives until the owner, at which
/// it beats, has written it again. For that moment it stays in sight.</para>
/// <para>Whoever missed an owner earlier evicts earlier, too: where its loss was seen later the entry stays in sight for the rest of the
/// orphan's grace, in which its instance may still beat.</para>
/// </remarks>
internal sealed class EvictionDoubt(OwnershipRules rules)
{
    private readonly Dictionary<RecordKey, (MapRecord Eviction, Instant Until)> _withheld = [];

    /// <summary>Whether anything is withheld.</summary>
    public bool IsEmpty => _withheld.Count == 0;

    /// <summary>Whether one record in the place of another is an eviction that somebody else than the owner wrote.</summary>
    public bool Applies(MapRecord? before, MapRecord after) =>
        rules.EvictionsDoubted && before is { IsLive: true }
        && after.Order is { Evicted: true, Deregistered: false } && after.Dot.Origin != before.Dot.Origin;

    /// <summary>Withholds it.</summary>
    public void Withhold(MapRecord eviction, Instant until) => _withheld[eviction.Key] = (eviction, until);

    /// <summary>Another record stands.</summary>
    /// <returns>What was withheld of the key; null for nothing.</returns>
    public MapRecord? End(RecordKey key) => _withheld.Remove(key, out var doubt) ? doubt.Eviction : null;

    /// <summary>Everything was replaced.</summary>
    public void Clear() => _withheld.Clear();

    /// <summary>Takes out what the owner has left to stand for long enough.</summary>
    public IReadOnlyList<MapRecord> TakeDue(Instant now)
    {
        var due = new List<MapRecord>();
        foreach (var (key, (eviction, until)) in _withheld)
        {
            if (until > now)
                continue;
            _withheld.Remove(key);
            due.Add(eviction);
        }

        return due;
    }
}
