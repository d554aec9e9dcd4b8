namespace Akka.Registry.Server.Problems;

/// <summary>A kind of problem (RFC 9457): what a program may switch on.</summary>
/// <param name="Name">The last segment of its <c>type</c>; kebab-case; never changes.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A short sentence, the same for every occurrence.</param>
/// <param name="Retryable">Whether the same request may succeed later, or at another node.</param>
/// <param name="Meaning">What it says of the registry's state, and the way out.</param>
internal sealed record ProblemType(string Name, int Status, string Title, bool Retryable, string Meaning)
{
    /// <summary>The <c>type</c> member: a path of this server that answers with the meaning.</summary>
    public string Uri { get; } = ProblemTable.Path + Name;
}
