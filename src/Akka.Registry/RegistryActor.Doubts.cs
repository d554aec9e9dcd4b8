using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;
using Akka.Registry.Subscriptions;

namespace Akka.Registry;

/// <summary>Word of others about entries whose owner is heard: what is withheld from sight, and what comes late.</summary>
internal sealed partial class RegistryActor
{
    /// <summary>Word that is older comes late. Nodes' clocks differ by less, and who moves is heard at its old node until then.</summary>
    private static readonly TimeSpan LateBy = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Until when an entry stays in sight as it is that another node than its owner has judged; null when the verdict is to be shown now.
    /// </summary>
    private Instant? KeptUntil(MapRecord record, MapRecord verdict, Instant now)
    {
        var isRead = _codec.TryDecode(record, out var entry);
        if (verdict.IsLive && (VerdictDoubt.IsSilent(entry) || !IsWrittenBefore(verdict, WallClock - LateBy)))
            return null; // As its owner says; or its owner has just changed, and the new one lost its session at once.
        var owner = record.Dot.Origin;
        var grace = now + _surroundings.Options.Ownership.EvictionGrace;
        if (owner == Self)
        {
            var isHeard = _surroundings.Leases.ExpiresAt(record.Key, record.Order.Epoch) > now || (isRead && VouchesFor(entry));
            return isHeard ? grace : null;
        }

        if (_members.Find(owner) is { IsCurrent: true } && !_orphans.IsLost(owner))
            return grace;
        var until = isRead ? _orphans.KeptUntil(owner, OrphanTerms.Of(entry)) : null;
        return verdict.IsLive && until > grace ? grace : until;
    }

    /// <summary>Owners had their time to write again what others have judged: what still stands is shown.</summary>
    private void ShowDueVerdicts(Instant now)
    {
        if (_doubt.IsEmpty || _load is not null)
            return;
        var touched = new List<TouchedKey>();
        foreach (var doubt in _doubt.TakeDue(now))
        {
            var verdict = doubt.Verdict!;
            // An owner that was heard may have been lost meanwhile: then its instances have the orphan's grace, here as elsewhere.
            if (!verdict.IsLive && _views.Find(verdict.Key) is { } shown
                && _orphans.KeptUntil(shown.Owner, OrphanTerms.Of(shown)) is { } until && until > now)
            {
                _doubt.Begin(verdict.Key, doubt with { Until = until });
                continue;
            }

            _position.Release(verdict.Dot);
            if (!verdict.IsLive)
                CountRemoval(verdict);
            Show(verdict, verdict.IsLive && _codec.TryDecode(verdict, out var entry) ? entry : null, touched);
        }

        if (touched.Count > 0)
            Publish(touched, _told);
    }

    /// <summary>
    /// Whether a lease of this node has beaten well after another node wrote what takes its place: the instance is here, and word of there
    /// comes late.
    /// </summary>
    private bool HasBeatenSince(MapRecord? before, MapRecord? after, Instant? runsUntil, Instant now) =>
        _doubt.Moves(before, after) && before!.Dot.Origin == Self && runsUntil is { } until
        && _codec.TryDecode(before, out var mine) && mine.NeedsBeats
        && IsWrittenBefore(after!, WallClock - (now - (until - mine.Ttl)) - LateBy);

    /// <summary>By the writer's clock and this one's; never where writes are not stamped with the time of a clock.</summary>
    private bool IsWrittenBefore(MapRecord record, DateTimeOffset time) =>
        !_surroundings.Map.Status.IsClockShared && record.Order.Stamp.Time.UnixMilliseconds < time.ToUnixTimeMilliseconds();
}
