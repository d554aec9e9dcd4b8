namespace Akka.Registry.Cli.Http;

/// <summary>What each problem means for the one who typed the command: the exit code, and the way out.</summary>
internal static class ProblemGuide
{
    /// <summary>The exit code.</summary>
    public static ExitCode CodeOf(ApiProblem problem) => problem.Name switch
    {
        "not-found" or "unknown-lease" or "no-such-path" => ExitCode.NotFound,
        "internal" => ExitCode.Defect,
        "limit-reached" => ExitCode.Refused,
        _ when problem.Status == 404 => ExitCode.NotFound,
        _ when problem.Retryable || problem.Status is 502 or 503 or 504 => ExitCode.NotNow,
        _ when problem.Status >= 500 => ExitCode.Defect,
        _ => ExitCode.Refused,
    };

    /// <summary>What to do about it; null where the detail says it all.</summary>
    public static string? WayOutOf(ApiProblem problem) => problem.Name switch
    {
        "invalid" => "Correct what is named; --help shows the notation.",
        "malformed-json" => "The node takes no such request: its version may differ from this program's (akreg doctor).",
        "cross-origin" => "Ask the node itself, not through a web page's proxy.",
        "not-found" => "akreg services lists the services, akreg instances SERVICE the instances.",
        "unknown-lease" => "Register it again: akreg register.",
        "no-such-path" => "The node does not know this call: look at --url, and at the versions (akreg doctor).",
        "stale-epoch" => "Register with a newer --epoch, or with none; a call with the old one never succeeds.",
        "too-large" => "Send less metadata, or raise akka.registry.http.body-bytes-max on the nodes.",
        "limit-reached" => "Remove something, or raise the limit that is named, in akka.registry.limits on the nodes.",
        "internal" => $"A defect of the node: its log has the trace {problem.Trace ?? "of the request"}.",
        "not-ready" => "akreg nodes says how far the node is. Try later, or name further nodes: --url first,second.",
        "busy" => "Try again; the call may be made twice.",
        "owner-unreachable" => "Try again once the cluster has seen its loss; akreg doctor shows it.",
        _ when problem.Status is 401 or 403 => "Give a token that has the right: --token, --token-file or AKREG_TOKEN.",
        _ when problem.Retryable => "Try again later, or at another node: --url.",
        _ => null,
    };
}
