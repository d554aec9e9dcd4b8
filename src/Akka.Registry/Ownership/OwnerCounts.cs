using System.Runtime.InteropServices;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Ownership;

/// <summary>How many live entries each owner has, whether they are shown or not. One thread.</summary>
internal sealed class OwnerCounts
{
    private readonly Dictionary<NodeUid, int> _counts = [];

    /// <summary>How many entries the owner has.</summary>
    public int Of(NodeUid owner) => _counts.GetValueOrDefault(owner);

    /// <summary>One key's record gave way to another.</summary>
    public void Replace(MapRecord? before, MapRecord? after)
    {
        var (from, to) = (OwnerOf(before), OwnerOf(after));
        if (from == to)
            return;
        Add(from, -1);
        Add(to, 1);
    }

    private static NodeUid OwnerOf(MapRecord? record) => record is { IsLive: true } ? record.Dot.Origin : default;

    private void Add(NodeUid owner, int change)
    {
        if (owner.IsNone)
            return;
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, owner, out _);
        count += change;
        if (count == 0)
            _counts.Remove(owner);
    }
}
