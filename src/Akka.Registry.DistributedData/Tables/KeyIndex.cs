namespace Akka.Registry.DistributedData.Tables;

/// <summary>A slot that may hold a key.</summary>
public interface IKeyedSlot
{
    /// <summary>Whose slot it is; null for nobody's. Any thread may read it.</summary>
    RecordKey? Key { get; }
}

/// <summary>
/// Which slot is a key's: 8 bytes an entry, a third to two thirds of them in use. One writer, readers on any thread.
/// </summary>
/// <remarks>
/// <para>Extendible hashing (Fagin et al., "Extendible Hashing", 1979): the upper bits of a hash choose a page, the lower ones a place in
/// it, from which on the search goes on. A page that is full is split in two, so that no growth copies more than a page, however
/// many keys there are.</para>
/// <para>An entry holds the key's hash and the slot, so that a split needs no key. Nothing ever moves within a page: a removal leaves a mark
/// that a later key may take, and new pages are filled aside before they are published. A page that gave way is used again, and a reader
/// who still looks into it may miss what it looks for: then the version has changed, and it looks once more. So a reader never misses a
/// key that stays.</para>
/// </remarks>
public sealed class KeyIndex<TSlot>(PagedArray<TSlot> slots)
    where TSlot : struct, IKeyedSlot
{
    private const ulong Empty = 0;
    private const uint Removed = uint.MaxValue;
    private const int EntriesMin = 16;

    /// <summary>Entries of a page that is split rather than made larger.</summary>
    private const int EntriesMax = 1_024;

    /// <summary>Hashes that agree in so many bits are not told apart: their page grows.</summary>
    private const int DepthMax = 22;

    /// <summary>As many places as a power of two; neighbours may be one page.</summary>
    private ulong[][] _pages = [new ulong[EntriesMin]];

    /// <summary>What is known of each page, at the first of its places.</summary>
    private PageState[] _states = new PageState[1];

    private long _entries = EntriesMin;

    /// <summary>A page that gave way: the next new one.</summary>
    private ulong[]? _spare;

    /// <summary>Grows when a page has given way, and before it is used again.</summary>
    private int _version;

    /// <summary>Keys in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of its arrays.</summary>
    public long Bytes => (_entries + _pages.Length) * sizeof(ulong);

    /// <summary>
    /// The slot of that key, or -1. Any thread; one that does not write has to make sure that the slot was not given away meanwhile.
    /// </summary>
    public int Find(RecordKey key)
    {
        var hash = (uint)key.GetHashCode();
        while (true)
        {
            var version = Volatile.Read(ref _version);
            PositionOf(PageOf(hash), key, hash, out var slot);
            if (slot >= 0 || version == Volatile.Read(ref _version))
                return slot;
        }
    }

    /// <summary>As <see cref="Find(RecordKey)"/>, for who has the characters and no texts of them.</summary>
    public int Find(ReadOnlySpan<char> service, ReadOnlySpan<char> instance)
    {
        var hash = (uint)RecordKey.HashOf(service, instance);
        while (true)
        {
            var version = Volatile.Read(ref _version);
            var slot = SlotIn(PageOf(hash), service, instance, hash);
            if (slot >= 0 || version == Volatile.Read(ref _version))
                return slot;
        }
    }

    /// <summary>
    /// Has the processor fetch where a search for the key begins. Whoever is about to look for many does this for all of them before: then
    /// they wait for memory together, and not one after the other.
    /// </summary>
    public void Fetch(RecordKey key)
    {
        var hash = (uint)key.GetHashCode();
        var page = PageOf(hash);
        _ = Volatile.Read(ref page[(int)hash & (page.Length - 1)]);
    }

    /// <summary>Adds a key that is not there; its slot is written already.</summary>
    public void Add(RecordKey key, int slot)
    {
        var hash = (uint)key.GetHashCode();
        var place = FirstPlaceOf(hash);
        // A third stays empty, removed marks counted, so that a search ends soon.
        while ((_states[place].Occupied + 1) * 3L > _pages[place].Length * 2L)
        {
            MakeRoom(place);
            place = FirstPlaceOf(hash);
        }

        ref var state = ref _states[place];
        if (Put(_pages[place], hash, slot))
            state.Occupied++;
        state.Count++;
        Count++;
    }

    /// <summary>Takes a key out.</summary>
    public void Remove(RecordKey key)
    {
        var hash = (uint)key.GetHashCode();
        var place = FirstPlaceOf(hash);
        var page = _pages[place];
        var position = PositionOf(page, key, hash, out _);
        if (position < 0)
            return;
        Volatile.Write(ref page[position], page[position] | Removed);
        _states[place].Count--;
        Count--;
    }

    private static uint HashOf(ulong entry) => (uint)(entry >> 32);

    private static int SlotOf(ulong entry) => (int)((uint)entry - 1);

    private static int PlaceOf(uint hash, int places) => (int)(((ulong)hash * (uint)places) >> 32);

    private ulong[] PageOf(uint hash)
    {
        var pages = Volatile.Read(ref _pages);
        return Volatile.Read(ref pages[PlaceOf(hash, pages.Length)]);
    }

    /// <summary>The first place of a hash's page: where its state stands.</summary>
    private int FirstPlaceOf(uint hash)
    {
        var place = PlaceOf(hash, _pages.Length);
        return place & -PlacesOf(place);
    }

    /// <summary>How many places the page of a place has: a power of two, and the first is a multiple of it.</summary>
    private int PlacesOf(int place) => _pages.Length >> _states[place].Depth;

    private int SlotIn(ulong[] page, ReadOnlySpan<char> service, ReadOnlySpan<char> instance, uint hash)
    {
        var mask = page.Length - 1;
        for (var position = (int)hash & mask; ; position = (position + 1) & mask)
        {
            var entry = Volatile.Read(ref page[position]);
            if (entry == Empty)
                return -1;
            if (HashOf(entry) == hash && (uint)entry != Removed && slots[SlotOf(entry)].Key is { } key
                && instance.SequenceEqual(key.Instance) && service.SequenceEqual(key.Service))
                return SlotOf(entry);
        }
    }

    private int PositionOf(ulong[] page, RecordKey key, uint hash, out int slot)
    {
        slot = -1;
        var mask = page.Length - 1;
        for (var position = (int)hash & mask; ; position = (position + 1) & mask)
        {
            var entry = Volatile.Read(ref page[position]);
            if (entry == Empty)
                return -1;
            if (HashOf(entry) != hash || (uint)entry == Removed || !key.Equals(slots[SlotOf(entry)].Key))
                continue;
            slot = SlotOf(entry);
            return position;
        }
    }

    /// <summary>Puts an entry into the first place that is free.</summary>
    /// <returns>Whether that was empty, and not one whose key was taken out.</returns>
    private static bool Put(ulong[] page, uint hash, int slot)
    {
        var mask = page.Length - 1;
        for (var position = (int)hash & mask; ; position = (position + 1) & mask)
        {
            var entry = page[position];
            if (entry != Empty && (uint)entry != Removed)
                continue;
            Volatile.Write(ref page[position], ((ulong)hash << 32) | ((uint)slot + 1));
            return entry == Empty;
        }
    }

    /// <summary>A page is full: it is made anew, without marks and as large as is good for what it holds, or as two.</summary>
    private void MakeRoom(int first)
    {
        var (page, count, depth) = (_pages[first], _states[first].Count, _states[first].Depth);
        if ((count + 1) * 2 <= EntriesMax || depth == DepthMax)
        {
            var length = EntriesMin;
            while ((count + 1) * 2L > length)
                length *= 2;
            var copy = EmptyPage(length);
            Move(page, copy, copy, bit: 0);
            Publish(first, PlacesOf(first), copy, count, depth);
        }
        else
        {
            if (PlacesOf(first) == 1)
            {
                DoublePlaces();
                first *= 2;
            }

            var half = PlacesOf(first) / 2;
            var (lower, upper) = (EmptyPage(EntriesMax), EmptyPage(EntriesMax));
            var uppers = Move(page, lower, upper, 1U << (31 - depth));
            Publish(first + half, half, upper, uppers, depth + 1);
            Publish(first, half, lower, count - uppers, depth + 1);
            _entries += page.Length;        // It was taken off twice.
        }

        Interlocked.Increment(ref _version);
        if (page.Length == EntriesMax)
            _spare = page;
    }

    /// <summary>Puts all keys of a page into two others: into the upper one those whose hash has that bit.</summary>
    /// <returns>How many went into the upper one.</returns>
    private static int Move(ulong[] page, ulong[] lower, ulong[] upper, uint bit)
    {
        var uppers = 0;
        foreach (var entry in page)
        {
            if (entry == Empty || (uint)entry == Removed)
                continue;
            var isUpper = (HashOf(entry) & bit) != 0;
            Put(isUpper ? upper : lower, HashOf(entry), SlotOf(entry));
            uppers += isUpper ? 1 : 0;
        }

        return uppers;
    }

    private ulong[] EmptyPage(int length)
    {
        if (length != EntriesMax || _spare is not { } spare)
            return new ulong[length];
        _spare = null;
        for (var position = 0; position < spare.Length; position++)
            Volatile.Write(ref spare[position], Empty);     // One by one: a reader may look on, and is to see no half of an entry.
        return spare;
    }

    private void Publish(int first, int places, ulong[] page, int count, int depth)
    {
        _entries += page.Length - _pages[first].Length;
        for (var place = first; place < first + places; place++)
        {
            _states[place].Depth = depth;
            Volatile.Write(ref _pages[place], page);
        }

        (_states[first].Occupied, _states[first].Count) = (count, count);
    }

    private void DoublePlaces()
    {
        var (pages, states) = (new ulong[_pages.Length * 2][], new PageState[_pages.Length * 2]);
        for (var place = 0; place < pages.Length; place++)
            (pages[place], states[place]) = (_pages[place / 2], _states[place / 2]);
        _states = states;
        Volatile.Write(ref _pages, pages);
    }

    private struct PageState
    {
        /// <summary>Entries that are not empty, removed ones included.</summary>
        public int Occupied;

        /// <summary>Keys in it.</summary>
        public int Count;

        /// <summary>How many of a hash's upper bits its keys have in common.</summary>
        public int Depth;
    }
}
