namespace Akka.Registry.Server.Problems;

/// <summary>Ends a request with a problem. Thrown by what reads requests, caught by <see cref="ProblemMiddleware"/> alone.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    /// <summary>The answer.</summary>
    public Problem Problem { get; } = problem;
}
