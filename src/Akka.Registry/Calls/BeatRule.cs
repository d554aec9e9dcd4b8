using Akka.Registry.Cluster;
using Akka.Registry.Ownership;

namespace Akka.Registry.Calls;

/// <summary>Where what an instance says of itself goes.</summary>
internal enum BeatRoute
{
    /// <summary>This node owns the lease.</summary>
    Own,

    /// <summary>
    /// This node holds the lease, though another one has evicted the entry: if it beats it is written again.
    /// </summary>
    Contested,

    /// <summary>Another node owns the lease, and it is a current member.</summary>
    Forward,

    /// <summary>The owner is lost: this node takes the lease over.</summary>
    Adopt,

    /// <summary>A newer epoch stands.</summary>
    Stale,

    /// <summary>
    /// Nobody knows the instance, or only in an older epoch: it is to register (again). The registration of the newer epoch may
    /// be on its way here; to make it again is safe, and to take the beat for the older epoch would keep what has ended.
    /// </summary>
    Unknown,

    /// <summary>The entry is not here, and neither is the whole registry.</summary>
    NotReady,
}

/// <summary>The rule of who takes a beat or a reported status, as a pure function.</summary>
internal static class BeatRule
{
    /// <summary>Decides.</summary>
    /// <param name="entry">The live entry; null for none.</param>
    /// <param name="contest">The contested lease; null for none.</param>
    /// <param name="epoch">The caller's epoch; null when it gives none.</param>
    /// <param name="self">This node.</param>
    /// <param name="ownerIsCurrent">Whether the entry's owner is joining, up, suspect or leaving.</param>
    /// <param name="isWhole">Whether this node holds the whole registry.</param>
    public static BeatRoute Decide(
        ServiceEntry? entry, ContestedLease? contest, ulong? epoch, NodeUid self, bool ownerIsCurrent, bool isWhole)
    {
        var standing = entry?.Epoch ?? contest?.Epoch;
        if (standing is null)
            return isWhole ? BeatRoute.Unknown : BeatRoute.NotReady;
        if (epoch < standing)
            return BeatRoute.Stale;
        if (epoch > standing)
            return isWhole ? BeatRoute.Unknown : BeatRoute.NotReady;
        if (entry is null)
            return BeatRoute.Contested;
        if (entry.Owner == self)
            return BeatRoute.Own;
        return ownerIsCurrent ? BeatRoute.Forward : BeatRoute.Adopt;
    }
}
