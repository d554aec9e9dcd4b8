using System.Runtime.InteropServices;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Tables;

namespace Akka.Registry.Ownership;

/// <summary>
/// The live entries of each owner, so that losing a node costs its own entries and not a walk through the registry. One
/// thread.
/// </summary>
internal sealed class OwnerIndex
{
    private readonly Dictionary<NodeUid, Keys> _keys = [];

    /// <summary>Owners that have entries.</summary>
    public IReadOnlyCollection<NodeUid> Owners => _keys.Keys;

    /// <summary>How many entries the owner has.</summary>
    public int CountOf(NodeUid owner) => _keys.TryGetValue(owner, out var keys) ? keys.Count : 0;

    /// <summary>The owner's entries as they are now, as a copy.</summary>
    public RecordKey[] KeysOf(NodeUid owner) => _keys.TryGetValue(owner, out var keys) ? keys.ToArray() : [];

    /// <summary>Whether the live entry of that key is the owner's.</summary>
    public bool Has(NodeUid owner, RecordKey key) => _keys.TryGetValue(owner, out var keys) && keys.Contains(key);

    /// <summary>Says that <see cref="Replace"/> is about to be called with that record, and with many others.</summary>
    public void Fetch(MapRecord after)
    {
        if (_keys.TryGetValue(OwnerOf(after), out var keys))
            keys.Fetch(after.Key);
    }

    /// <summary>One key's record gave way to another.</summary>
    public void Replace(MapRecord? before, MapRecord? after)
    {
        var (from, to) = (OwnerOf(before), OwnerOf(after));
        if (from == to)
            return;
        if (!from.IsNone)
            Remove(from, before!.Key);
        if (!to.IsNone)
            (CollectionsMarshal.GetValueRefOrAddDefault(_keys, to, out _) ??= new Keys()).Add(after!.Key);
    }

    private static NodeUid OwnerOf(MapRecord? record) => record is { IsLive: true } ? record.Dot.Origin : default;

    private void Remove(NodeUid owner, RecordKey key)
    {
        if (!_keys.TryGetValue(owner, out var keys))
            return;
        keys.Remove(key);
        if (keys.Count == 0)
            _keys.Remove(owner);
    }

    /// <summary>A set of keys.</summary>
    private sealed class Keys
    {
        private readonly KeyTable<Slot> _table = new(beginsSmall: true);

        public int Count => _table.Count;

        public void Fetch(RecordKey key) => _table.Fetch(key);

        public bool Contains(RecordKey key) => _table.Find(key) >= 0;

        public void Add(RecordKey key)
        {
            if (!Contains(key))
                _table[_table.Add(key)].Key = key;
        }

        public void Remove(RecordKey key)
        {
            var slot = _table.Find(key);
            if (slot < 0)
                return;
            _table.Remove(slot);
            _table[slot].Key = null;
        }

        public RecordKey[] ToArray()
        {
            var keys = new RecordKey[Count];
            for (var (slot, next) = (0, 0); slot < _table.Used; slot++)
            {
                if (_table[slot].Key is { } key)
                    keys[next++] = key;
            }

            return keys;
        }
    }

    private struct Slot : IKeyedSlot
    {
        public RecordKey? Key { readonly get; set; }
    }
}
