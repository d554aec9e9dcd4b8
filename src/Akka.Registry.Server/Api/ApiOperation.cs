using Akka.Registry.Server.Security;

namespace Akka.Registry.Server.Api;

/// <summary>One operation of the API: how it is reached, what it takes, what it answers. Routes, checks and description come from it.</summary>
internal sealed record ApiOperation
{
    /// <summary>GET (which takes HEAD too), PUT, POST or DELETE.</summary>
    public required string Method { get; init; }

    /// <summary>The route's pattern.</summary>
    public required string Path { get; init; }

    /// <summary>Its name in generated clients; camelCase, unique.</summary>
    public required string Id { get; init; }

    /// <summary>The heading that it stands under.</summary>
    public required string Heading { get; init; }

    /// <summary>One line.</summary>
    public required string Summary { get; init; }

    /// <summary>What the line does not say.</summary>
    public string Description { get; init; } = "";

    /// <summary>The parameters of the query. Any other one is refused.</summary>
    public IReadOnlyList<ApiParameter> Query { get; init; } = [];

    /// <summary>The name of the body's schema; null when it takes none.</summary>
    public string? Body { get; init; }

    /// <summary>Everything that it may answer.</summary>
    public IReadOnlyList<ApiAnswer> Answers { get; init; } = [];

    /// <summary>Whether it answers while the node does not hold the whole registry.</summary>
    public bool ServesAlways { get; init; }

    /// <summary>What its caller needs before it begins, where this node knows tokens.</summary>
    public AccessNeed Needs { get; init; }

    /// <summary>Does it.</summary>
    public required Func<ApiCall, Task> Handler { get; init; }
}

/// <summary>A parameter of the query.</summary>
/// <param name="Name">Its name; one that ends in a dot takes any name that begins so.</param>
/// <param name="Schema">The name of its schema.</param>
/// <param name="Description">What it means; with its default.</param>
/// <param name="Repeats">Whether it may come more than once.</param>
internal sealed record ApiParameter(string Name, string Schema, string Description, bool Repeats = false)
{
    /// <summary>Whether it takes any name that begins with <see cref="Name"/>.</summary>
    public bool IsPrefix { get; } = Name.EndsWith('.');

    /// <summary>Its name as a message shows it.</summary>
    public string Pattern => IsPrefix ? Name + "*" : Name;

    /// <summary>Whether the name is this parameter's.</summary>
    public bool Takes(string name) =>
        IsPrefix ? name.Length > Name.Length && name.StartsWith(Name, StringComparison.Ordinal) : name == Name;
}

/// <summary>One answer of an operation.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Description">When it comes.</param>
/// <param name="Schema">The name of the body's schema; null for none.</param>
/// <param name="ContentType">The body's media type.</param>
internal sealed record ApiAnswer(int Status, string Description, string? Schema = null, string ContentType = Json.JsonAnswer.ContentType)
{
    /// <summary>A problem.</summary>
    public static ApiAnswer OfProblem(int status, string description) =>
        new(status, description, "Problem", Problems.Problem.ContentType);
}
