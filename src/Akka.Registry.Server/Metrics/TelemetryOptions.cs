using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Server.Metrics;

/// <summary>Where the node's metrics go besides <c>/metrics</c>, which is always there, and its traces.</summary>
public sealed record TelemetryOptions : IValidatableObject
{
    /// <summary>
    /// The OpenTelemetry collector that metrics and traces are sent to, as <c>http://collector:4318</c>; null (the default) for none.
    /// </summary>
    /// <remarks>
    /// OTLP by HTTP with protobuf; <c>/v1/metrics</c> and <c>/v1/traces</c> are added to the address. A collector that cannot be reached
    /// costs the measurements of that interval, and the traces beyond 2,048 that wait, and nothing else.
    /// </remarks>
    [StringLength(1_024, MinimumLength = 1)]
    public string? OtlpEndpoint { get; init; }

    /// <summary>How often metrics are sent; 1 s to 1 h, default 30 s. Shorter: finer curves; longer: less traffic.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan OtlpInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The share of traces that begin at this node and are sent, 0 to 1; default 0.1. 0 switches traces off.</summary>
    /// <remarks>
    /// A call that its caller traces is always traced on, through every node that it passes, and one that its caller has decided not to
    /// trace never. Heartbeats, scrapes, probes and event streams are not traced at all. More shows more of what is rare; less costs less.
    /// </remarks>
    [Range(0.0, 1.0)]
    public double OtlpTracesRatio { get; init; } = 0.1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (OtlpEndpoint is { } text && (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
            yield return new ValidationResult($"'{text}' is no collector's address: http://collector:4318 is.", [nameof(OtlpEndpoint)]);
    }
}
