using System.Runtime.InteropServices;
using Akka.Registry.Queries;

namespace Akka.Registry.Server.Eureka;

/// <summary>
/// Compares the registry's views with those of the last time: what applications there are, how many instances have which status, and
/// what has changed lately. A machine: time is handed in. One thread.
/// </summary>
/// <remarks>
/// <para><b>What a delta promises.</b> A client that fetched within the retention, from whichever node, and applies the delta either holds
/// exactly this node's registry or sees by the hash code that it does not. For each live instance it has the state of here: either
/// nothing has changed since it fetched, or the change has been noticed here since (a node that starts, or is asked for the first time,
/// notices everything then). What it may have too much are instances that went without this node's having shown them; each of them makes its
/// counts larger than those of here, and nothing makes up for it. This holds as long as nodes lag behind each other by less than
/// the retention is longer than the client's pause; so it needs neither a common clock nor a memory of what was removed
/// before this node began.</para>
/// <para><b>Cost.</b> A service whose view is the same object has not changed. The rest costs one walk over both lists.</para>
/// </remarks>
/// <param name="retention">How long a change is shown.</param>
/// <param name="removalsMax">How many removals are kept at most.</param>
internal sealed class EurekaBoard(TimeSpan retention, int removalsMax)
{
    private readonly SortedDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _capitals = new(StringComparer.Ordinal);
    private readonly ChangeTrail _written = new();
    private readonly ChangeTrail _removed = new();
    private readonly int[] _counts = new int[EurekaStatuses.Count];
    private EurekaState? _state;
    private long _revision;

    /// <summary>Takes the views of now.</summary>
    /// <param name="revision">The registry's revision, read before the views.</param>
    /// <param name="views">Every service that has an entry.</param>
    /// <param name="at">Monotonic.</param>
    /// <param name="time">The time of day.</param>
    public EurekaState Take(long revision, IEnumerable<ServiceView> views, TimeSpan at, DateTimeOffset time)
    {
        foreach (var view in views)
        {
            ref var capitals = ref CollectionsMarshal.GetValueRefOrAddDefault(_capitals, view.Name, out _);
            capitals ??= view.Name.ToUpperInvariant();
            if (!_groups.TryGetValue(capitals, out var group))
                _groups.Add(capitals, group = new Group(new EurekaApp(capitals, InstanceList.Empty)));
            group.Next.Add(view);
        }

        foreach (var (name, group) in _groups)
        {
            if (!group.IsCurrent)
                Replace(group, Merge(name, group.Next), at, time);
            group.Turn();
        }

        foreach (var (name, _) in _groups.Where(pair => pair.Value.App.Instances.Count == 0).ToList())
            _groups.Remove(name);
        if (_capitals.Count > 2 * _groups.Values.Sum(group => group.Views.Count) + 16)
            _capitals.Clear();
        return Show(revision, at);
    }

    /// <summary>The same state, when nothing was written since: without the changes that are too old by now.</summary>
    public EurekaState? Again(long revision, TimeSpan at)
    {
        if (_state is null || _revision != revision)
            return null;
        return Expire(at) ? Show(revision, at) : _state;
    }

    private EurekaState Show(long revision, TimeSpan at)
    {
        _revision = revision;
        Expire(at);
        while (_removed.Count > removalsMax && _removed.TryFirst(out var first))
            _removed.Remove(first.App, first.Entry.Id);
        var changes = new List<EurekaChange>(_written.Count + _removed.Count);
        _removed.CopyTo(changes);
        _written.CopyTo(changes);
        return _state = new EurekaState
        {
            Apps = [.. _groups.Values.Select(group => group.App)],
            Changes = changes,
            HashCode = EurekaText.HashCode(_counts),
            Version = VersionOf(revision),
        };
    }

    private bool Expire(TimeSpan at) => _written.Expire(at - retention) | _removed.Expire(at - retention);

    /// <summary>31 bits of the revision, mixed: some clients read the version as a 32-bit number.</summary>
    private static int VersionOf(long revision) => (int)(unchecked((ulong)revision * 0x9E3779B97F4A7C15UL) >> 33);

    private static EurekaApp Merge(string name, List<ServiceView> views) => new(name, views.Count switch
    {
        0 => InstanceList.Empty,
        1 => views[0].Instances,
        _ => InstanceList.From(views.SelectMany(view => view.Instances)),
    });

    /// <summary>Walks the old list and the new one, both by id, beside each other.</summary>
    private void Replace(Group group, EurekaApp next, TimeSpan at, DateTimeOffset time)
    {
        var old = group.App.Instances.GetEnumerator();
        var hasOld = old.MoveNext();
        foreach (var entry in next.Instances)
        {
            while (hasOld && string.CompareOrdinal(old.Current.Id, entry.Id) < 0)
            {
                Gone(next.Name, old.Current, at, time);
                hasOld = old.MoveNext();
            }

            if (!hasOld || old.Current.Id != entry.Id)
            {
                Came(new EurekaChange(next.Name, entry, EurekaAction.Added, at, time));
                continue;
            }

            if (!IsAlike(old.Current, entry))
            {
                _counts[(int)EurekaStatuses.Of(old.Current)]--;
                Came(new EurekaChange(next.Name, entry, EurekaAction.Modified, at, time));
            }

            hasOld = old.MoveNext();
        }

        for (; hasOld; hasOld = old.MoveNext())
            Gone(next.Name, old.Current, at, time);
        group.App = next;
    }

    /// <summary>Whether Eureka's clients see the same: trust that changed here alone is nothing to them.</summary>
    private static bool IsAlike(ServiceEntry one, ServiceEntry other) =>
        ReferenceEquals(one, other)
        || (one.Record.Dot == other.Record.Dot && one.Record.Order == other.Record.Order && one.Service == other.Service
            && one.Override == other.Override && EurekaStatuses.Of(one) == EurekaStatuses.Of(other));

    private void Came(EurekaChange change)
    {
        _counts[(int)EurekaStatuses.Of(change.Entry)]++;
        // To a client that has not heard of the end between, it has changed; some of them do not look at what they think that they have.
        var isBack = _removed.Remove(change.App, change.Entry.Id);
        _written.Add(isBack ? change with { Action = EurekaAction.Modified } : change);
    }

    private void Gone(string app, ServiceEntry entry, TimeSpan at, DateTimeOffset time)
    {
        _counts[(int)EurekaStatuses.Of(entry)]--;
        _written.Remove(app, entry.Id);
        _removed.Add(new EurekaChange(app, entry, EurekaAction.Deleted, at, time));
    }

    /// <summary>An application, and the views that it was made of.</summary>
    private sealed class Group(EurekaApp app)
    {
        public EurekaApp App { get; set; } = app;

        public List<ServiceView> Views { get; private set; } = [];

        public List<ServiceView> Next { get; private set; } = [];

        public bool IsCurrent => Views.SequenceEqual(Next, ReferenceEqualityComparer.Instance);

        public void Turn()
        {
            (Views, Next) = (Next, Views);
            Next.Clear();
        }
    }
}
