using System.Text.Json;

namespace Akka.Registry.Server.Problems;

/// <summary>One thing that is wrong with one field or parameter.</summary>
/// <param name="Field">As the caller names it: <c>port</c>, <c>metadata.region</c>, <c>tags[3]</c>.</param>
/// <param name="Detail">A whole sentence.</param>
internal readonly record struct FieldError(string Field, string Detail);

/// <summary>One occurrence of a problem (RFC 9457).</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Detail">A whole sentence about this occurrence.</param>
internal sealed record Problem(ProblemType Type, string Detail)
{
    /// <summary>The media type of problems.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>The fields that are wrong; empty when none is.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>Where reading a malformed body stopped, from 1; null elsewhere.</summary>
    public (long Line, long Column)? Position { get; init; }

    /// <summary>The limit that was passed, in bytes; null elsewhere.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>The setting of the limit that is reached, as <c>limits.entries</c>; null elsewhere.</summary>
    public string? Limit { get; init; }

    /// <summary>What the log calls the request, for a defect; null elsewhere.</summary>
    public string? Trace { get; init; }

    /// <summary>After how many seconds a retry may help; null when it does not, or nobody knows.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>A problem with one field.</summary>
    public static Problem OfField(string field, string detail) =>
        new(ProblemTable.Invalid, detail) { Errors = [new FieldError(field, detail)] };

    /// <summary>A problem with several fields.</summary>
    /// <param name="errors">At least one.</param>
    public static Problem OfFields(IReadOnlyList<FieldError> errors)
    {
        var detail = errors.Count == 1
            ? errors[0].Detail
            : $"{errors.Count} fields are not valid: {string.Join(", ", errors.Select(error => error.Field).Distinct())}.";
        return new Problem(ProblemTable.Invalid, detail) { Errors = errors };
    }

    /// <summary>The problem that a refusal of the registry becomes.</summary>
    public static Problem Of(RegistryException refusal)
    {
        var type = ProblemTable.Of(refusal);
        return new Problem(type, refusal.Message)
        {
            Limit = refusal.Limit,
            Errors = refusal.Field is { } field ? [new FieldError(field, refusal.Message)] : [],
            RetryAfterSeconds = type.Retryable ? 1 : null,
        };
    }

    /// <summary>A limit is reached; a retry may help in a moment.</summary>
    /// <param name="setting">The limit's setting.</param>
    /// <param name="detail">What is there and the way out, the setting named.</param>
    public static Problem OfLimit(string setting, string detail) => new(ProblemTable.LimitReached, detail) { Limit = setting, RetryAfterSeconds = 1 };

    /// <summary>The node does not serve yet, or no longer.</summary>
    public static Problem NotReady(string? reason) =>
        new(ProblemTable.NotReady, reason ?? "This node does not hold the whole registry.") { RetryAfterSeconds = 1 };

    /// <summary>Writes the members.</summary>
    public void Write(Utf8JsonWriter json, string path)
    {
        json.WriteString("type"u8, Type.Uri);
        json.WriteString("title"u8, Type.Title);
        json.WriteNumber("status"u8, Type.Status);
        json.WriteString("detail"u8, Detail);
        json.WriteString("instance"u8, path);
        json.WriteBoolean("retryable"u8, Type.Retryable);
        if (Errors.Count > 0)
            WriteErrors(json);
        if (Position is { } position)
        {
            json.WriteNumber("line"u8, position.Line);
            json.WriteNumber("column"u8, position.Column);
        }

        if (LimitBytes is { } limitBytes)
            json.WriteNumber("limitBytes"u8, limitBytes);
        if (Limit is { } limit)
            json.WriteString("limit"u8, limit);
        if (Trace is { } trace)
            json.WriteString("trace"u8, trace);
    }

    private void WriteErrors(Utf8JsonWriter json)
    {
        json.WriteString("field"u8, Errors[0].Field);
        json.WriteStartArray("errors"u8);
        foreach (var error in Errors)
        {
            json.WriteStartObject();
            json.WriteString("field"u8, error.Field);
            json.WriteString("detail"u8, error.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
