using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Akka.Registry.Checks;

namespace Akka.Registry.Server.Json;

/// <summary>Checks as the API writes them.</summary>
internal static class CheckJson
{
    /// <summary>Writes the checks of an entry into the object that is open; nothing for an entry without.</summary>
    /// <remarks>Of the definition only names are told: a check's headers and URL may hold secrets.</remarks>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<CheckState> checks)
    {
        if (checks.Count == 0)
            return;
        json.WriteStartArray("checks"u8);
        for (var i = 0; i < checks.Count; i++)
            Write(json, checks[i]);
        json.WriteEndArray();
    }

    /// <summary>The kind's name.</summary>
    public static string KindOf(CheckDefinition definition) => definition switch
    {
        CheckDefinition.Ttl => "ttl",
        CheckDefinition.Manual => "manual",
        CheckDefinition.Http => "http",
        CheckDefinition.Tcp => "tcp",
        CheckDefinition.Grpc => "grpc",
        CheckDefinition.Alias => "alias",
        _ => throw new UnreachableException($"No name for {definition.GetType().Name}."),
    };

    private static void Write(Utf8JsonWriter json, CheckState check)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, check.Id);
        json.WriteString("kind"u8, KindOf(check.Definition));
        json.WriteString("name"u8, check.Definition.Name);
        json.WriteString("notes"u8, check.Definition.Notes);
        json.WriteString("status"u8, StatusText.Utf8(check.Status));
        json.WriteString("output"u8, check.Output);
        if (check.Since is { } since)
            json.WriteString("since"u8, since.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        else
            json.WriteNull("since"u8);
        json.WriteEndObject();
    }
}
