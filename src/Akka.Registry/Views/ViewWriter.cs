using System.Runtime.InteropServices;
using Akka.Registry.DistributedData;
using Akka.Registry.Queries;

namespace Akka.Registry.Views;

/// <summary>
/// Collects the changes of one batch and makes each touched view anew once. A key at most once in a batch. One thread.
/// </summary>
/// <remarks>
/// A service that appears, again perhaps, begins at the revision of the whole, which no revision that it had before
/// exceeds: so nothing
/// need be remembered of services that are gone.
/// </remarks>
internal sealed class ViewWriter(RegistryViews views)
{
    private const int KeptDraftsMax = 64;

    /// <summary>A draft that has held more changes gives its memory back.</summary>
    private const int KeptChangesMax = 4_096;

    private readonly Dictionary<string, Draft> _drafts = new(StringComparer.Ordinal);
    private readonly Stack<Draft> _spare = [];
    private long _revision;

    /// <summary>Sets an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="stamp">The change's stamp; null when trust changed, which bears none.</param>
    public void Put(ServiceEntry entry, HybridTimestamp? stamp) =>
        Touch(entry.Service, stamp).Changes.Add(new InstanceChange(entry.Id, entry));

    /// <summary>Takes an entry out.</summary>
    /// <returns>False when it was not there: nothing has changed.</returns>
    public bool Remove(RecordKey key, HybridTimestamp stamp)
    {
        if (views.Find(key) is null)
            return false;
        Touch(key.Service, stamp).Changes.Add(new InstanceChange(key.Instance, null));
        return true;
    }

    /// <summary>Publishes what was collected.</summary>
    public void Commit()
    {
        if (_drafts.Count == 0)
            return;
        var entries = views.EntryCount;
        foreach (var (service, draft) in _drafts)
        {
            var before = views.Find(service) ?? ServiceView.Empty(service, 0);
            var view = before.Apply(CollectionsMarshal.AsSpan(draft.Changes), draft.Revision);
            entries += view.Instances.Count - before.Instances.Count;
            if (view.Instances.Count == 0)
                views.Remove(service);
            else
                views.Set(view);
            if (draft.Changes.Count > KeptChangesMax || _spare.Count == KeptDraftsMax)
                continue;
            draft.Changes.Clear();
            _spare.Push(draft);
        }

        views.Publish(_revision, entries);
        _drafts.Clear();
        _revision = 0;
    }

    /// <summary>Replaces everything.</summary>
    /// <param name="services">All entries, by service.</param>
    /// <param name="clock">
    /// The node's hybrid clock: above every stamp that it has seen, so that no revision goes back over a restart.
    /// </param>
    public void Replace(IReadOnlyDictionary<string, List<ServiceEntry>> services, HybridTimestamp clock)
    {
        var revision = RevisionClock.Next(views.Revision, clock);
        var entries = 0L;
        foreach (var view in views.Services)
        {
            if (!services.ContainsKey(view.Name))
                views.Remove(view.Name);
        }

        foreach (var (service, list) in services)
        {
            views.Set(new ServiceView { Name = service, Revision = revision, Instances = InstanceList.From(list) });
            entries += list.Count;
        }

        views.Publish(revision, entries);
    }

    private static long Next(long current, HybridTimestamp? stamp) =>
        stamp is { } time ? RevisionClock.Next(current, time) : RevisionClock.Next(current);

    private Draft Touch(string service, HybridTimestamp? stamp)
    {
        _revision = Next(Math.Max(_revision, views.Revision), stamp);
        if (!_drafts.TryGetValue(service, out var draft))
        {
            draft = _spare.TryPop(out var spare) ? spare : new Draft();
            draft.Revision = views.Find(service) is { } view ? Next(view.Revision, stamp) : _revision;
            _drafts.Add(service, draft);
        }
        else
        {
            draft.Revision = Next(draft.Revision, stamp);
        }

        return draft;
    }

    private sealed class Draft
    {
        public List<InstanceChange> Changes { get; } = [];

        public long Revision { get; set; }
    }
}
