using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Suspicion;

/// <summary>
/// When the failure reports of clients make an instance suspect: chosen last, and tried by its owner. Reports alone never remove an
/// instance, and never make it critical.
/// </summary>
/// <remarks>
/// <para>An instance is suspect once k different clients have reported within <see cref="Window"/> that calls to it fail, with
/// <c>k = min(reporters-max, max(reporters, share × n))</c>, rounded up. n is how many subscriptions to the service stand at
/// the nodes whose clients have reported: those who could have called it, as far as the owner has been told. Where clients call
/// without following the service, n is too small and <see cref="Reporters"/> alone counts.</para>
/// <para>A client is one process, whatever its sessions and nodes; over HTTP it is one address.</para>
/// </remarks>
public sealed record SuspicionOptions : IValidatableObject
{
    /// <summary>
    /// The fewest clients that make an instance suspect; 0 to 1,000, default 3. 0: no report ever does. Fewer find it sooner where
    /// few clients call; more bear clients whose own network is at fault.
    /// </summary>
    [Range(0, 1_000)]
    public int Reporters { get; init; } = 3;

    /// <summary>
    /// The share of those who follow the service that must report it, where that is more than <see cref="Reporters"/>; 0 to 1, default
    /// 0.05. More bears a part of the clients being cut off from a part of the instances.
    /// </summary>
    [Range(0.0, 1.0)]
    public double Share { get; init; } = 0.05;

    /// <summary>
    /// As many reporters are enough, whatever the share; 1 to 10,000, default 20, at least <see cref="Reporters"/>.
    /// </summary>
    [Range(1, 10_000)]
    public int ReportersMax { get; init; } = 20;

    /// <summary>How long a report counts, once for each client; 1 s to 1 h, default 10 s. Longer adds up rarer failures.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an instance is suspect at least; 0 to 1 h, default 10 s. Doubles each time that it becomes suspect again, up to
    /// <see cref="HoldMax"/>, and is forgotten after as long without suspicion. Longer damps more; shorter gives calls back sooner.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan HoldMin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest <see cref="HoldMin"/> by doubling; also how long an instance stays suspect that beats, is not reported any more, and
    /// whose host leaves tries unanswered, as behind a firewall; 1 s to 1 day, default 5 min, at least <see cref="HoldMin"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan HoldMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// From one try of a suspect's port by its owner to the next; 250 ms to 1 h, default 2 s. A try is a TCP connect, bounded by
    /// leases.governor.confirmation.timeout and .concurrent. Shorter clears sooner, and costs connections.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.250", "01:00:00")]
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Instances whose reports one node counts at once; 1 to 1,000,000, default 10,000. Reports of more are dropped and counted.
    /// </summary>
    [Range(1, 1_000_000)]
    public int CasesMax { get; init; } = 10_000;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ReportersMax < Reporters)
            yield return new ValidationResult("The most reporters that are asked for are below the fewest.", [nameof(ReportersMax)]);
        if (HoldMax < HoldMin)
            yield return new ValidationResult("The longest hold is below the shortest.", [nameof(HoldMax)]);
    }

    /// <summary>How many different clients make an instance suspect; never for 0.</summary>
    /// <param name="followers">Subscriptions to the service that are known of; at least 0.</param>
    public int ReportersNeeded(int followers) =>
        Math.Min(ReportersMax, Math.Max(Reporters, (int)Math.Min(int.MaxValue, Math.Ceiling(Share * followers))));
}
