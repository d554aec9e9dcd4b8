using System.Text.Json;

namespace Akka.Registry.Cli.Http;

/// <summary>What is wrong with one field, as the registry says.</summary>
internal sealed record ProblemField(string Field, string Detail);

/// <summary>A problem document (RFC 9457) that a node answered with.</summary>
internal sealed record ApiProblem
{
    /// <summary>The type's name: the last segment of <c>type</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The same for every occurrence of the type.</summary>
    public required string Title { get; init; }

    /// <summary>Of this occurrence; null when the node gave none.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether the same request may succeed later, or at another node.</summary>
    public bool Retryable { get; init; }

    /// <summary>The fields that are wrong.</summary>
    public IReadOnlyList<ProblemField> Fields { get; init; } = [];

    /// <summary>What the node's log calls the request; null for none.</summary>
    public string? Trace { get; init; }

    /// <summary>The document, for who wants it as JSON.</summary>
    public JsonElement? Document { get; init; }

    /// <summary>Reads a document; what is missing or of another type is left out, never thrown on: it comes from outside.</summary>
    public static ApiProblem Of(int status, JsonElement document)
    {
        var type = TextOf(document, "type") ?? "";
        return new ApiProblem
        {
            Name = type[(type.LastIndexOf('/') + 1)..],
            Status = status,
            Title = TextOf(document, "title") ?? $"The node answered with HTTP status {status}.",
            Detail = TextOf(document, "detail"),
            Retryable = document.TryGetProperty("retryable", out var retryable) && retryable.ValueKind == JsonValueKind.True,
            Fields = FieldsOf(document),
            Trace = TextOf(document, "trace"),
            Document = document,
        };
    }

    /// <summary>A status without a document: from a proxy, or from no registry at all.</summary>
    public static ApiProblem OfStatus(int status, string? reason) => new()
    {
        Name = "",
        Status = status,
        Title = $"HTTP status {status}{(string.IsNullOrEmpty(reason) ? "" : " " + reason)}, without a problem document.",
        Retryable = status is 408 or 429 or >= 500,
    };

    private static string? TextOf(JsonElement document, string name) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static List<ProblemField> FieldsOf(JsonElement document)
    {
        var fields = new List<ProblemField>();
        if (!document.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array)
            return fields;
        foreach (var error in errors.EnumerateArray())
        {
            if (TextOf(error, "field") is { } field)
                fields.Add(new ProblemField(field, TextOf(error, "detail") ?? ""));
        }

        return fields;
    }
}
