using System.Collections.Immutable;
using Akka.Registry.Queries;
using Akka.Registry.Views;

namespace Akka.Registry.Subscriptions;

/// <summary>Everybody who subscribes to the same thing, and the batches that they share.</summary>
internal sealed class SubscriptionScope(string? service, RegistryViews views)
{
    private readonly List<Subscription> _members = [];
    private ChangeBatch? _snapshot;
    private object? _snapshotOf;

    /// <summary>Who subscribes.</summary>
    public IReadOnlyList<Subscription> Members => _members;

    /// <summary>Whether nobody subscribes.</summary>
    public bool IsEmpty => _members.Count == 0;

    /// <summary>The revision of what is subscribed to.</summary>
    private long Revision => service is null ? views.Revision : views.Find(service)?.Revision ?? views.Revision;

    /// <summary>Adds a subscription that has had its first batch.</summary>
    public void Add(Subscription subscription)
    {
        subscription.Index = _members.Count;
        _members.Add(subscription);
    }

    /// <summary>Takes a subscription out: the last one moves into its place.</summary>
    public void Remove(Subscription subscription)
    {
        var index = subscription.Index;
        if (index < 0)
            return;
        var last = _members[^1];
        _members[index] = last;
        last.Index = index;
        _members.RemoveAt(_members.Count - 1);
        subscription.Index = -1;
    }

    /// <summary>Ends everybody's subscription.</summary>
    public void Close()
    {
        foreach (var member in _members)
        {
            member.Index = -1;
            member.Close();
        }

        _members.Clear();
    }

    /// <summary>Hands one batch to everybody: one queue slot each.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="told">Receives who is to be told that it may come.</param>
    public void Deliver(ChangeBatch batch, List<ISubscriptionReader> told)
    {
        foreach (var member in _members)
        {
            if (member.Offer(batch) is { } reader)
                told.Add(reader);
        }
    }

    /// <summary>The batch of these changes.</summary>
    public ChangeBatch BatchOf(ImmutableArray<Change> changes, long verifications) => new()
    {
        Kind = ChangeBatchKind.Changes,
        Changes = changes,
        Cursor = views.Cursor.ToToken(),
        Revision = Revision,
        Verifications = verifications,
    };

    /// <summary>The whole as it stands. Made once for all who come before the next change.</summary>
    public ChangeBatch Snapshot(long verifications)
    {
        // Views are immutable: the same view is the same content. The whole has no view of its own; its revision stands for it.
        object? content = service is null ? views.Revision : views.Find(service);
        if (_snapshot is not null && Equals(_snapshotOf, content) && _snapshot.Verifications == verifications)
            return _snapshot;
        var changes = ImmutableArray.CreateBuilder<Change>();
        foreach (var view in service is null ? views.Services : One(content as ServiceView))
        {
            foreach (var entry in view.Instances)
                changes.Add(new Change(ChangeKind.Put, entry.Record.Key, entry, entry.Epoch));
        }

        _snapshotOf = content;
        return _snapshot = new ChangeBatch
        {
            Kind = ChangeBatchKind.Snapshot,
            Changes = changes.DrainToImmutable(),
            Cursor = views.Cursor.ToToken(),
            Revision = Revision,
            Verifications = verifications,
        };
    }

    private static IEnumerable<ServiceView> One(ServiceView? view) => view is null ? [] : [view];
}
