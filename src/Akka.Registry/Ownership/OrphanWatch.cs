using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Ownership;

/// <summary>An orphan whose grace is over, as far as this node counts.</summary>
/// <param name="Key">The instance.</param>
/// <param name="Owner">
/// The lost owner; an entry that another node owns meanwhile is none of this watch's business.
/// </param>
internal readonly record struct DueOrphan(RecordKey Key, NodeUid Owner);

/// <summary>How an entry fares when its owner is lost.</summary>
/// <param name="Ttl">Its TTL; zero when it is not known.</param>
/// <param name="NeedsBeats">
/// Whether it is evicted unless it beats elsewhere; else another node adopts it, since nobody beats.
/// </param>
internal readonly record struct OrphanTerms(TimeSpan Ttl, bool NeedsBeats)
{
    /// <summary>Of an entry that this build cannot read.</summary>
    public static OrphanTerms Unknown { get; } = new(TimeSpan.Zero, NeedsBeats: true);

    public static OrphanTerms Of(ServiceEntry entry) => new(entry.Ttl, entry.NeedsBeats);
}

/// <summary>The entries of lost owners and when their time is over, as a machine.</summary>
/// <remarks>
/// <para>An owner is lost when it is down, left, or no longer known as a member. Its entries are unverified from then
/// on; they are
/// kept for the grace (one TTL, at least the configured minimum), counted on this node's monotonic clock from the
/// moment at which this
/// node saw the loss, or the entry if that was later. Then the member that rendezvous hashing names for the lost owner
/// evicts them;
/// every other member does so one more grace later, should they still be there. An owner that is back ends it
/// all.</para>
/// <para>Entries that need no beats are adopted instead, after a grace of their own; rendezvous hashing names a node for each of them, so
/// that the checks of a lost node spread over all others.</para>
/// <para>An owner that this node has never seen as a member (its first entries may come before word of its joining
/// does) is treated as
/// lost only after <see cref="StrangerPatience"/>.</para>
/// </remarks>
internal sealed class OrphanWatch(TimeSpan graceMin, TimeSpan adoptionGrace, OwnershipRules? rules = null)
{
    private readonly OwnershipRules _rules = rules ?? OwnershipRules.All;
    /// <summary>Word of a new member is due within this; unless it comes, its entries are orphans.</summary>
    public static readonly TimeSpan StrangerPatience = TimeSpan.FromSeconds(1);

    /// <summary>Orphans are grouped by when they are due, in steps of this.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<NodeUid> _current = [];
    private readonly HashSet<NodeUid> _known = [];
    private readonly Dictionary<NodeUid, Loss> _losses = [];
    private readonly SortedDictionary<long, List<Orphan>> _due = [];
    private MembershipView? _members;
    private int _generation;

    /// <summary>Whether there may be owners whose entries are to be shown as unverified.</summary>
    public bool AreAnyLost => _losses.Count > 0;

    /// <summary>Whether entries of that owner are to be shown as unverified.</summary>
    public bool IsLost(NodeUid owner) => _losses.TryGetValue(owner, out var loss) && loss.Marked;

    /// <summary>Until when this node keeps an entry of that owner; null when the owner is not lost.</summary>
    public Instant? KeptUntil(NodeUid owner, OrphanTerms terms) =>
        _losses.TryGetValue(owner, out var loss) ? loss.Since + GraceOf(terms) : null;

    /// <summary>Members have changed.</summary>
    /// <param name="view">All members.</param>
    /// <param name="now">Now, monotonic.</param>
    /// <param name="toggled">Where owners are added whose entries are to be shown otherwise from now on.</param>
    public void Observe(MembershipView view, Instant now, List<NodeUid> toggled)
    {
        _members = view;
        var lost = new HashSet<NodeUid>(_current);
        _current.Clear();
        foreach (var member in view.Members)
        {
            var uid = member.Node.Uid;
            _known.Add(uid);
            if (member.IsCurrent)
            {
                _current.Add(uid);
                lost.Remove(uid);
                if (_losses.Remove(uid, out var loss) && loss.Marked)
                    toggled.Add(uid);
            }
            else
            {
                lost.Add(uid);
            }
        }

        foreach (var uid in lost)
        {
            if (!_losses.TryGetValue(uid, out var loss) || !loss.Marked)
            {
                Lose(uid, now, marked: true);
                toggled.Add(uid);
            }
        }
    }

