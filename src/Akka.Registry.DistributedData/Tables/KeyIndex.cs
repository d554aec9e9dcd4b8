namespace Akka.Registry.DistributedData.Tables;

/// <summary>A slot that may hold a key.</summary>
public interface IKeyedSlot
{
    /// <summary>Whose slot it is; null for nobody's. Any thread may read it.</summary>
    RecordKey? Key { get; }
}

/// <summary>
/// Which slot is a key's: open addressing in one array of 8 bytes an entry. One writer, readers on any thread.
/// </summary>
/// <remarks>
/// An entry holds the key's hash and the slot, so that growing needs no key. Nothing ever moves within an array: a
/// removal leaves a mark that a later key may take, and growth fills a new array aside before it is published. So a
/// reader never misses a key that stays.
/// </remarks>
public sealed class KeyIndex<TSlot>(PagedArray<TSlot> slots)
    where TSlot : struct, IKeyedSlot
{
    private const ulong Empty = 0;
    private const uint Removed = uint.MaxValue;
    private const int EntriesMin = 16;

    private ulong[] _entries = new ulong[EntriesMin];
    private int _occupied;

    /// <summary>Keys in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of its array.</summary>
    public long Bytes => _entries.Length * (long)sizeof(ulong);

    /// <summary>
    /// The slot of that key, or -1. Any thread; one that does not write has to make sure that the slot was not given away meanwhile.
    /// </summary>
    public int Find(RecordKey key)
    {
        var entries = Volatile.Read(ref _entries);
        PositionOf(entries, key, (uint)key.GetHashCode(), out var slot);
        return slot;
    }

    /// <summary>As <see cref="Find(RecordKey)"/>, for who has the characters and no texts of them.</summary>
    public int Find(ReadOnlySpan<char> service, ReadOnlySpan<char> instance)
    {
        var entries = Volatile.Read(ref _entries);
        var hash = (uint)RecordKey.HashOf(service, instance);
        var mask = entries.Length - 1;
        for (var position = (int)hash & mask; ; position = (position + 1) & mask)
        {
            var entry = Volatile.Read(ref entries[position]);
            if (entry == Empty)
                return -1;
            if ((uint)(entry >> 32) == hash && (uint)entry != Removed && slots[SlotOf(entry)].Key is { } key
                && instance.SequenceEqual(key.Instance) && service.SequenceEqual(key.Service))
                return SlotOf(entry);
        }
    }

    /// <summary>
    /// Has the processor fetch where a search for the key begins. Whoever is about to look for many does this for all of them before: then
    /// they wait for memory together, and not one after the other.
    /// </summary>
    public void Fetch(RecordKey key)
    {
        var entries = Volatile.Read(ref _entries);
        _ = Volatile.Read(ref entries[key.GetHashCode() & (entries.Length - 1)]);
    }

    /// <summary>Adds a key that is not there; its slot is written already.</summary>
    public void Add(RecordKey key, int slot)
    {
        // A third stays empty, removed marks counted, so that a search ends soon.
        if ((_occupied + 1) * 3L > _entries.Length * 2L)
            Rebuild();
        Place(_entries, (uint)key.GetHashCode(), slot);
        Count++;
    }

    /// <summary>Takes a key out.</summary>
    public void Remove(RecordKey key)
    {
        var position = PositionOf(_entries, key, (uint)key.GetHashCode(), out _);
        if (position < 0)
            return;
        Volatile.Write(ref _entries[position], _entries[position] | Removed);
        Count--;
    }

    private static int SlotOf(ulong entry) => (int)((uint)entry - 1);

    private int PositionOf(ulong[] entries, RecordKey key, uint hash, out int slot)
    {
        slot = -1;
        var mask = entries.Length - 1;
        for (var position = (int)hash & mask; ; position = (position + 1) & mask)
        {
            var entry = Volatile.Read(ref entries[position]);
            if (entry == Empty)
                return -1;
            if ((uint)(entry >> 32) != hash || (uint)entry == Removed || !key.Equals(slots[SlotOf(entry)].Key))
                continue;
            slot = SlotOf(entry);
            return position;
        }
    }

    private void Place(ulong[] entries, uint hash, int slot)
    {
        var mask = entries.Length - 1;
        for (var position = (int)hash & mask; ; position = (position + 1) & mask)
        {
            var entry = entries[position];
            if (entry != Empty && (uint)entry != Removed)
                continue;
            if (entry == Empty)
                _occupied++;
            Volatile.Write(ref entries[position], ((ulong)hash << 32) | ((uint)slot + 1));
            return;
        }
    }

    private void Rebuild()
    {
        var length = EntriesMin;
        while ((Count + 1) * 2L > length)
            length *= 2;
        var entries = new ulong[length];
        _occupied = 0;
        foreach (var entry in _entries)
        {
            if (entry != Empty && (uint)entry != Removed)
                Place(entries, (uint)(entry >> 32), SlotOf(entry));
        }

        Volatile.Write(ref _entries, entries);
    }
}
