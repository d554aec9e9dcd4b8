using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Etcd.Values;

namespace Akka.Registry.Etcd.Membership;

/// <summary>A member's key as etcd holds it.</summary>
/// <param name="Uid">Whose.</param>
/// <param name="Revision">The revision of its last change.</param>
/// <param name="Card">What it says; null for a key that is gone.</param>
internal readonly record struct MemberKey(NodeUid Uid, long Revision, MemberCard? Card);

/// <summary>From the keys of members to a view, as a machine: it reads no clock and knows no lease.</summary>
/// <remarks>
/// <para>A key that is there is a member; one that goes is a member that is down, or has left if it said so before. While etcd is silent nothing
/// changes: nobody is called dead because the store is. Of two members with one address the later is the one that listens there: the earlier
/// process has ended, and its lease has not yet.</para>
/// <para>Who is missing when everything is read again is suspect for one TTL: a store that was replaced knows nobody until they have said
/// that they are there.</para>
/// </remarks>
/// <param name="self">This node.</param>
/// <param name="nodeTtl">How long who is missing may be.</param>
/// <param name="departedRetention">How long who departed is remembered.</param>
/// <param name="membersMax">Members that are remembered at most.</param>
internal sealed class MemberRoll(NodeIdentity self, TimeSpan nodeTtl, TimeSpan departedRetention, int membersMax)
{
    private readonly SortedDictionary<NodeUid, Entry> _entries = new() { [self.Uid] = new Entry(new Member(self, MemberState.Joining, 0), 0) };

    private bool _hasListed;

    /// <summary>The present view.</summary>
    public MembershipView View { get; private set; } = new(self, [new Member(self, MemberState.Joining, 0)]);

    /// <summary>Everything as it is now: who is not in it is gone.</summary>
    public MembershipChanged? Listed(IReadOnlyList<MemberKey> keys, Instant now)
    {
        var gone = new HashSet<NodeUid>(_entries.Keys);
        foreach (var key in keys)
        {
            gone.Remove(key.Uid);
            Take(key, now);
        }

        foreach (var uid in gone)
            Miss(uid, now);
        _hasListed = true;
        return Show();
    }

    /// <summary>Keys have changed.</summary>
    public MembershipChanged? Changed(IReadOnlyList<MemberKey> keys, Instant now)
    {
        foreach (var key in keys)
            Take(key, now);
        return Show();
    }

    /// <summary>This node has said how it stands, and the store knows.</summary>
    public MembershipChanged? Announced(MemberState state, long revision)
    {
        _entries[self.Uid] = new Entry(new Member(self, state, (ulong)revision), revision);
        return Show();
    }

    /// <summary>Time has passed: who departed long ago is forgotten.</summary>
    public MembershipChanged? Tick(Instant now)
    {
        foreach (var (uid, entry) in _entries.ToArray())
        {
            if (entry.DepartedAt is { } departed && now - departed > departedRetention)
                _entries.Remove(uid);
            else if (entry.MissedAt is { } missed && now - missed > nodeTtl)
                Take(new MemberKey(uid, 0, null), now);
        }

        return Show();
    }

    private void Take(MemberKey key, Instant now)
    {
        if (key.Uid == self.Uid)
            return; // This node knows better how it stands.
        _entries.TryGetValue(key.Uid, out var known);
        if (key.Card is { } card)
        {
            if (known is null && !MakeRoom())
                return;
            var hasLeft = card.State is MemberState.Left or MemberState.Down;
            _entries[key.Uid] = new Entry(new Member(card.Node, card.State, (ulong)key.Revision), key.Revision)
            {
                DepartedAt = hasLeft ? known?.DepartedAt ?? now : null,
            };
            if (!hasLeft)
                Supersede(card.Node, key, now);
        }
        else if (known is { DepartedAt: null })
        {
            _entries[key.Uid] = known with { Member = known.Member with { State = MemberState.Down }, DepartedAt = now, MissedAt = null };
        }
    }

    private void Miss(NodeUid uid, Instant now)
    {
        if (uid != self.Uid && _entries[uid] is { DepartedAt: null, MissedAt: null } known)
            _entries[uid] = known with { Member = known.Member with { State = MemberState.Suspect }, MissedAt = now };
    }

    private void Supersede(NodeIdentity node, MemberKey key, Instant now)
    {
        foreach (var (uid, other) in _entries.ToArray())
        {
            if (uid == node.Uid || uid == self.Uid || other.DepartedAt is not null)
                continue;
            if (other.Member.Node.Address == node.Address && other.Revision < key.Revision)
                _entries[uid] = other with { Member = other.Member with { State = MemberState.Down }, DepartedAt = now };
        }
    }

    private bool MakeRoom()
    {
        if (_entries.Count < membersMax)
            return true;
        var departed = _entries.Where(pair => pair.Value.DepartedAt is not null);
        return _entries.Remove(departed.OrderBy(pair => pair.Value.DepartedAt!.Value.Ticks).Select(pair => pair.Key).FirstOrDefault());
    }

    private MembershipChanged? Show()
    {
        var members = _entries.Values.Select(entry => entry.Member).ToImmutableArray();
        // Who has joined knows with whom.
        var hasJoined = _hasListed && _entries[self.Uid].Revision > 0;
        if (hasJoined == View.HasJoined && members.SequenceEqual(View.Members))
            return null;
        var before = View;
        View = new MembershipView(self, members) { HasJoined = hasJoined };
        var changes = ImmutableArray.CreateBuilder<MemberChange>();
        foreach (var member in members)
        {
            var old = before.Find(member.Node.Uid);
            if (old != member)
                changes.Add(new MemberChange(old, member));
        }

        foreach (var old in before.Members)
        {
            if (View.Find(old.Node.Uid) is null)
                changes.Add(new MemberChange(old, null));
        }

        return new MembershipChanged(View, changes.ToImmutable());
    }

    private sealed record Entry(Member Member, long Revision)
    {
        public Instant? DepartedAt { get; init; }

        public Instant? MissedAt { get; init; }
    }
}
