using System.Diagnostics.Metrics;
using Akka.Registry.DistributedData.Signing;

namespace Akka.Registry.DistributedData;

/// <summary>Instruments of replication, on the meter <c>Akka.Registry.Replication</c>: of all maps of the process. Any thread.</summary>
internal static class ReplicationMetrics
{
    private static readonly Meter Meter = new("Akka.Registry.Replication");

    private static readonly Histogram<double> Delay = Meter.CreateHistogram<double>(
        "akka_registry.replication.delay", "s", "From a write at this node until a member has confirmed that it holds it.");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "akka_registry.replication.unsigned", "{frame}", "Frames of peers that were dropped for want of a right signature, by reason.");

    /// <summary>A frame was dropped for one of its records.</summary>
    public static void Unsigned(SignatureVerdict verdict) => Refused.Add(1, new KeyValuePair<string, object?>("reason", verdict switch
    {
        SignatureVerdict.Unsigned => "unsigned",
        SignatureVerdict.NoPassport => "no-passport",
        _ => "wrong",
    }));

    /// <summary>A frame was dropped that came under another node's uid.</summary>
    public static void WrongBearer() => Refused.Add(1, new KeyValuePair<string, object?>("reason", "wrong-bearer"));

    /// <summary>A peer has confirmed writes, the oldest of which is so old.</summary>
    public static void Confirmed(TimeSpan delay) => Delay.Record(delay.TotalSeconds);
}
