using System.ComponentModel.DataAnnotations;
using Akka.Registry.Routing;

namespace Akka.Registry.Client.Routing;

/// <summary>How a <see cref="ServiceRouter"/> chooses whom to call.</summary>
public sealed record RoutingOptions : IValidatableObject
{
    /// <summary>
    /// The routing logic where a call names none: <c>round-robin</c> (default), <c>random</c>, <c>weighted-random</c>,
    /// <c>power-of-two-choices</c>, <c>consistent-hashing</c>, or the name of one of the application's own.
    /// </summary>
    /// <remarks>
    /// Round robin spreads evenly when calls cost alike. Power of two choices is better where they do not, or where an instance may be slow: it
    /// sees the calls that wait. Consistent hashing keeps a key at one instance, for its caches. Round robin and random give each the same,
    /// whatever its weight; the others go by it.
    /// </remarks>
    [Required]
    public string Logic { get; init; } = "round-robin";

    /// <summary>The zone that this application stands in, as instances name theirs; default empty: no zone is preferred.</summary>
    [Required(AllowEmptyStrings = true), StringLength(256)]
    public string Zone { get; init; } = "";

    /// <summary>
    /// Healthy instances that the own zone needs to be preferred at all; 1 to 10,000, default 1. More keeps a small zone from being
    /// overrun by callers of its own.
    /// </summary>
    [Range(1, 10_000)]
    public int ZoneInstancesMin { get; init; } = 1;

    /// <summary>
    /// How much more than its part the healthy rest of a zone is trusted with; 1 to 100, unitless, default 1.4.
    /// </summary>
    /// <remarks>
    /// Of the calls min(1, this × healthy / all) stay in the own zone, by the number of its instances; the others go to other zones.
    /// With 1.4 everything stays while 72 % are healthy, and at 50 % three calls of ten leave. All are those that serve or ought to
    /// (passing, warning, critical); healthy those of the best tier that are not ejected. Envoy's over-provisioning factor, 140 %.
    /// </remarks>
    /// <seealso href="https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/overprovisioning">
    /// Envoy: overprovisioning factor</seealso>
    [Range(1d, 100d)]
    public double ZoneOverprovisioning { get; init; } = 1.4;

    /// <summary>
    /// Over how long an instance that is new grows to its share; 0 to 10 min, default 10 s. 0: it has it at once. Longer spares cold
    /// caches and compilers; shorter relieves the others sooner.
    /// </summary>
    /// <remarks>
    /// An instance is new when a view shows it as serving and the view before did not, or when its ejection ends. All of the first view are not.
    /// Consistent hashing and broadcast know no new ones: a key would move twice.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan SlowStartWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How the share grows: (age / window) ^ (1 / this); 0.1 to 10, unitless, default 1: evenly. Above 1 it grows faster at first.
    /// </summary>
    [Range(0.1, 10d)]
    public double SlowStartAggression { get; init; } = 1;

    /// <summary>The least part of its share that a new instance has; 0.01 to 1, default 0.1.</summary>
    [Range(0.01, 1d)]
    public double SlowStartShareMin { get; init; } = 0.1;

    /// <summary>
    /// How much more than its even share of calls under way consistent hashing lets an instance have; 1.01 to 100, unitless, default 1.25.
    /// See <see cref="ConsistentHashingLogic"/>.
    /// </summary>
    [Range(1.01, 100d)]
    public double HashBalance { get; init; } = ConsistentHashingLogic.DefaultBalance;

    /// <summary>
    /// How long a call waits for the first view of a service that nobody asked for before; 0 to 10 min, default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan FirstViewTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Calls of one broadcast that are under way at once; 1 to 10,000, default 64. The others follow as these end.</summary>
    [Range(1, 10_000)]
    public int BroadcastCallsMax { get; init; } = 64;

    /// <summary>When an instance is not called for a while, by what calls say.</summary>
    [Required]
    public OutlierOptions Outliers { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Outliers.EjectionTimeMax < Outliers.EjectionTimeBase)
            yield return new ValidationResult("The longest ejection is shorter than the first.", [nameof(OutlierOptions.EjectionTimeMax)]);
    }
}
