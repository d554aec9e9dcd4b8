using Akka.Registry.DistributedData;

namespace Akka.Registry.Suspicion;

/// <summary>A client's word that its calls to an instance fail.</summary>
/// <param name="Key">The instance.</param>
/// <param name="Epoch">Its epoch; null for whichever stands.</param>
internal readonly record struct FailureReport(RecordKey Key, ulong? Epoch);

/// <summary>A report as it reaches the owner.</summary>
/// <param name="Reporter">Who: the same number for the same client at every node.</param>
/// <param name="Via">The node that the client speaks with.</param>
/// <param name="Followers">Subscriptions to the service at that node.</param>
internal readonly record struct ReportSource(ulong Reporter, Cluster.NodeUid Via, int Followers);

/// <summary>What the owner finds of an instance, to be written into its record.</summary>
/// <param name="Entry">The entry as it stands.</param>
/// <param name="IsSuspect">Whether it is suspect from now on.</param>
/// <param name="IsAgain">Whether another write came between, and this says again what was said.</param>
/// <param name="Reporters">Clients that reported it; 0 when it is cleared.</param>
/// <param name="Followers">Those who could have; 0 when it is cleared.</param>
/// <param name="Lasted">How long it has been suspect.</param>
internal readonly record struct SuspicionVerdict(
    ServiceEntry Entry, bool IsSuspect, bool IsAgain, int Reporters, int Followers, TimeSpan Lasted);

/// <summary>What the machine may look at.</summary>
internal interface ISuspicionSource
{
    /// <summary>The entry as it is shown; null for none, or for one that another node owns.</summary>
    ServiceEntry? FindOwned(RecordKey key);

    /// <summary>When its instance last beat; null when no lease of it runs here.</summary>
    Actors.Instant? LastBeat(ServiceEntry entry);
}
