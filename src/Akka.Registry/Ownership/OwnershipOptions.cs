using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Ownership;

/// <summary>
/// Who judges an entry's lease: forwarding of beats to its owner, and the hand-over of a node that leaves.
/// </summary>
public sealed record OwnershipOptions
{
    /// <summary>
    /// How long beats for another node are collected into one frame; 1 ms to 1 s, default 5 ms. Longer: fewer frames;
    /// shorter: quicker answers.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:01")]
    public TimeSpan ForwardInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Beats in one frame at most; 1 to 4,096, default 512. As many leases go into one frame of a hand-over.
    /// </summary>
    [Range(1, 4_096)]
    public int ForwardBatch { get; init; } = 512;

    /// <summary>
    /// How long an owner may take to answer; 100 ms to 1 min, default 5 s. After it the caller is told that the owner
    /// is unreachable.
    /// </summary>
    /// <remarks>
    /// A call that waits when its owner is called down is decided anew, and adopts the lease. Longer than a loss takes
    /// to be found, so that a node's death costs its instances a late answer and no failed beat.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ForwardTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a successor may take to adopt one batch before the leases are offered again; 100 ms to 1 min, default 2
    /// s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan HandOverTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long an entry stays in sight as it is that another node evicted, or calls silent, while this one hears the owner; 0 to 1 min,
    /// default 3 s.
    /// </summary>
    /// <remarks>
    /// After a long cut each side has evicted what beats on the other; the owner writes again what lives as soon as the sides meet.
    /// Longer than that takes: shorter shows living instances as gone for a moment, longer shows a few dead ones for as long.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan EvictionGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long the entries of a lost node that need no beats wait before another node adopts them, and goes on with their checks; 0 to
    /// 1 hour, default 5 s.
    /// </summary>
    /// <remarks>
    /// They are unverified meanwhile. Longer spares writes when a node is soon back; shorter has their checks run again sooner.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan AdoptionGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Entries treated in one turn when a node is lost or leaves, or a state is loaded; 16 to 1,000,000, default 4,096.
    /// More: sooner done; fewer: calls wait less.
    /// </summary>
    [Range(16, 1_000_000)]
    public int EntriesPerTurn { get; init; } = 4_096;

    /// <summary>All of them in production; a test takes one away to see that its absence is noticed. Not a setting.</summary>
    internal OwnershipRules Rules { get; init; } = OwnershipRules.All;
}
