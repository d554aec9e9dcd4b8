using System.Collections.Immutable;
using Akka.Registry.Contracts;
using Microsoft.Extensions.Primitives;

namespace Akka.Registry.Client.Directory;

/// <summary>One instance's change within a feed.</summary>
/// <param name="Id">The instance's id.</param>
/// <param name="Instance">As it stands; null when it is gone.</param>
internal readonly record struct InstanceDelta(string Id, ServiceInstance? Instance);

/// <summary>One service that is followed. Changed by one thread at a time; its view is read by any.</summary>
internal sealed class ServiceFeed(string service)
{
    private readonly Lock _gate = new();
    private ServiceSnapshot? _current;
    private TaskCompletionSource? _next;
    private CancellationTokenSource? _change;
    private Exception? _end;
    private bool _isConfirmed;

    /// <summary>The service.</summary>
    public string Service { get; } = service;

    /// <summary>The latest view; null before the first.</summary>
    public ServiceSnapshot? Current => Volatile.Read(ref _current);

    /// <summary>Whether a node has said what it shows, in this run; else it is what was kept from an earlier one.</summary>
    public bool IsConfirmed => Volatile.Read(ref _isConfirmed);

    /// <summary>Whether there will be no other view.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate)
                return _end is not null;
        }
    }

    /// <summary>Where the feed stands; empty before the first batch.</summary>
    public string Cursor { get; set; } = "";

    /// <summary>The subscription's number in this session; 0 for none.</summary>
    public ulong Subscription { get; set; }

    /// <summary>The last batch that was applied and that the node has not been told of; 0 for none.</summary>
    public ulong Unacknowledged { get; set; }

    /// <summary>Since when nodes have been behind the cursor; null while none was.</summary>
    public TimeSpan? BehindSince { get; set; }

    /// <summary>Whether the last answer was that the client has no right to it.</summary>
    public bool IsForbidden { get; set; }

    /// <summary>What of a batch has come.</summary>
    public List<WireChange> Assembling { get; } = [];

    /// <summary>Begins with what was known in an earlier run: stale until a node goes on from its cursor.</summary>
    public void Restore(string cursor, long revision, ImmutableArray<ServiceInstance> instances)
    {
        Cursor = cursor;
        Publish(new ServiceSnapshot(Service, instances, revision, isStale: true) { Cursor = cursor });
    }

    /// <summary>Applies a whole batch of a session.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">A value cannot be read. Nothing has changed.</exception>
    public void Apply(SubscriptionBatch batch)
    {
        var deltas = new InstanceDelta[Assembling.Count];
        for (var i = 0; i < deltas.Length; i++)
        {
            var change = Assembling[i];
            deltas[i] = new InstanceDelta(change.Instance, change.Value.IsEmpty ? null : ServiceInstance.Read(change));
        }

        Apply(batch.Snapshot, isFirst: batch.Number == 1, batch.Cursor, batch.Revision, deltas);
    }

    /// <summary>Applies a whole batch.</summary>
    /// <param name="isSnapshot">What is not in it is gone.</param>
    /// <param name="isFirst">
    /// Whether it is the first of its subscription. A node names in it whatever it cannot vouch for itself; what another node could not
    /// vouch for, and is not named, follows its record again.
    /// </param>
    /// <param name="cursor">Stands after it.</param>
    /// <param name="revision">Stands after it.</param>
    /// <param name="deltas">In any order; of two for one id the later one stands.</param>
    public void Apply(bool isSnapshot, bool isFirst, string cursor, long revision, ReadOnlySpan<InstanceDelta> deltas)
    {
        ImmutableArray<ServiceInstance> standing = isSnapshot || Current is null ? [] : Current.Instances;
        if (isFirst)
            standing = FollowRecords(standing);
        var instances = Merge(standing, deltas);
        (Cursor, BehindSince, IsForbidden) = (cursor, null, false);
        Volatile.Write(ref _isConfirmed, true);
        Publish(new ServiceSnapshot(Service, instances, revision, isStale: false) { Cursor = cursor });
    }

    /// <summary>No node confirms the view any more.</summary>
    public void Outdate()
    {
        if (Current is { IsStale: false } current)
            Publish(new ServiceSnapshot(Service, current.Instances, current.Revision, isStale: true) { Cursor = current.Cursor });
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

    /// <summary>A token that fires once, at the next view; its callbacks run on the thread pool.</summary>
    public IChangeToken Token()
    {
        lock (_gate)
            return new CancellationChangeToken((_change ??= new CancellationTokenSource()).Token);
    }

    private static ImmutableArray<ServiceInstance> FollowRecords(ImmutableArray<ServiceInstance> instances)
    {
        ImmutableArray<ServiceInstance>.Builder? follows = null;
        for (var i = 0; i < instances.Length; i++)
        {
            if (!instances[i].Unverified || instances[i].IsUnverifiedByRecord)
                continue;
            follows ??= instances.ToBuilder();
            follows[i] = instances[i] with { Unverified = false };
        }

        return follows?.DrainToImmutable() ?? instances;
    }

    private static ImmutableArray<ServiceInstance> Merge(ImmutableArray<ServiceInstance> standing, ReadOnlySpan<InstanceDelta> deltas)
    {
        if (deltas.Length == 0)
            return standing;
        // By id, the later of two last: a change of each id at most, as nodes promise, and no harm where they do not.
        var changes = new (InstanceDelta Delta, int Index)[deltas.Length];
        for (var i = 0; i < deltas.Length; i++)
            changes[i] = (deltas[i], i);
        Array.Sort(changes, static (one, other) =>
            string.CompareOrdinal(one.Delta.Id, other.Delta.Id) is var order and not 0 ? order : one.Index.CompareTo(other.Index));
        var merged = ImmutableArray.CreateBuilder<ServiceInstance>(standing.Length + changes.Length);
        var next = 0;
        for (var j = 0; j < changes.Length; j++)
        {
            var change = changes[j].Delta;
            while (next < standing.Length && string.CompareOrdinal(standing[next].Id, change.Id) < 0)
                merged.Add(standing[next++]);
            if (next < standing.Length && string.Equals(standing[next].Id, change.Id, StringComparison.Ordinal))
                next++;
            var isLast = j + 1 == changes.Length || !string.Equals(changes[j + 1].Delta.Id, change.Id, StringComparison.Ordinal);
            if (isLast && change.Instance is not null)
                merged.Add(change.Instance);
        }

        while (next < standing.Length)
            merged.Add(standing[next++]);
        return merged.DrainToImmutable();
    }

    private void Publish(ServiceSnapshot snapshot)
    {
        TaskCompletionSource? next;
        CancellationTokenSource? change;
        lock (_gate)
        {
            Volatile.Write(ref _current, snapshot);
            (next, _next) = (_next, null);
            (change, _change) = (_change, null);
        }

        next?.TrySetResult();
        // What listens is the application's: it runs beside, never on the turn of who feeds. Not disposed: tokens of it live on.
        _ = change?.CancelAsync();
    }
}
