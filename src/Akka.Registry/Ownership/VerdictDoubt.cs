using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Ownership;

/// <summary>
/// Verdicts that are not shown yet, because another node wrote them than the one that judges the lease, and that one is heard, or was
/// until lately.
/// </summary>
/// <remarks>
/// <para>When a cut has lasted for longer than orphans are kept, each side has evicted what beats on the other. An eviction stands just above
/// the record that it removes, and a beat writes nothing: so when the sides meet, it takes away what lives until the owner, at which
/// it beats, has written it again. For that moment it stays in sight.</para>
/// <para>Whoever missed an owner earlier evicts earlier, too: where its loss was seen later the entry stays in sight for the rest of the
/// orphan's grace, in which its instance may still beat.</para>
/// <para>A registration that the network held back may reach a node that is cut off, long after its instance was taken elsewhere. That node
/// owns it by a later record, hears no beat, and calls silent what beats on the other side. Its registration may come first, when the
/// sides meet, and its verdict next: so what comes late from a new owner is kept in mind. Where records are signed no node's record takes
/// the place of another's that stands by its own, so that only evictions are doubted.</para>
/// </remarks>
internal sealed class VerdictDoubt(OwnershipRules rules, bool areRecordsSigned)
{
    private readonly Dictionary<RecordKey, Doubt> _doubts = [];

    /// <summary>Whether there is no doubt.</summary>
    public bool IsEmpty => _doubts.Count == 0;

    /// <summary>Whether the entry is said to be silent.</summary>
    public static bool IsSilent(ServiceEntry? entry) => entry is { LeaseMissed: true } or { Unverified: true };

    /// <summary>Whether one record in the place of another is a verdict that somebody else than the owner wrote.</summary>
    /// <param name="judged">The record that stood; null for none.</param>
    /// <param name="after">The record that stands.</param>
    /// <param name="entry">What <paramref name="after"/> describes; null when it is a tombstone or cannot be read.</param>
    public bool Applies(MapRecord? judged, MapRecord after, ServiceEntry? entry) =>
        rules.VerdictsDoubted && judged is { IsLive: true } && after.Dot.Origin != judged.Dot.Origin
        && (after.Order is { Evicted: true, Deregistered: false } || (Moves(judged, after) && IsSilent(entry)));

    /// <summary>
    /// Whether one record in the place of another gives a live entry another owner, who is to be kept in mind if word of it comes late.
    /// </summary>
    public bool Moves(MapRecord? before, MapRecord? after) =>
        rules.VerdictsDoubted && !areRecordsSigned && before is { IsLive: true } && after is { IsLive: true }
        && after.Dot.Origin != before.Dot.Origin && after.Order.Epoch == before.Order.Epoch;

    /// <summary>Begins a doubt about a key.</summary>
    public void Begin(RecordKey key, Doubt doubt) => _doubts[key] = doubt;

    /// <summary>Another record stands.</summary>
    /// <returns>The doubt about the key, which ends; null for none.</returns>
    public Doubt? End(RecordKey key) => _doubts.Remove(key, out var doubt) ? doubt : null;

    /// <summary>Whether a reader with that cursor has been told what is withheld here of a live entry.</summary>
    public bool Knows(ReadCursor cursor)
    {
        foreach (var doubt in _doubts.Values)
        {
            if (doubt.Verdict is { IsLive: true } verdict && cursor.Knows(verdict.Dot))
                return true;
        }

        return false;
    }

    /// <summary>Everything was replaced.</summary>
    public void Clear() => _doubts.Clear();

    /// <summary>Ends the doubts that have lasted for long enough.</summary>
    /// <returns>What was withheld until now.</returns>
    public IReadOnlyList<Doubt> TakeDue(Instant now)
    {
        var due = new List<Doubt>();
        foreach (var (key, doubt) in _doubts)
        {
            if (doubt.Until > now)
                continue;
            _doubts.Remove(key);
            if (doubt.Verdict is not null)
                due.Add(doubt);
        }

        return due;
    }
}

/// <summary>A doubt about what others say of an entry.</summary>
/// <param name="Judged">The record of its owner, who is heard.</param>
/// <param name="Verdict">What is withheld from sight; null for nothing yet.</param>
/// <param name="Until">When it ends.</param>
internal readonly record struct Doubt(MapRecord Judged, MapRecord? Verdict, Instant Until);
