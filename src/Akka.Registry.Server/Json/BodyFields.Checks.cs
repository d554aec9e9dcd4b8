using System.Buffers;
using System.Text.Json;
using Akka.Registry.Checks;

namespace Akka.Registry.Server.Json;

/// <summary>Checks within a body.</summary>
internal ref partial struct BodyFields
{
    private const int ChecksMax = 256;

    private BodyFields(in ReadOnlySequence<byte> body)
    {
        _known = [];
        _json = new Utf8JsonReader(body);
        if (body.IsEmpty)
            throw Malformed("The body is empty; a JSON object is expected.", 0, 0);
        Read();
    }

    /// <summary>Begins to read a body that is one value, to be read as a whole.</summary>
    public static BodyFields OfAny(in ReadOnlySequence<byte> body) => new(body);

    /// <summary>Reads the one check that the body is.</summary>
    /// <returns>Null when it is none; that is noted.</returns>
    public CheckDefinition? Check(string path)
    {
        var element = Element();
        Read(); // Nothing may follow: reading on fails when something does.
        return Check(element, path);
    }

    /// <summary>Reads a list of checks. What is wrong with one is noted under its index.</summary>
    public IReadOnlyList<CheckDefinition> Checks(string field)
    {
        var element = Element();
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() > ChecksMax)
        {
            Note(field, $"'{field}' must be a list of checks.");
            return [];
        }

        var checks = new List<CheckDefinition>();
        var index = 0;
        foreach (var one in element.EnumerateArray())
        {
            if (Check(one, $"{field}[{index++}]") is { } check)
                checks.Add(check);
        }

        return checks;
    }

    private CheckDefinition? Check(JsonElement element, string path)
    {
        var wrong = new List<(string Field, string Detail)>();
        var check = new CheckFields(element, path, (field, detail) => wrong.Add((field, detail))).Read();
        foreach (var (field, detail) in wrong)
            Note(Shorten(field), detail);
        return check;
    }

    private JsonElement Element()
    {
        try
        {
            var start = _json.TokenStartIndex;
            var element = JsonElement.ParseValue(ref _json);
            return JsonTexts.AreValid(element)
                ? element
                : throw Malformed("A text holds bytes that are not UTF-8, or half of a surrogate pair.", 0, start);
        }
        catch (JsonException malformed)
        {
            throw Malformed(malformed);
        }
    }
}
