using System.Collections.Immutable;
using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Directory;

/// <summary>One service that is followed. Changed by <see cref="FeedBook"/> alone; its view is read by any thread.</summary>
internal sealed class ServiceFeed(string service)
{
    private readonly Lock _gate = new();
    private ServiceSnapshot? _current;
    private TaskCompletionSource? _next;
    private Exception? _end;

    /// <summary>The service.</summary>
    public string Service { get; } = service;

    /// <summary>The latest view; null before the first.</summary>
    public ServiceSnapshot? Current => Volatile.Read(ref _current);

    /// <summary>Where the feed stands; empty before the first batch.</summary>
    public string Cursor { get; set; } = "";

    /// <summary>The subscription's number in this session; 0 for none.</summary>
    public ulong Subscription { get; set; }

    /// <summary>Since when nodes have been behind the cursor; null while none was.</summary>
    public TimeSpan? BehindSince { get; set; }

    /// <summary>What of a batch has come.</summary>
    public List<WireChange> Assembling { get; } = [];

    /// <summary>Applies a whole batch.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">A value cannot be read. Nothing has changed.</exception>
    public void Apply(SubscriptionBatch batch)
    {
        var instances = Merge(batch.Snapshot || Current is null ? [] : Current.Instances);
        (Cursor, BehindSince) = (batch.Cursor, null);
        Publish(new ServiceSnapshot(Service, instances, batch.Revision, isStale: false));
    }

    /// <summary>No node confirms the view any more.</summary>
    public void Outdate()
    {
        if (Current is { IsStale: false } current)
            Publish(new ServiceSnapshot(Service, current.Instances, current.Revision, isStale: true));
    }

    /// <summary>There will be no other view.</summary>
    public void End(Exception end)
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            _end ??= end;
            (next, _next) = (_next, null);
        }

        next?.TrySetResult();
    }

    /// <summary>Waits until the view is another one than that; null for any.</summary>
    /// <exception cref="RegistryRefusedException">Nodes refuse the service.</exception>
    /// <exception cref="ObjectDisposedException">The client has ended.</exception>
    public async ValueTask<ServiceSnapshot> NextAsync(ServiceSnapshot? seen, CancellationToken cancellation)
    {
        while (true)
        {
            TaskCompletionSource next;
            lock (_gate)
            {
                if (_current is { } current && !ReferenceEquals(current, seen))
                    return current;
                if (_end is not null)
                    throw _end;
                next = _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            await next.Task.WaitAsync(cancellation);
        }
    }

    private ImmutableArray<ServiceInstance> Merge(ImmutableArray<ServiceInstance> standing)
    {
        if (Assembling.Count == 0)
            return standing;
        // By id, the later of two last: a change of each id at most, as nodes promise, and no harm where they do not.
        var changes = Assembling.Select((change, index) => (change, index))
            .OrderBy(pair => pair.change.Instance, StringComparer.Ordinal).ThenBy(pair => pair.index).ToArray();
        var merged = ImmutableArray.CreateBuilder<ServiceInstance>(standing.Length + changes.Length);
        var i = 0;
        for (var j = 0; j < changes.Length; j++)
        {
            var change = changes[j].change;
            while (i < standing.Length && string.CompareOrdinal(standing[i].Id, change.Instance) < 0)
                merged.Add(standing[i++]);
            if (i < standing.Length && string.Equals(standing[i].Id, change.Instance, StringComparison.Ordinal))
                i++;
            var isLast = j + 1 == changes.Length || !string.Equals(changes[j + 1].change.Instance, change.Instance, StringComparison.Ordinal);
            if (isLast && !change.Value.IsEmpty)
                merged.Add(ServiceInstance.Read(change));
        }

        while (i < standing.Length)
            merged.Add(standing[i++]);
        return merged.DrainToImmutable();
    }

    private void Publish(ServiceSnapshot snapshot)
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            Volatile.Write(ref _current, snapshot);
            (next, _next) = (_next, null);
        }

        next?.TrySetResult();
    }
}
