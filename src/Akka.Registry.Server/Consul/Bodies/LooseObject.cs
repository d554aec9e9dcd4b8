using System.Text.Json;

namespace Akka.Registry.Server.Consul.Bodies;

/// <summary>A JSON object as Consul's clients send it: member names in any case, with or without underscores; unknown ones are ignored.</summary>
/// <remarks>Of two members of one name the later one counts. A null is as good as no member.</remarks>
internal readonly struct LooseObject
{
    private readonly Dictionary<string, JsonElement> _members;

    /// <summary>Reads an object.</summary>
    /// <param name="json">The object; the document that it is of must live as long.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="ConsulException">It is no object.</exception>
    public LooseObject(JsonElement json, string what)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Wrong(what, "an object", json);
        _members = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in json.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
                _members[member.Name.Replace("_", "", StringComparison.Ordinal)] = member.Value;
        }
    }

    /// <summary>A member; null when it is not there.</summary>
    public JsonElement? Find(string name) => _members.TryGetValue(name, out var value) ? value : null;

    /// <summary>A text; null when it is not there.</summary>
    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Wrong(name, "a string", value);

    /// <summary>The first of several names that is there, as a text that is not empty; else null.</summary>
    public string? TextOf(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Text(name) is { Length: > 0 } text)
                return text;
        }

        return null;
    }

    /// <summary>A whole number; null when it is not there.</summary>
    public int? Whole(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : throw Wrong(name, "a whole number", value);

    /// <summary>True or false; false when it is not there.</summary>
    public bool Flag(string name) => Find(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "a boolean", value),
    };

    /// <summary>A list of texts; empty when it is not there.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, "a list of strings", value);
        var texts = new List<string>();
        foreach (var item in value.EnumerateArray())
            texts.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(name, "a list of strings", item));
        return texts;
    }

    /// <summary>A map of texts; empty when it is not there.</summary>
    public Dictionary<string, string> Pairs(string name)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Find(name) is not { } value)
            return pairs;
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(name, "a map of strings", value);
        foreach (var pair in value.EnumerateObject())
        {
            pairs[pair.Name] = pair.Value.ValueKind == JsonValueKind.String
                ? pair.Value.GetString()!
                : throw Wrong(name, "a map of strings", pair.Value);
        }

        return pairs;
    }

    /// <summary>A duration: Go's text, or a number of nanoseconds; null when it is not there, or an empty text.</summary>
    public TimeSpan? Duration(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && Math.Abs(number) < TimeSpan.MaxValue.Ticks)
            return GoDuration.FromNanoseconds(number);
        if (value.ValueKind != JsonValueKind.String)
            throw Wrong(name, "a duration such as \"10s\"", value);
        var text = value.GetString()!;
        if (text.Length == 0)
            return null;
        return GoDuration.TryParse(text, out var duration)
            ? duration
            : throw ConsulException.Bad($"Request decode failed: time: invalid duration \"{text}\" in {name}");
    }

    /// <summary>An object within; null when it is not there.</summary>
    public LooseObject? Object(string name) => Find(name) is { } value ? new LooseObject(value, name) : null;

    /// <summary>Objects within; none when it is not there.</summary>
    public IReadOnlyList<LooseObject> Objects(string name)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, "a list", value);
        return [.. value.EnumerateArray().Where(item => item.ValueKind != JsonValueKind.Null).Select(item => new LooseObject(item, name))];
    }

    private static ConsulException Wrong(string name, string expected, JsonElement found) =>
        ConsulException.Bad($"Request decode failed: '{name}' expected {expected}, got {KindOf(found)}");

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => "null",
    };
}
