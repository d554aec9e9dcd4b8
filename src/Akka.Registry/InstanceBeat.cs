using Akka.Registry.DistributedData;
using Akka.Registry.Leases;

namespace Akka.Registry;

/// <summary>One heartbeat of many.</summary>
/// <param name="Key">The instance.</param>
/// <param name="Epoch">Its epoch; null when the caller knows none.</param>
public readonly record struct InstanceBeat(RecordKey Key, ulong? Epoch)
{
    /// <summary>Its lease at this node, where a beat of it has nothing to write; default elsewhere.</summary>
    internal LeaseId Lease { get; init; }
}

/// <summary>A heartbeat of many that did not count.</summary>
/// <param name="Place">Its place among them, from 0.</param>
/// <param name="Refusal">
/// What the heartbeat alone would have thrown: a <see cref="RegistryException"/>, or a <see cref="TimeoutException"/> when this node is too
/// busy; then it may have counted.
/// </param>
public sealed record RefusedBeat(int Place, Exception Refusal);
