using System.Collections.Concurrent;
using Akka.Registry.Queries;
using Akka.Registry.Server.Consul.Catalog;

namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>The indexes of everything that can be asked for, and who waits for them. Any thread.</summary>
/// <remarks>
/// <para>An index is the revision of the last change that a Consul client can see, so it is comparable between nodes and does not go back
/// over a restart; and a change that shows nothing (a beat, a registration as it was) wakes nobody. Revisions of the registry grow with
/// those too.</para>
/// <para>A service is looked at whenever somebody asks for it, and whenever the feed of changes names it; whoever comes first moves the
/// index. What came and went between two looks was seen by nobody.</para>
/// <para>A service that is gone is forgotten once nobody waits for it. All those have one index, of the last service that went: it is above
/// every index that any of them had.</para>
/// </remarks>
internal sealed class CatalogIndexes
{
    private readonly ConcurrentDictionary<string, ServiceIndex> _services = new(StringComparer.Ordinal);
    private readonly IServiceRegistry _registry;
    private readonly Lock _nodesLock = new();
    private InstanceList _nodes = InstanceList.Empty;
    private long _extinction;

    /// <summary>Begins with what the registry holds.</summary>
    public CatalogIndexes(IServiceRegistry registry)
    {
        _registry = registry;
        var revision = registry.Revision;
        Movement = new Movement(revision);
        (Catalog, Health, Nodes) = (new Watched(1), new Watched(1), new Watched(revision));
        // What is there has the index of its own last change, as at nodes that saw it come; what is not went before now.
        ObserveAll();
        Raise(ref _extinction, Math.Max(1, revision));
    }

    /// <summary>Which services there are, and the definitions of their instances.</summary>
    public Watched Catalog { get; }

    /// <summary>All checks; and everything of <see cref="Catalog"/>.</summary>
    public Watched Health { get; }

    /// <summary>Which nodes there are, and how they are.</summary>
    public Watched Nodes { get; }

    /// <summary>Everything that moves in the registry, seen or unseen.</summary>
    public Movement Movement { get; }

    /// <summary>Services that are known here, those that somebody waits for included.</summary>
    public int Count => _services.Count;

    /// <summary>Looks at a service as it stands.</summary>
    /// <returns>Its indexes; also for a service that is not there.</returns>
    public ServiceIndex Observe(string service)
    {
        if (service == ConsulMetadata.NodesService)
        {
            ObserveNodes();
            return Absent(service);
        }

        var index = Look(service, out var change);
        Tell(change);
        return index;
    }

    /// <summary>Looks at several services; what is of all services moves once.</summary>
    public void Observe(IEnumerable<string> services)
    {
        var all = ContentChange.None;
        foreach (var service in services)
        {
            if (service == ConsulMetadata.NodesService)
                continue;
            Look(service, out var change);
            all |= change;
        }

        ObserveNodes();

        Tell(all);
        Movement.MoveTo(_registry.Revision);
    }

    /// <summary>The index of a service was told to be so high.</summary>
    public void Raise(ServiceIndex index, Watched watched, long to)
    {
        watched.RaiseTo(to);
        if (index.View is null)
            Raise(ref _extinction, to);
    }

    /// <summary>Looks at a service that somebody is about to wait for; it stays known until <see cref="Release"/>.</summary>
    public ServiceIndex Hold(string service)
    {
        while (true)
        {
            var index = _services.GetOrAdd(service, Absent);
            if (!index.TryHold())
                continue;
            Observe(service);
            return index;
        }
    }

    /// <summary>Somebody waits no longer.</summary>
    public void Release(ServiceIndex index)
    {
        if (index.Release())
            _services.TryRemove(new KeyValuePair<string, ServiceIndex>(index.Service, index));
    }

    /// <summary>Looks at everything.</summary>
    public void ObserveAll() => Observe(_registry.Services().Select(summary => summary.Name).Concat(_services.Keys));

    /// <summary>Everything that is on a node shows the node's checks: they changed.</summary>
    /// <param name="isMeant">Whether an instance is on such a node.</param>
    public void NodeChecksChanged(Func<ServiceEntry, bool> isMeant)
    {
        var revision = Math.Max(1, _registry.Revision);
        foreach (var index in _services.Values)
        {
            if (index.Any(isMeant))
                index.Health.Advance(revision);
        }

        Health.Advance(revision);
        Nodes.Advance(revision);
    }

    /// <summary>The entries that stand for nodes are no service: their checks count for all that is on them.</summary>
    private void ObserveNodes()
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        lock (_nodesLock)
        {
            var (before, after) = (_nodes, _registry.Find(ConsulMetadata.NodesService)?.Instances ?? InstanceList.Empty);
            if (ReferenceEquals(before, after))
                return;
            _nodes = after;
            foreach (var entry in before)
            {
                if (after.Find(entry.Id) is not { } now || EntryContent.Compare(entry, now) != ContentChange.None)
                    changed.Add(entry.Id);
            }

            foreach (var entry in after)
            {
                if (before.Find(entry.Id) is null)
                    changed.Add(entry.Id);
            }
        }

        if (changed.Count > 0)
        {
            NodeChecksChanged(entry => changed.Contains(
                entry.Metadata.TryGetValue(ConsulMetadata.Node, out var name) ? name : _registry.NodeName(entry.Owner)));
        }
    }

    private ServiceIndex Look(string service, out ContentChange change)
    {
        while (true)
        {
            // Before the view: of a service that is seen to be gone the number is then none of a later life.
            var revision = _registry.Revision;
            var view = _registry.Find(service);
            if (!_services.TryGetValue(service, out var index))
            {
                if (view is null)
                {
                    change = ContentChange.None;
                    return Absent(service);
                }

                index = _services.GetOrAdd(service, Absent);
            }

            (change, var isKnown) = index.Move(view, view?.Revision ?? revision);
            if (!isKnown)
                continue;
            if (view is null && change != ContentChange.None)
                Bury(index);
            return index;
        }
    }

    private ServiceIndex Absent(string service) => new(service, Volatile.Read(ref _extinction), _registry.Revision);

    private void Bury(ServiceIndex index)
    {
        Raise(ref _extinction, Math.Max(index.Catalog.Index, index.Health.Index));
        if (index.ForgetIfIdle())
            _services.TryRemove(new KeyValuePair<string, ServiceIndex>(index.Service, index));
    }

    private void Tell(ContentChange change)
    {
        if (change == ContentChange.None)
            return;
        var revision = _registry.Revision;
        if (change.HasFlag(ContentChange.Catalog))
            Catalog.Advance(revision);
        Health.Advance(revision);
    }

    private static void Raise(ref long value, long atLeast)
    {
        while (true)
        {
            var before = Volatile.Read(ref value);
            if (before >= atLeast || Interlocked.CompareExchange(ref value, atLeast, before) == before)
                return;
        }
    }
}
