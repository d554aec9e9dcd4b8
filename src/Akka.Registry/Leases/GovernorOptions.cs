using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Leases;

/// <summary>
/// The mass-failure governor: when too many leases fall silent at once, the likelier cause is this node's own network,
/// so it holds them, marked unverified and returned last, until they beat, until the loss is confirmed, or until <see
/// cref="MaxHold"/>.
/// </summary>
public sealed record GovernorOptions
{
    /// <summary>
    /// Share of a service's leases at this node (or of all its leases) that may fall within <see cref="Window"/>; 0 to
    /// 1, default 0.15, unitless. More is held. Lower holds sooner, and keeps dead entries in sight when a deployment
    /// really goes; 1 switches it off.
    /// </summary>
    [Range(0.0, 1.0)]
    public double Share { get; init; } = 0.15;

    /// <summary>
    /// Fewer lost leases of a service than this within the window are never held; 1 to 1,000,000, default 5.
    /// </summary>
    [Range(1, 1_000_000)]
    public int EntriesMin { get; init; } = 5;

    /// <summary>
    /// Losses that lie within this time count together; 1 s to 1 hour, default 30 s. Longer sees slower waves, and
    /// holds a rolling restart that is not announced.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After this a held lease falls, whatever the share; 1 s to 1 day, default 10 minutes. A protection that does not
    /// end keeps the dead.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxHold { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How the loss of what is held is confirmed.</summary>
    public ConfirmationOptions Confirmation { get; init; } = new();

    /// <summary>All of them in production; a test takes one away to see that its absence is noticed. Not a setting.</summary>
    internal GovernorRules Rules { get; init; } = GovernorRules.All;
}
