using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Server.Metrics;

/// <summary>Where the node's metrics go besides <c>/metrics</c>, which is always there.</summary>
public sealed record TelemetryOptions : IValidatableObject
{
    /// <summary>The OpenTelemetry collector that metrics are sent to, as <c>http://collector:4318</c>; null (the default) for none.</summary>
    /// <remarks>
    /// OTLP by HTTP with protobuf; <c>/v1/metrics</c> is added to the address. A collector that cannot be reached costs the measurements of
    /// that interval and nothing else.
    /// </remarks>
    [StringLength(1_024, MinimumLength = 1)]
    public string? OtlpEndpoint { get; init; }

    /// <summary>How often metrics are sent; 1 s to 1 h, default 30 s. Shorter: finer curves; longer: less traffic.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan OtlpInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (OtlpEndpoint is { } text && (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
            yield return new ValidationResult($"'{text}' is no collector's address: http://collector:4318 is.", [nameof(OtlpEndpoint)]);
    }
}
