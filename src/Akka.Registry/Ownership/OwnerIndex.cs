using System.Runtime.InteropServices;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Ownership;

/// <summary>The live entries of each owner, so that losing a node costs its own entries and not a walk through the registry. One thread.</summary>
internal sealed class OwnerIndex
{
    private readonly Dictionary<NodeUid, HashSet<RecordKey>> _keys = [];

    /// <summary>Owners that have entries.</summary>
    public IReadOnlyCollection<NodeUid> Owners => _keys.Keys;

    /// <summary>How many entries the owner has.</summary>
    public int CountOf(NodeUid owner) => _keys.TryGetValue(owner, out var keys) ? keys.Count : 0;

    /// <summary>The owner's entries as they are now, as a copy.</summary>
    public RecordKey[] KeysOf(NodeUid owner) => _keys.TryGetValue(owner, out var keys) ? [.. keys] : [];

    /// <summary>Whether the live entry of that key is the owner's.</summary>
    public bool Has(NodeUid owner, RecordKey key) => _keys.TryGetValue(owner, out var keys) && keys.Contains(key);

    /// <summary>One key's record gave way to another.</summary>
    public void Replace(MapRecord? before, MapRecord? after)
    {
        var (from, to) = (OwnerOf(before), OwnerOf(after));
        if (from == to)
            return;
        if (!from.IsNone)
            Remove(from, before!.Key);
        if (!to.IsNone)
            (CollectionsMarshal.GetValueRefOrAddDefault(_keys, to, out _) ??= []).Add(after!.Key);
    }

    private static NodeUid OwnerOf(MapRecord? record) => record is { IsLive: true } ? record.Dot.Origin : default;

    private void Remove(NodeUid owner, RecordKey key)
    {
        if (_keys.TryGetValue(owner, out var keys) && keys.Remove(key) && keys.Count == 0)
            _keys.Remove(owner);
    }
}
