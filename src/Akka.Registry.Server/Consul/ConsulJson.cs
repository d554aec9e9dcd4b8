using System.Text.Json;
using System.Text.Json.Serialization;

namespace Akka.Registry.Server.Consul;

/// <summary>Shapes that many answers share.</summary>
internal static class ConsulJson
{
    /// <summary>Writes a list: empty for none, never null.</summary>
    public static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < texts.Count; i++)
            json.WriteStringValue(texts[i]);
        json.WriteEndArray();
    }

    /// <summary>Writes a map in the order of its keys; null for null.</summary>
    public static void WritePairs(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string>? pairs)
    {
        if (pairs is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach (var (key, text) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteString(key, text);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="TextOf"/> wrote; empty for what it did not write.</summary>
    public static Dictionary<string, string> ReadPairs(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ConsulShapes.Default.DictionaryStringString) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>A map as compact text.</summary>
    public static string TextOf(Dictionary<string, string> pairs) => JsonSerializer.Serialize(pairs, ConsulShapes.Default.DictionaryStringString);
}

/// <summary>JSON that is kept in metadata.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ConsulShapes : JsonSerializerContext;
