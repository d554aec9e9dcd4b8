using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Client.Routing;

/// <summary>
/// When a router stops calling an instance that the registry shows as serving, by what its own calls say. Passive: nothing is probed.
/// </summary>
/// <remarks>
/// The rules are those of Envoy's outlier detection: consecutive failures, and a success rate far below the others'. What is ejected is
/// called again by itself after a time that grows with each ejection. The registry is not told; see <see cref="IFailureReports"/>.
/// </remarks>
/// <seealso href="https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier">Envoy: outlier detection</seealso>
public sealed record OutlierOptions
{
    /// <summary>
    /// Failures in a row after which an instance is ejected; 0 to 1,000, default 5. 0: never for that. Fewer fails over sooner;
    /// more forgives a burst of errors that have nothing to do with the instance.
    /// </summary>
    [Range(0, 1_000)]
    public int ConsecutiveFailures { get; init; } = 5;

    /// <summary>How often success rates are compared, over the calls since the last time; 100 ms to 10 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// An instance is ejected whose success rate is below the mean minus this many standard deviations; 0 to 10, unitless, default 1.9.
    /// 0: never for that.
    /// </summary>
    /// <remarks>Of n instances one can be at most sqrt(n - 1) deviations below the mean: with fewer than 5 the default finds none.</remarks>
    [Range(0d, 10d)]
    public double SuccessRateDeviations { get; init; } = 1.9;

    /// <summary>Instances with enough calls that a comparison needs; 2 to 10,000, default 5.</summary>
    [Range(2, 10_000)]
    public int SuccessRateInstancesMin { get; init; } = 5;

    /// <summary>Calls in an interval that an instance needs to be compared; 1 to 1,000,000, default 100.</summary>
    [Range(1, 1_000_000)]
    public int SuccessRateCallsMin { get; init; } = 100;

    /// <summary>
    /// How long the first ejection lasts, and by how much each further one lasts longer; 100 ms to 1 h, default 30 s. An interval without
    /// a new ejection takes one step off again.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan EjectionTimeBase { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest ejection; 100 ms to 1 day, default 5 min, at least <see cref="EjectionTimeBase"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan EjectionTimeMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The share of a service's serving instances that may be ejected at once; 0 to 1, default 0.1. 0: none ever. Above 0 one may be where
    /// there are two or more, however small its share; the last one is never ejected.
    /// </summary>
    /// <remarks>
    /// When many fail at once the fault is rarely theirs: a network, a dependency, a bad request. More would leave the rest with the load.
    /// </remarks>
    [Range(0d, 1d)]
    public double EjectedShareMax { get; init; } = 0.1;

    /// <summary>How many of so many may be ejected at once.</summary>
    internal int EjectedMax(int instances)
    {
        if (instances < 2 || EjectedShareMax <= 0)
            return 0;
        return Math.Min(instances - 1, Math.Max(1, (int)(instances * EjectedShareMax)));
    }
}
