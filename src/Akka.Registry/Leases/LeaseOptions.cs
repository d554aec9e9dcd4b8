using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Leases;

/// <summary>
/// How long silence is borne, and how exactly it is measured. A client that beats every third of its TTL may lose two
/// beats.
/// </summary>
public sealed record LeaseOptions
{
    /// <summary>
    /// TTL of a registration that names none: silence beyond it makes the entry critical. 1 s to 1 day, default 30 s.
    /// Shorter finds losses sooner and costs more beats; below three round trips of a beat it condemns the living. See
    /// <see cref="TtlMin"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The shortest TTL that a registration may ask for; 100 ms to 1 hour, default 1 s. At most <see cref="Ttl"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan TtlMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest TTL that a registration may ask for; 1 s to 30 days, default 1 day. At least <see cref="Ttl"/>. A
    /// long one hides a loss for as long.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan TtlMax { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// The longest deregister-after that a registration may ask for, beyond the TTL; 0 to 365 days, default 7 days.
    /// Registrations that name none have one TTL.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan DeregisterAfterMax { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How late a missed TTL may be noticed at most; 40 ms to 1 minute, default 1 s. The scheduler sweeps four times as
    /// often, so that the bound holds under load; a sweep costs what has come due, not what there is. When two sweeps
    /// lie further apart than twice their interval and a second, the process was asleep, and every lease first gets the
    /// lost time, at most its TTL, to beat again.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.040", "00:01:00")]
    public TimeSpan EvictionInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the entries of a lost node are kept for adoption at least: the grace is one TTL of the entry or this,
    /// whichever is longer. 1 s to 1 hour, default 15 s. Longer spares registrations when a node is slow to return;
    /// shorter removes the dead sooner.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan OrphanGraceMin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a client session that ended without goodbye may take to come back before its entries are critical; 0 to
    /// 1 minute, default 1 s. Longer rides out reconnects; shorter takes a killed process out of the routees sooner.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DisconnectGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>When this node doubts itself rather than those that fell silent.</summary>
    public GovernorOptions Governor { get; init; } = new();
}
