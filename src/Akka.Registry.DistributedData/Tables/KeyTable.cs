namespace Akka.Registry.DistributedData.Tables;

/// <summary>
/// Slots by key, numbered: a slot keeps its number while it holds its key, and another key may have it afterwards. One thread.
/// </summary>
/// <remarks>
/// As large as its slots and 8 to 24 bytes a key. It grows by pages that stay where they are and one small array: a dictionary copies all
/// that it holds into arrays of twice the size, again and again, and most of what it left behind is garbage of the largest kind.
/// </remarks>
public sealed class KeyTable<TSlot>
    where TSlot : struct, IKeyedSlot
{
    private readonly PagedArray<TSlot> _slots;
    private readonly KeyIndex<TSlot> _index;
    private readonly Stack<int> _free = [];

    /// <param name="beginsSmall">Whether it is one of thousands, most of which hold little.</param>
    public KeyTable(bool beginsSmall = false)
    {
        _slots = new PagedArray<TSlot>(beginsSmall);
        _index = new KeyIndex<TSlot>(_slots);
    }

    /// <summary>Keys in it.</summary>
    public int Count => _index.Count;

    /// <summary>Slots that are or were in use: each that holds a key has a lower number.</summary>
    public int Used { get; private set; }

    /// <summary>The slot itself.</summary>
    public ref TSlot this[int slot] => ref _slots[slot];

    /// <summary>The slot of that key, or -1.</summary>
    public int Find(RecordKey key) => _index.Find(key);

    /// <summary>See <see cref="KeyIndex{TSlot}.Fetch"/>.</summary>
    public void Fetch(RecordKey key) => _index.Fetch(key);

    /// <summary>A slot for a key that is not there. It is as whoever had it left it, and to be given the key before anything else is asked.</summary>
    public int Add(RecordKey key)
    {
        if (!_free.TryPop(out var slot))
        {
            slot = Used++;
            _slots.EnsureCapacity(Used);
        }

        _index.Add(key, slot);
        return slot;
    }

    /// <summary>Frees a slot that holds a key; from now on it is to hold none.</summary>
    public void Remove(int slot)
    {
        _index.Remove(_slots[slot].Key!);
        _free.Push(slot);
    }
}
