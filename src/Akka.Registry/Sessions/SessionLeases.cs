using System.Collections.Immutable;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Tables;
using Akka.Registry.Leases;

namespace Akka.Registry.Sessions;

/// <summary>What a session carries, and the numbers that its client beats with: good in it alone, so that nobody can guess another's.</summary>
/// <remarks>
/// Slot in the lower 32 bits, its generation in the upper 32: the number of a lease that has ended names no other one. Any thread.
/// </remarks>
internal sealed class SessionLeases
{
    private readonly Lock _gate = new();
    private readonly KeyTable<Slot> _slots = new(beginsSmall: true);

    /// <summary>Leases that it carries.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _slots.Count;
        }
    }

    /// <summary>Whether it carries a lease of that instance.</summary>
    public bool Contains(RecordKey key) => EpochOf(key) is not null;

    /// <summary>The epoch of the instance's lease; null for none.</summary>
    public ulong? EpochOf(RecordKey key)
    {
        lock (_gate)
            return _slots.Find(key) is >= 0 and var slot ? _slots[slot].Lease.Epoch : null;
    }

    /// <summary>All leases that it carries.</summary>
    public ImmutableArray<LeaseKey> ToArray()
    {
        lock (_gate)
        {
            var leases = ImmutableArray.CreateBuilder<LeaseKey>(_slots.Count);
            for (var slot = 0; slot < _slots.Used; slot++)
            {
                if (_slots[slot].Key is not null)
                    leases.Add(_slots[slot].Lease);
            }

            return leases.MoveToImmutable();
        }
    }

    /// <summary>The number of that lease; the one of another epoch of the same instance ends.</summary>
    public ulong Put(LeaseKey lease) => Put([lease])[0];

    /// <summary>The numbers of those leases, in their order; those of other epochs of the same instances end.</summary>
    public ulong[] Put(ReadOnlySpan<LeaseKey> leases)
    {
        var numbers = new ulong[leases.Length];
        lock (_gate)
        {
            foreach (ref readonly var lease in leases)
                _slots.Fetch(lease.Key);
            for (var i = 0; i < leases.Length; i++)
                numbers[i] = PutOne(leases[i]);
        }

        return numbers;
    }

    /// <summary>The lease of that number. Allocates nothing.</summary>
    /// <returns>False when the number names none.</returns>
    public bool TryFind(ulong id, out LeaseKey lease)
    {
        var (slot, generation) = ((int)id, (uint)(id >> 32));
        lock (_gate)
        {
            if ((uint)slot < (uint)_slots.Used && (generation & 1) == 1 && _slots[slot].Generation == generation)
            {
                lease = _slots[slot].Lease;
                return true;
            }
        }

        lease = default;
        return false;
    }

    /// <summary>Finds the leases of many numbers, and their places at this node. Allocates nothing.</summary>
    /// <param name="pack">The numbers.</param>
    /// <param name="desk">Takes each.</param>
    public void Sort(in LeasePack pack, BeatDesk desk)
    {
        lock (_gate)
        {
            for (var i = 0; i < pack.Count; i++)
            {
                var id = pack[i];
                var (slot, generation) = ((int)id, (uint)(id >> 32));
                if ((uint)slot < (uint)_slots.Used && (generation & 1) == 1 && _slots[slot].Generation == generation)
                    desk.Take(id, _slots[slot].Lease, ref _slots[slot].Place);
                else
                    desk.Unknown.Add(id);
            }
        }
    }

    /// <summary>The number of that lease; 0 for none.</summary>
    public ulong IdOf(LeaseKey lease)
    {
        lock (_gate)
            return _slots.Find(lease.Key) is >= 0 and var slot && _slots[slot].Lease.Epoch == lease.Epoch ? IdOf(slot) : 0;
    }

    /// <summary>The instance's lease is carried no more, and its number names nothing, unless it is of a later epoch than that.</summary>
    public void Remove(RecordKey key, ulong epoch)
    {
        lock (_gate)
        {
            if (_slots.Find(key) is >= 0 and var slot && _slots[slot].Lease.Epoch <= epoch)
                Free(slot);
        }
    }

    private ulong PutOne(in LeaseKey lease)
    {
        if (_slots.Find(lease.Key) is >= 0 and var standing)
        {
            if (_slots[standing].Lease.Epoch == lease.Epoch)
                return IdOf(standing);
            Free(standing);
        }

        var slot = _slots.Add(lease.Key);
        (_slots[slot].Lease, _slots[slot].Place) = (lease, default);
        _slots[slot].Generation++;      // Odd while it stands.
        return IdOf(slot);
    }

    private ulong IdOf(int slot) => ((ulong)_slots[slot].Generation << 32) | (uint)slot;

    private void Free(int slot)
    {
        _slots.Remove(slot);
        (_slots[slot].Lease, _slots[slot].Place) = (default, default);
        _slots[slot].Generation++;
    }

    private struct Slot : IKeyedSlot
    {
        public LeaseKey Lease;

        /// <summary>Where it last was in this node's table; default before it was looked for.</summary>
        public LeaseId Place;
        public uint Generation;

        public readonly RecordKey? Key => Lease.Key;
    }
}
