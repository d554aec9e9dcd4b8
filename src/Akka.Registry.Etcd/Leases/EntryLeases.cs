using System.Collections.Concurrent;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Client;
using Akka.Registry.Etcd.Map;

namespace Akka.Registry.Etcd.Leases;

/// <summary>Which lease an entry or a note is attached to. Any thread.</summary>
/// <remarks>
/// <para>The entries of a node share one lease, which outlives the node by so much that the others can adopt them, or evict them, in their
/// own time: the node's TTL, two orphan's graces and half a minute, up to the next power of two in seconds, at least 128 s. It is what cleans
/// up when no node is left. Instances of longer TTLs need longer graces: those of one such length share another lease.</para>
/// <para>What needs no beats stands until somebody takes it away, also when all nodes are down for the night: it has no lease.</para>
/// <para>Notes share a lease that nobody keeps alive.</para>
/// </remarks>
internal sealed class EntryLeases(EtcdClient client, LeaseKeeper keeper, EtcdOptions options, TimeSpan orphanGraceMin, TimeProvider time)
    : IDisposable
{
    private const double SecondsMin = 128;
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<long, Lazy<Task<long>>> _shared = new();
    private readonly ConcurrentDictionary<RecordKey, long> _own = new();
    private readonly SemaphoreSlim _noting = new(1);
    private long _notes;
    private Instant _notesUntil = new(long.MinValue);

    /// <summary>How long the lease of entries with that TTL outlives their node.</summary>
    public static TimeSpan SharedTtl(TimeSpan ttl, TimeSpan nodeTtl, TimeSpan orphanGraceMin)
    {
        var grace = ttl > orphanGraceMin ? ttl : orphanGraceMin;
        var seconds = (nodeTtl + (2 * grace) + Reserve).TotalSeconds;
        return TimeSpan.FromSeconds(Math.Pow(2, Math.Ceiling(Math.Log2(Math.Max(SecondsMin, seconds)))));
    }

    /// <summary>The lease for what a plan puts; 0 for none.</summary>
    public Task<long> OfAsync(WritePlan plan, CancellationToken cancellation)
    {
        if (plan.Entry is not { } entry)
            return OfNotesAsync(cancellation);
        if (entry.Value.NoLease)
            return Task.FromResult(0L);
        var ttl = TimeSpan.FromMilliseconds(entry.Value.TtlMs);
        return options.LeasePerInstance
            ? OfInstanceAsync(plan.Key, ttl + TimeSpan.FromMilliseconds(entry.Value.DeregisterAfterMs), cancellation)
            : OfNodeAsync(SharedTtl(ttl, options.NodeTtl, orphanGraceMin), cancellation);
    }

    /// <summary>etcd says that a lease has ended: it is granted anew.</summary>
    public void Forget(RecordKey key, long lease)
    {
        keeper.Drop(lease);
        foreach (var (seconds, granted) in _shared)
        {
            if (granted.Value is { IsCompletedSuccessfully: true } task && task.Result == lease)
                _shared.TryRemove(KeyValuePair.Create(seconds, granted));
        }

        _own.TryRemove(KeyValuePair.Create(key, lease));
        if (Interlocked.Read(ref _notes) == lease)
            _notesUntil = new Instant(long.MinValue);
    }

    /// <summary>The entry is no longer this node's, or is silent: its own lease runs out, or ends with its key.</summary>
    public void Release(RecordKey key)
    {
        if (_own.TryRemove(key, out var lease))
            keeper.Drop(lease);
    }

    public void Dispose() => _noting.Dispose();

    private async Task<long> OfNodeAsync(TimeSpan ttl, CancellationToken cancellation)
    {
        var seconds = (long)ttl.TotalSeconds;
        var granted = _shared.GetOrAdd(seconds, _ => new Lazy<Task<long>>(() => GrantSharedAsync(seconds, ttl)));
        try
        {
            return await granted.Value.WaitAsync(cancellation);
        }
        catch (EtcdException)
        {
            _shared.TryRemove(KeyValuePair.Create(seconds, granted)); // Asked for again.
            throw;
        }
    }

    private async Task<long> GrantSharedAsync(long seconds, TimeSpan ttl)
    {
        var lease = await client.GrantAsync(ttl, CancellationToken.None);
        keeper.Keep(lease, ttl, () => _shared.TryRemove(seconds, out _));
        return lease;
    }

    private async Task<long> OfInstanceAsync(RecordKey key, TimeSpan ttl, CancellationToken cancellation)
    {
        if (_own.TryGetValue(key, out var known))
            return known;
        var lease = await client.GrantAsync(ttl, cancellation);
        _own[key] = lease;
        keeper.Keep(lease, ttl, () => _own.TryRemove(KeyValuePair.Create(key, lease)));
        return lease;
    }

    private async Task<long> OfNotesAsync(CancellationToken cancellation)
    {
        await _noting.WaitAsync(cancellation);
        try
        {
            var now = time.GetInstant();
            if (now < _notesUntil)
                return _notes;
            Interlocked.Exchange(ref _notes, await client.GrantAsync(options.EndedRetention, cancellation));
            _notesUntil = now + (options.EndedRetention / 2);
            return _notes;
        }
        finally
        {
            _noting.Release();
        }
    }
}