    /// <summary>A live entry of that owner is there: watched if its owner is lost.</summary>
    public void Watch(RecordKey key, NodeUid owner, OrphanTerms terms, Instant now)
    {
        if (_members is null || owner == NodeUid.Outside || _current.Contains(owner))
            return;
        if (!_losses.TryGetValue(owner, out var loss))
            loss = Lose(owner, now, marked: _known.Contains(owner));
        var grace = GraceOf(terms);
        Schedule(new Orphan(key, owner, loss.Generation, grace, terms.NeedsBeats, LastRound: false), now + grace);
    }

    /// <summary>The entries that an owner had when it was lost: their grace counts from then.</summary>
    public void WatchSince(RecordKey key, NodeUid owner, OrphanTerms terms)
    {
        if (!_losses.TryGetValue(owner, out var loss))
            return;
        var grace = GraceOf(terms);
        Schedule(new Orphan(key, owner, loss.Generation, grace, terms.NeedsBeats, LastRound: false), loss.Since + grace);
    }

    /// <summary>Time has passed.</summary>
    /// <param name="now">Now, monotonic.</param>
    /// <param name="toggled">Where owners are added whose entries are to be shown as unverified from now on.</param>
    public void Tick(Instant now, List<NodeUid> toggled)
    {
        foreach (var (owner, loss) in _losses)
        {
            if (!loss.Marked && now - loss.Since >= StrangerPatience)
            {
                loss.Marked = true;
                toggled.Add(owner);
            }
        }
    }

    /// <summary>Takes orphans that this node is to evict, or to adopt, now.</summary>
    /// <param name="now">Now, monotonic.</param>
    /// <param name="self">This node.</param>
    /// <param name="max">How many to look at.</param>
    /// <param name="due">Where they are added. An entry that has another owner meanwhile may be among them.</param>
    /// <returns>Whether there may be more.</returns>
    public bool Take(Instant now, NodeUid self, int max, List<DueOrphan> due)
    {
        while (max > 0)
        {
            if (!TryFirst(out var at, out var orphans) || at > now.Ticks)
                return false;
            var count = Math.Min(max, orphans.Count);
            for (var i = orphans.Count - count; i < orphans.Count; i++)
            {
                var orphan = orphans[i];
                if (!_rules.OrphansEvicted || !_losses.TryGetValue(orphan.Owner, out var loss) || loss.Generation != orphan.Generation)
                    continue; // Its owner came back.
                if (orphan.LastRound || NamedFor(orphan) == self)
                    due.Add(new DueOrphan(orphan.Key, orphan.Owner));
                else
                    Schedule(orphan with { LastRound = true }, new Instant(at) + orphan.Grace);
            }

            orphans.RemoveRange(orphans.Count - count, count);
            if (orphans.Count == 0)
                _due.Remove(at);
            max -= count;
        }

        return true;
    }

    /// <summary>Forgets owners that are neither members nor have entries.</summary>
    public void Forget(OwnerCounts owners)
    {
        foreach (var owner in _losses.Keys)
        {
            if (owners.Of(owner) == 0 && _members?.Find(owner) is null)
            {
                _losses.Remove(owner);
                _known.Remove(owner);
            }
        }
    }

    private TimeSpan GraceOf(OrphanTerms terms) =>
        !_rules.OrphansWait ? Step : !terms.NeedsBeats ? adoptionGrace : terms.Ttl > graceMin ? terms.Ttl : graceMin;

    private NodeUid NamedFor(Orphan orphan)
    {
        if (_members is null)
            return default;
        var subject = orphan.NeedsBeats ? orphan.Owner.Value : Rendezvous.SubjectOf(orphan.Key);
        return Rendezvous.Choose(subject, _members)?.Node.Uid ?? default;
    }

    private Loss Lose(NodeUid owner, Instant now, bool marked)
    {
        var loss = new Loss { Since = now, Generation = ++_generation, Marked = marked };
        _losses[owner] = loss;
        return loss;
    }

    private void Schedule(Orphan orphan, Instant at)
    {
        var step = (at.Ticks + Step.Ticks - 1) / Step.Ticks * Step.Ticks;
        if (!_due.TryGetValue(step, out var orphans))
            _due.Add(step, orphans = []);
        orphans.Add(orphan);
    }

    private bool TryFirst(out long at, out List<Orphan> orphans)
    {
        foreach (var (first, list) in _due)
        {
            (at, orphans) = (first, list);
            return true;
        }

        (at, orphans) = (0, []);
        return false;
    }

    private sealed class Loss
    {
        public required Instant Since { get; init; }

        /// <summary>
        /// Tells this loss from an earlier one of the same owner, whose orphans may still be scheduled.
        /// </summary>
        public required int Generation { get; init; }

        public required bool Marked { get; set; }
    }

    private readonly record struct Orphan(RecordKey Key, NodeUid Owner, int Generation, TimeSpan Grace, bool NeedsBeats, bool LastRound);
}
