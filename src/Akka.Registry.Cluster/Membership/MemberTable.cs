using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Membership;

/// <summary>Who is known, and what changed since it was last asked.</summary>
internal sealed class MemberTable
{
    private readonly Dictionary<NodeAddress, MemberEntry> _byAddress = [];
    private readonly Dictionary<NodeUid, MemberEntry> _byUid = [];
    private readonly List<(NodeUid Uid, Member? Before)> _changed = [];
    private readonly HashSet<NodeUid> _changedUids = [];
    private readonly PriorityQueue<(NodeUid Uid, Instant At), Instant> _departures = new();
    private readonly int _membersMax;
    private readonly List<MemberEntry> _ordered = [];
    private readonly ProbeOrder _probeOrder;
    private readonly TimeSpan _retention;
    private bool _hasNews;
    private bool _isReordered;

    public MemberTable(NodeIdentity self, SwimSettings settings, Random random)
    {
        (_membersMax, _retention) = (settings.MembersMax, settings.DepartedRetention);
        _probeOrder = new ProbeOrder(random, settings.Rules.RoundRobin);
        Self = new MemberEntry(self, Standing.Announced(MemberState.Joining, 1));
        Index(Self);
        Fingerprint = Self.Standing.Fingerprint(self.Uid);
        View = BuildView();
    }

    public MemberEntry Self { get; }

    /// <summary>Current members but this node.</summary>
    public MemberPool Others { get; } = new();

    /// <summary>Members that are down.</summary>
    public MemberPool Down { get; } = new();

    /// <summary>All that are remembered, in ascending order of uid, this node included.</summary>
    public IReadOnlyList<MemberEntry> All => _ordered;

    /// <summary>How many are remembered, this node included.</summary>
    public int Count => _byUid.Count;

    /// <summary>Members that the formulas count: this node and the current others.</summary>
    public int Size => Others.Count + 1;

    /// <summary>Whether this node belongs to a cluster.</summary>
    public bool HasJoined { get; private set; }

    /// <summary>As it was when changes were last taken.</summary>
    public MembershipView View { get; private set; }

    /// <summary>The same wherever the same members are current with the same announcements.</summary>
    public ulong Fingerprint { get; private set; }

    public MemberEntry? Find(NodeUid uid) => _byUid.GetValueOrDefault(uid);

    /// <summary>The other current member that listens there.</summary>
    public MemberEntry? CurrentAt(NodeAddress address) => _byAddress.GetValueOrDefault(address);

    public MemberEntry? NextToProbe() => _probeOrder.Next();

    /// <summary>Adds a member that is not known.</summary>
    /// <returns>Null when the table is full of current members: nothing has changed.</returns>
    public MemberEntry? Add(Rumour rumour, Instant now)
    {
        if (_byUid.Count >= _membersMax && !ForgetLongestDeparted())
            return null;
        var entry = new MemberEntry(rumour.Node, rumour.Standing);
        Touch(entry.Uid, before: null);
        Index(entry);
        ToggleFingerprint(entry);
        Enter(entry, now - rumour.DepartedFor);
        return entry;
    }

    /// <summary>Changes how a member stands and, with a new announcement of its own, who it is.</summary>
    public void Change(MemberEntry entry, NodeIdentity node, Standing standing, Instant departedAt)
    {
        Touch(entry.Uid, entry.ToMember());
        var moves = entry != Self
            && (PlaceOf(entry.Standing) != PlaceOf(standing) || entry.Node.Address != node.Address);
        if (moves)
            Exit(entry);
        ToggleFingerprint(entry);
        (entry.Node, entry.Standing) = (node, standing);
        ToggleFingerprint(entry);
        if (moves)
            Enter(entry, departedAt);
    }

    /// <summary>Forgets whose retention has ended.</summary>
    public void ForgetDeparted(Instant now)
    {
        while (_departures.TryPeek(out _, out var at) && at + _retention <= now)
        {
            var (uid, _) = _departures.Dequeue();
            if (Find(uid) is { } entry && entry.DepartedAt == at)
                Forget(entry);
        }
    }

