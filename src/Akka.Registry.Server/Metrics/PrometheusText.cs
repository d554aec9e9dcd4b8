using System.Text;
using Microsoft.Net.Http.Headers;

namespace Akka.Registry.Server.Metrics;

/// <summary>How metrics are written.</summary>
internal enum MetricsFormat
{
    /// <summary>Prometheus' text format, 0.0.4.</summary>
    Prometheus,

    /// <summary>OpenMetrics 1.0: a counter's family goes without <c>_total</c>, and the end is marked.</summary>
    OpenMetrics,
}

/// <summary>Names and escapes of Prometheus' text format, from OpenTelemetry's names and units.</summary>
/// <seealso href="https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/">OpenTelemetry: compatibility</seealso>
/// <seealso href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus: exposition formats</seealso>
/// <seealso href="https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md">OpenMetrics 1.0</seealso>
internal static class PrometheusText
{
    /// <summary>The media type of Prometheus' text format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The media type of OpenMetrics.</summary>
    public const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string OpenMetricsType = "application/openmetrics-text";

    /// <summary>What a scraper is answered with: OpenMetrics when it asks for it at least as much as for the text format.</summary>
    /// <param name="accept">The Accept headers; empty for none.</param>
    public static MetricsFormat FormatFor(IList<MediaTypeHeaderValue> accept)
    {
        double open = 0, text = 0;
        foreach (var each in accept)
        {
            var quality = each.Quality ?? 1;
            if (each.MediaType.Equals(OpenMetricsType, StringComparison.OrdinalIgnoreCase))
                open = Math.Max(open, quality);
            else if (each.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
                text = Math.Max(text, quality);
        }

        return open > 0 && open >= text ? MetricsFormat.OpenMetrics : MetricsFormat.Prometheus;
    }

    /// <summary>The metric's name: characters replaced, the unit spelled out, <c>_total</c> after a counter.</summary>
    /// <param name="name">The instrument's name, dotted.</param>
    /// <param name="unit">Its unit (UCUM); null for none.</param>
    /// <param name="kind">What it is.</param>
    public static string MetricName(string name, string? unit, MetricKind kind)
    {
        var text = Sanitized(name);
        var suffix = UnitName(unit, kind);
        if (suffix.Length > 0 && !text.EndsWith("_" + suffix, StringComparison.Ordinal))
            text += "_" + suffix;
        if (kind == MetricKind.Counter && !text.EndsWith("_total", StringComparison.Ordinal))
            text += "_total";
        return text;
    }

    /// <summary>The name with every other character replaced, and no two underscores in a row.</summary>
    public static string Sanitized(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            var kept = char.IsAsciiLetterOrDigit(c) || c == ':' ? c : '_';
            if (text.Length == 0 && char.IsAsciiDigit(kept))
                text.Append('_');
            if (kept != '_' || text.Length == 0 || text[^1] != '_')
                text.Append(kept);
        }

        return text.ToString();
    }

    /// <summary>Escapes a label's value.</summary>
    public static string EscapedLabel(string value) =>
        EscapedHelp(value).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>Escapes a help text.</summary>
    public static string EscapedHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string UnitName(string? unit, MetricKind kind) => unit switch
    {
        null or "" => "",
        "1" => kind == MetricKind.Gauge ? "ratio" : "",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "min" => "minutes",
        "h" => "hours",
        "d" => "days",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "By/s" => "bytes_per_second",
        "%" => "percent",
        _ when unit[0] == '{' => "", // An annotation, not a unit.
        _ => Sanitized(unit),
    };
}
