using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Leases;

/// <summary>What any thread may ask.</summary>
internal sealed partial class LeaseTable
{
    /// <summary>Whether the lease of that place, which this table once gave out, beats within its TTL, as far as was judged. Any thread.</summary>
    public bool IsLive(LeaseId lease)
    {
        ref var beat = ref _beats[lease.Slot];
        return beat.State == LeaseState.Live && Volatile.Read(ref beat.Generation) == lease.Generation;
    }

    /// <summary>The lease of that name if it beats within its TTL, as far as was judged. Any thread.</summary>
    /// <param name="service">The service.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="epoch">Its epoch; null for whichever stands.</param>
    /// <param name="key">The lease's own name and epoch; default for none.</param>
    /// <returns>Default for none.</returns>
    public LeaseId FindLive(ReadOnlySpan<char> service, ReadOnlySpan<char> instance, ulong? epoch, out LeaseKey key)
    {
        key = default;
        var slot = _index.Find(service, instance);
        if (slot < 0)
            return default;
        ref var beat = ref _beats[slot];
        var generation = Volatile.Read(ref beat.Generation);
        ref var known = ref _slots[slot];
        var (name, stands, isLive) = (known.Key, Volatile.Read(ref known.Epoch), beat.State == LeaseState.Live);
        Interlocked.MemoryBarrier();
        if (!isLive || name is null || (generation & 1) == 0 || Volatile.Read(ref beat.Generation) != generation
            || (epoch is not null && epoch != stands) || !instance.SequenceEqual(name.Instance) || !service.SequenceEqual(name.Service))
            return default;
        key = new LeaseKey(name, stands);
        return new LeaseId(slot, generation);
    }

    /// <summary>Says that the key is about to be looked for, one of many. Any thread.</summary>
    public void Fetch(RecordKey key) => _index.Fetch(key);

    /// <summary>Until when the lease must beat; null when this table has no such lease. Any thread.</summary>
    public Instant? ExpiresAt(RecordKey key, ulong epoch)
    {
        var slot = _index.Find(key);
        if (slot < 0)
            return null;
        ref var beat = ref _beats[slot];
        var generation = Volatile.Read(ref beat.Generation);
        ref var known = ref _slots[slot];
        var expiresAt = new Instant(Volatile.Read(ref beat.LastBeatTicks)) + known.Terms.Ttl;
        var same = Volatile.Read(ref known.Epoch) == epoch && key.Equals(known.Key);
        Interlocked.MemoryBarrier();
        return same && (generation & 1) == 1 && Volatile.Read(ref beat.Generation) == generation ? expiresAt : null;
    }

    /// <summary>The session that beat for the key's lease last; null for none. Any thread.</summary>
    public uint? SessionOf(RecordKey key)
    {
        var slot = _index.Find(key);
        if (slot < 0)
            return null;
        var session = _beats[slot].Session;
        return session == 0 || !key.Equals(_slots[slot].Key) ? null : session;
    }
}
