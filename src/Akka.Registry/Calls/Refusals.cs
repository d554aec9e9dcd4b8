using System.Diagnostics;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Calls;

/// <summary>The sentences of refusals: each says what is wrong and the way out.</summary>
internal static class Refusals
{
    public static RegistryException NotFound(RecordKey key) => new(RegistryError.NotFound,
        $"Instance '{key.Instance}' of service '{key.Service}' is not registered; register it (again).");

    public static RegistryException CheckNotFound(RecordKey key, string check) => new(RegistryError.NotFound,
        $"Instance '{key.Instance}' of service '{key.Service}' has no check '{check}'; register it, or name one that it has.", "checkId");

    public static RegistryException NewerEpoch(RecordKey key, ulong epoch, ulong standing) => new(RegistryError.NotFound,
        $"Instance '{key.Instance}' of service '{key.Service}' is registered in epoch {standing}, and epoch {epoch} is not known yet; " +
        "register with it (again): that ends the older one.");

    public static RegistryException StaleEpoch(RecordKey key) => new(RegistryError.StaleEpoch,
        $"A newer epoch of instance '{key.Instance}' of service '{key.Service}' stands, or this one was deregistered; register with a newer epoch.",
        "epoch");

    public static RegistryException NotReady(string reason) => new(RegistryError.NotReady,
        $"{reason} Retry later, or at another node.");

    public static RegistryException Contended(RecordKey key) => new(RegistryError.NotReady,
        $"Instance '{key.Instance}' of service '{key.Service}' was changed by others again and again meanwhile; retry.");

    public static RegistryException OwnerUnreachable(RecordKey key, string owner) => new(RegistryError.OwnerUnreachable,
        $"Node {owner}, which owns the lease of instance '{key.Instance}' of service '{key.Service}', did not answer; retry.");

    public static RegistryException Unanswered(RecordKey key) => new(RegistryError.OwnerUnreachable,
        $"This node was too busy to write instance '{key.Instance}' of service '{key.Service}' in time. It may have counted; make it again.");

    /// <summary>A limit is reached.</summary>
    /// <param name="setting">The limit's setting.</param>
    /// <param name="sentence">What is there and the way out, without the full stop.</param>
    public static RegistryException LimitReached(string setting, string sentence) =>
        new(RegistryError.LimitReached, $"{sentence} ({setting}).") { Limit = setting };

    public static RegistryException MemoryHigh() => new(RegistryError.Overloaded,
        "This node's memory is at its high-water mark: it takes nothing new, and what is registered goes on; retry later, or at another node "
        + "(limits.memory-high-water).")
    {
        Limit = "limits.memory-high-water",
    };

    /// <summary>What a write that was not made means to the caller.</summary>
    public static RegistryException Of(RecordKey key, MapWriteResult result) => result.Outcome switch
    {
        MapWriteOutcome.StaleEpoch or MapWriteOutcome.EpochEnded => StaleEpoch(key),
        MapWriteOutcome.NotFound => NotFound(key),
        MapWriteOutcome.Superseded => Contended(key),
        MapWriteOutcome.NotReady => NotReady(result.Reason ?? "This node does not hold the whole registry yet."),
        _ => throw new UnreachableException($"{result.Outcome} is no refusal."),
    };
}
