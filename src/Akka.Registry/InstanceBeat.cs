using Akka.Registry.DistributedData;

namespace Akka.Registry;

/// <summary>One heartbeat of many.</summary>
/// <param name="Key">The instance.</param>
/// <param name="Epoch">Its epoch; null when the caller knows none.</param>
public readonly record struct InstanceBeat(RecordKey Key, ulong? Epoch);

/// <summary>A heartbeat of many that did not count.</summary>
/// <param name="Place">Its place among them, from 0.</param>
/// <param name="Refusal">
/// What the heartbeat alone would have thrown: a <see cref="RegistryException"/>, or a <see cref="TimeoutException"/> when this node is too
/// busy; then it may have counted.
/// </param>
public sealed record RefusedBeat(int Place, Exception Refusal);
