using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Akka.Registry.Server.Metrics;

/// <summary>Which traces are sent: what the caller traces, a share of what begins here, and none of what only repeats itself.</summary>
/// <remarks>
/// Heartbeats at any door, scrapes and probes are never traced, whatever their callers say; nor are event streams, which last for hours and
/// are no request.
/// </remarks>
/// <param name="ratio">The share of traces that begin here; 0 to 1.</param>
internal sealed class RequestSampler(double ratio) : Sampler
{
    private const string PathTag = "url.path";
    private const string MethodTag = "http.request.method";

    private readonly ParentBasedSampler _others = new(new TraceIdRatioBasedSampler(ratio));

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        if (samplingParameters.Kind != ActivityKind.Server || samplingParameters.Tags is null)
            return _others.ShouldSample(samplingParameters);
        string? path = null, method = null;
        foreach (var (name, value) in samplingParameters.Tags)
        {
            if (name == PathTag)
                path = value as string;
            else if (name == MethodTag)
                method = value as string;
        }

        return path is not null && Repeats(method, path) ? new SamplingResult(SamplingDecision.Drop) : _others.ShouldSample(samplingParameters);
    }

    /// <summary>Whether such a request says what was said before: a heartbeat, a scrape, a probe; or is a stream.</summary>
    internal static bool Repeats(string? method, string path)
    {
        if (path is "/healthz" or "/readyz" or "/metrics" or "/api/v1/watch")
            return true;
        if (method != "PUT")
            return false;
        if (path.StartsWith("/api/", StringComparison.Ordinal))
            return path.EndsWith("/heartbeat", StringComparison.Ordinal) || path.Contains("/checks/", StringComparison.Ordinal);
        if (path.StartsWith("/v1/agent/check/", StringComparison.Ordinal))
            return path.AsSpan("/v1/agent/check/".Length) is ['p' or 'w' or 'f' or 'u', ..];
        if (!path.StartsWith("/eureka/", StringComparison.OrdinalIgnoreCase))
            return false;
        // A renewal: apps/APP/ID, and nothing behind it.
        var at = path.IndexOf("/apps/", StringComparison.OrdinalIgnoreCase);
        return at >= 0 && path.AsSpan(at + "/apps/".Length).TrimEnd('/').Count('/') == 1;
    }
}
