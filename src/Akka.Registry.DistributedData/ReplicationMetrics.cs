using System.Diagnostics.Metrics;

namespace Akka.Registry.DistributedData;

/// <summary>Instruments of replication, on the meter <c>Akka.Registry.Replication</c>: of all maps of the process. Any thread.</summary>
internal static class ReplicationMetrics
{
    private static readonly Meter Meter = new("Akka.Registry.Replication");

    private static readonly Histogram<double> Delay = Meter.CreateHistogram<double>(
        "akka_registry.replication.delay", "s", "From a write at this node until a member has confirmed that it holds it.");

    /// <summary>A peer has confirmed writes, the oldest of which is so old.</summary>
    public static void Confirmed(TimeSpan delay) => Delay.Record(delay.TotalSeconds);
}