    /// <summary>This node belongs to a cluster from now on.</summary>
    public void Join() => HasJoined = _hasNews = true;

    /// <summary>What is different from the last time asked; null when nothing is.</summary>
    public MembershipChanged? TakeChanges()
    {
        if (_changed.Count == 0 && !_hasNews)
            return null;
        View = BuildView();
        var changes = ImmutableArray.CreateBuilder<MemberChange>(_changed.Count);
        foreach (var (uid, before) in _changed)
        {
            var after = Find(uid)?.ToMember();
            if (before != after)
                changes.Add(new MemberChange(before, after));
        }

        _changed.Clear();
        _changedUids.Clear();
        var isNews = _hasNews || changes.Count > 0;
        _hasNews = false;
        return isNews ? new MembershipChanged(View, changes.ToImmutable()) : null;
    }

    // Where a member of that standing is kept; nowhere but in the table when it has left.
    private MemberPool? PlaceOf(Standing standing) =>
        standing.IsCurrent ? Others : standing.State is MemberState.Down ? Down : null;

    private void Enter(MemberEntry entry, Instant departedAt)
    {
        PlaceOf(entry.Standing)?.Add(entry);
        if (entry.IsCurrent)
        {
            entry.DepartedAt = null;
            _byAddress[entry.Node.Address] = entry;
            _probeOrder.Insert(entry);
        }
        else
        {
            entry.DepartedAt = departedAt;
            _departures.Enqueue((entry.Uid, departedAt), departedAt);
        }
    }

    private void Exit(MemberEntry entry)
    {
        PlaceOf(entry.Standing)?.Remove(entry);
        if (CurrentAt(entry.Node.Address) == entry)
            _byAddress.Remove(entry.Node.Address);
    }

    private void ToggleFingerprint(MemberEntry entry)
    {
        if (entry.IsCurrent)
            Fingerprint ^= entry.Standing.Fingerprint(entry.Uid);
    }

    private bool ForgetLongestDeparted()
    {
        while (_departures.TryDequeue(out var departure, out _))
        {
            if (Find(departure.Uid) is { } entry && entry.DepartedAt == departure.At)
            {
                Forget(entry);
                return true;
            }
        }

        return false;
    }

    private void Forget(MemberEntry entry)
    {
        Touch(entry.Uid, entry.ToMember());
        Exit(entry);
        _byUid.Remove(entry.Uid);
        _ordered.RemoveAt(PlaceInOrder(entry.Uid));
        _isReordered = true;
    }

    private void Index(MemberEntry entry)
    {
        _byUid.Add(entry.Uid, entry);
        _ordered.Insert(~PlaceInOrder(entry.Uid), entry);
        _isReordered = true;
    }

    // Where it stands, or the complement of where it belongs.
    private int PlaceInOrder(NodeUid uid)
    {
        var (low, high) = (0, _ordered.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _ordered[middle].Uid.CompareTo(uid);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    private void Touch(NodeUid uid, Member? before)
    {
        if (_changedUids.Add(uid))
            _changed.Add((uid, before));
    }

    // One reference copied a member and change: what a view that readers keep costs, and all that a change costs that
    // grows with the members.
    private MembershipView BuildView()
    {
        Member[] members;
        if (_isReordered)
        {
            members = new Member[_ordered.Count];
            for (var i = 0; i < members.Length; i++)
                members[i] = _ordered[i].ToMember();
            _isReordered = false;
        }
        else
        {
            members = View.Members.AsSpan().ToArray();
            foreach (var (uid, _) in _changed)
                members[PlaceInOrder(uid)] = _byUid[uid].ToMember();
        }

        return new MembershipView(Self.Node, ImmutableCollectionsMarshal.AsImmutableArray(members))
        {
            HasJoined = HasJoined,
        };
    }
}
