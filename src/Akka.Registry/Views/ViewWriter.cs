using Akka.Registry.Queries;

namespace Akka.Registry.Views;

/// <summary>Collects the changes of one batch and rebuilds each touched view once. One thread.</summary>
internal sealed class ViewWriter(RegistryViews views)
{
    private readonly Dictionary<string, Draft> _drafts = new(StringComparer.Ordinal);
    private long _revision;
    private long _entries;

    /// <summary>Sets an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="derived">The revision that the change stands for: see <see cref="Revisions"/>.</param>
    public void Put(ServiceEntry entry, long derived)
    {
        var draft = Touch(entry.Service, derived);
        if (draft.Instances.Put(entry) is null)
            _entries++;
    }

    /// <summary>Takes an entry out.</summary>
    /// <returns>False when it was not there: nothing has changed.</returns>
    public bool Remove(string service, string id, long derived)
    {
        var known = _drafts.TryGetValue(service, out var draft) ? draft.Instances.Find(id) : views.Find(service)?.Instances.Find(id);
        if (known is null)
            return false;
        Touch(service, derived).Instances.Remove(id);
        _entries--;
        return true;
    }

    /// <summary>Replaces a whole service; for loading a state.</summary>
    public void Replace(string service, InstanceList instances, long derived)
    {
        var before = views.Find(service);
        _entries += instances.Count - (before?.Instances.Count ?? 0);
        _revision = Revisions.Next(Math.Max(_revision, views.Revision), derived);
        _drafts[service] = new Draft
        {
            Instances = instances.ToBuilder(),
            Revision = before is null ? _revision : Revisions.Next(before.Revision, derived),
        };
    }

    /// <summary>Publishes what was collected.</summary>
    public void Commit()
    {
        if (_drafts.Count == 0)
            return;
        foreach (var (service, draft) in _drafts)
        {
            if (draft.Instances.Count == 0)
                views.Remove(service);
            else
                views.Set(new ServiceView { Name = service, Revision = draft.Revision, Instances = draft.Instances.ToList() });
        }

        views.Publish(Math.Max(_revision, views.Revision), views.EntryCount + _entries);
        _drafts.Clear();
        (_revision, _entries) = (0, 0);
    }

    private Draft Touch(string service, long derived)
    {
        _revision = Revisions.Next(Math.Max(_revision, views.Revision), derived);
        if (!_drafts.TryGetValue(service, out var draft))
        {
            // A service that appears (again) begins at the revision of the whole, which no revision that it had before can exceed.
            var view = views.Find(service);
            draft = new Draft
            {
                Instances = (view?.Instances ?? InstanceList.Empty).ToBuilder(),
                Revision = view is null ? _revision : Revisions.Next(view.Revision, derived),
            };
            _drafts.Add(service, draft);
        }
        else
        {
            draft.Revision = Revisions.Next(draft.Revision, derived);
        }

        return draft;
    }

    private sealed class Draft
    {
        public required InstanceList.Builder Instances { get; init; }

        public required long Revision { get; set; }
    }
}
