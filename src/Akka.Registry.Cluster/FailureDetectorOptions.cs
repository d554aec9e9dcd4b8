using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Cluster;

/// <summary>Sets of timings for one kind of network, as HashiCorp's memberlist has them.</summary>
public enum FailureDetectorPreset
{
    /// <summary>All nodes on one machine: short timeouts, one indirect probe.</summary>
    Local,

    /// <summary>One data centre.</summary>
    Lan,

    /// <summary>Nodes far apart: long timeouts, more patience.</summary>
    Wan,
}

/// <summary>How SWIM looks for failures. Section <c>akka.registry.cluster.failure-detector</c>.</summary>
/// <remarks>
/// Every value but the preset may be left out (null, the default): then it is the preset's, named in its documentation
/// as local / lan / wan.
/// </remarks>
public sealed record FailureDetectorOptions : IValidatableObject
{
    /// <summary>
    /// Where all values come from that are not set here; default <see cref="FailureDetectorPreset.Lan"/>.
    /// </summary>
    public FailureDetectorPreset Preset { get; init; } = FailureDetectorPreset.Lan;

    /// <summary>
    /// Time from one probe to the next; 10 ms to 1 min; preset 1 s / 1 s / 5 s. Multiplied by the local health when
    /// this node is ailing.
    /// </summary>
    /// <remarks>
    /// Shorter finds failures sooner and costs two messages a probe. Suspicion timeouts grow with it.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan? ProbeInterval { get; init; }

    /// <summary>
    /// How long a direct probe may take before others are asked; 1 ms to 30 s, less than the probe interval; preset 200
    /// ms / 500 ms / 3 s.
    /// </summary>
    /// <remarks>
    /// Set it to the 99th percentile of the round trip. Shorter asks others needlessly, longer leaves them less time to
    /// answer.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30")]
    public TimeSpan? AckTimeout { get; init; }

    /// <summary>
    /// Members that are asked to probe one that did not answer (SWIM's k); 0 to 32; preset 1 / 3 / 3.
    /// </summary>
    /// <remarks>
    /// More make a false suspicion over a bad path less likely and cost messages on each failed probe.
    /// </remarks>
    [Range(0, 32)]
    public int? IndirectProbes { get; init; }

    /// <summary>
    /// Probe intervals that a suspect has to refute, per factor of ten in cluster size; 1 to 100; preset 3 / 4 / 6.
    /// </summary>
    /// <remarks>More forgives longer pauses and takes longer to declare a dead node dead.</remarks>
    [Range(1, 100)]
    public int? SuspicionMultiplier { get; init; }

    /// <summary>
    /// By how much longer a suspicion lasts that nobody else confirms (Lifeguard); 1 to 100; preset 6 / 6 / 6.
    /// </summary>
    [Range(1, 100)]
    public int? SuspicionMaxMultiplier { get; init; }

    /// <summary>
    /// As the suspicion multiplier, for a member whose connection broke, refuses to be made again, and whom nobody else
    /// reaches; 1 to 100; preset 1 / 2 / 3.
    /// </summary>
    /// <remarks>A killed process is such a one. Never longer than the ordinary suspicion.</remarks>
    [Range(1, 100)]
    public int? BrokenLinkMultiplier { get; init; }

    /// <summary>
    /// Times that a rumour is passed on by each node, per factor of ten in cluster size; 1 to 100; preset 2 / 4 / 4.
    /// </summary>
    /// <remarks>More survives more loss and costs bytes.</remarks>
    [Range(1, 100)]
    public int? RetransmitMultiplier { get; init; }

    /// <summary>
    /// Time from one round of rumours to the next, while there are any; 1 ms to 1 min; preset 100 ms / 200 ms / 500 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan? GossipInterval { get; init; }

    /// <summary>Members that each round of rumours goes to; 1 to 32; preset 3 / 3 / 4.</summary>
    [Range(1, 32)]
    public int? GossipFanout { get; init; }

    /// <summary>
    /// Bytes of rumours in one message; 512 to 65,536; preset 1,400 each, what an Ethernet frame holds.
    /// </summary>
    [Range(512, 65_536)]
    public int? RumourBytesMax { get; init; }

    /// <summary>
    /// Time from one exchange of the whole member table with a random member to the next; 100 ms to 1 h; preset 15 s /
    /// 30 s / 60 s.
    /// </summary>
    /// <remarks>
    /// Longer in clusters of more than 32 members. It repairs what rumours missed; the cost is the table in both
    /// directions.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan? SyncInterval { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var settings = Membership.SwimSettings.Of(this);
        if (settings.AckTimeout >= settings.ProbeInterval)
        {
            yield return new ValidationResult(
                $"ack-timeout ({settings.AckTimeout}) has to be less than probe-interval ({settings.ProbeInterval}): "
                + "a probe is over when the next begins.",
                [nameof(AckTimeout), nameof(ProbeInterval)]);
        }
    }
}
