using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli;

/// <summary>Ends a command: what went wrong, in a sentence, and the way out. Caught at the edge alone, and printed there.</summary>
internal sealed class CliFailure : Exception
{
    /// <summary>A failure that no registry told of.</summary>
    /// <param name="code">What the process ends with.</param>
    /// <param name="message">A whole sentence.</param>
    /// <param name="wayOut">What to do about it, as a sentence; null when there is nothing to say.</param>
    public CliFailure(ExitCode code, string message, string? wayOut = null)
        : base(message) => (Code, WayOut) = (code, wayOut);

    /// <summary>A refusal of the registry.</summary>
    public CliFailure(ApiProblem problem)
        : base(problem.Detail ?? problem.Title) =>
        (Code, WayOut, Problem) = (ProblemGuide.CodeOf(problem), ProblemGuide.WayOutOf(problem), problem);

    /// <summary>What the process ends with.</summary>
    public ExitCode Code { get; }

    /// <summary>What to do about it.</summary>
    public string? WayOut { get; }

    /// <summary>What the registry said; null when the failure is not the registry's.</summary>
    public ApiProblem? Problem { get; }
}
