using System.Buffers;
using System.Text.Json;
using Akka.Registry.Server.Problems;

namespace Akka.Registry.Server.Json;

/// <summary>Reads a JSON object field by field, strictly, and gathers everything that is wrong with it before it says so.</summary>
/// <remarks>
/// What is not JSON ends the reading at once, with its position. An unknown field, a field that comes twice, a wrong type or a bad
/// value is noted under its name and reading goes on, so that one answer names all of them. Null stands for a field that is not there.
/// </remarks>
internal ref partial struct BodyFields
{
    private const int ErrorsMax = 20;
    private const int NameLengthMax = 64;
    private readonly string[] _known;
    private Utf8JsonReader _json;
    private List<FieldError>? _errors;
    private uint _seen;

    /// <summary>Begins to read; the body must be one object.</summary>
    /// <param name="body">All of it.</param>
    /// <param name="known">The fields that there are; at most 32.</param>
    public BodyFields(in ReadOnlySequence<byte> body, string[] known)
    {
        _known = known;
        _json = new Utf8JsonReader(body);
        if (body.IsEmpty)
            throw Malformed("The body is empty; a JSON object is expected.", 0, 0);
        Read();
        if (_json.TokenType == JsonTokenType.StartObject)
            return;
        var type = TypeName();
        throw new ProblemException(new Problem(ProblemTable.Invalid, $"The body is {type}; a JSON object is expected."));
    }

    /// <summary>Goes to the next field that is known and has a value; the caller reads the value.</summary>
    /// <returns>Null at the object's end.</returns>
    public string? Next()
    {
        while (true)
        {
            Read();
            if (_json.TokenType == JsonTokenType.EndObject)
            {
                Read(); // Nothing may follow: reading on fails when something does.
                return null;
            }

            var name = FieldName();
            Read();
            if (!IsKnownAndFirst(name))
                Skip();
            else if (_json.TokenType != JsonTokenType.Null)
                return name;
        }
    }

    /// <summary>Whether the field was there, null or not.</summary>
    public readonly bool Has(string field) => (_seen & Bit(Array.IndexOf(_known, field))) != 0;

    /// <summary>Notes that a field that must be there is not.</summary>
    public void Require(string field, object? value)
    {
        if (value is null && (_errors is null || !_errors.Exists(error => error.Field == field)))
            Note(field, $"The field '{field}' is required.");
    }

    /// <summary>Notes what is wrong with a field.</summary>
    public void Note(string field, string detail)
    {
        _errors ??= [];
        if (_errors.Count < ErrorsMax)
            _errors.Add(new FieldError(field, detail));
    }

    /// <summary>Ends the reading: says everything that was noted.</summary>
    /// <exception cref="ProblemException">Something was noted.</exception>
    public readonly void ThrowIfWrong()
    {
        if (_errors is not null)
            throw new ProblemException(Problem.OfFields(_errors));
    }

    /// <summary>Reads a text.</summary>
    /// <returns>Null when it is none; that is noted.</returns>
    public string? Text(string field)
    {
        if (_json.TokenType != JsonTokenType.String)
            return Refuse<string>(field, "a text");
        if (Characters() is { } text)
            return text;
        Note(field, $"'{field}' holds bytes that are not UTF-8, or half of a surrogate pair.");
        return null;
    }

    /// <summary>Reads a whole number within bounds.</summary>
    /// <returns>Null when it is none; that is noted.</returns>
    public int? Whole(string field, int min, int max)
    {
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out var value) && value >= min && value <= max)
            return value;
        return RefuseValue<int>(field, $"a whole number from {min} to {max}");
    }

    /// <summary>Reads a whole 64-bit number: as a number, or as a text of digits.</summary>
    /// <returns>Null when it is none; that is noted.</returns>
    public ulong? Epoch(string field)
    {
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetUInt64(out var number) && number > 0)
            return number;
        if (_json.TokenType == JsonTokenType.String && ValueText.TryEpoch(Characters(), out number))
            return number;
        return RefuseValue<ulong>(field, ValueText.EpochNotation);
    }

    /// <summary>Reads a duration.</summary>
    /// <returns>Null when it is none; that is noted.</returns>
    public TimeSpan? Duration(string field)
    {
        if (_json.TokenType == JsonTokenType.String && DurationText.TryParse(Characters(), out var duration))
            return duration;
        return RefuseValue<TimeSpan>(field, DurationText.Notation);
    }

    /// <summary>Reads a status.</summary>
    /// <returns>Null when it is none; that is noted.</returns>
    public InstanceStatus? Status(string field)
    {
        if (_json.TokenType == JsonTokenType.String && StatusText.TryParse(Characters(), out var status))
            return status;
        return RefuseValue<InstanceStatus>(field, $"one of {StatusText.All}");
    }

    /// <summary>Reads a list of texts. An element that is none is noted under its index.</summary>
    public IReadOnlyList<string> Texts(string field)
    {
        if (_json.TokenType != JsonTokenType.StartArray)
            return Refuse<string[]>(field, "a list of texts") ?? [];
        var texts = new List<string>();
        for (Read(); _json.TokenType != JsonTokenType.EndArray; Read())
        {
            if (Text($"{field}[{texts.Count}]") is { } text)
                texts.Add(text);
        }

        return texts;
    }

    /// <summary>Reads an object whose values are texts. A value that is none is noted under <c>field.name</c>.</summary>
    public IReadOnlyDictionary<string, string> Pairs(string field)
    {
        var pairs = new Dictionary<string, string>();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Refuse<string>(field, "an object whose values are texts");
            return pairs;
        }

        for (Read(); _json.TokenType != JsonTokenType.EndObject; Read())
        {
            var name = FieldName();
            Read();
            if (Text($"{field}.{Shorten(name)}") is { } text && !pairs.TryAdd(name, text))
                Note($"{field}.{Shorten(name)}", $"'{field}.{Shorten(name)}' is given twice.");
        }

        return pairs;
    }

    private static uint Bit(int index) => 1u << index;

    private static string Shorten(string name) => name.Length <= NameLengthMax ? name : string.Concat(name.AsSpan(0, NameLengthMax), "…");

    private static ProblemException Malformed(string detail, long line, long column) =>
        new(new Problem(ProblemTable.MalformedJson, detail) { Position = (line + 1, column + 1) });

    private bool IsKnownAndFirst(string name)
    {
        var index = Array.IndexOf(_known, name);
        if (index < 0)
        {
            Note(Shorten(name), $"There is no field '{Shorten(name)}'; the fields are {string.Join(", ", _known)}.");
            return false;
        }

        if ((_seen & Bit(index)) != 0)
        {
            Note(name, $"The field '{name}' is given twice.");
            return false;
        }

        _seen |= Bit(index);
        return true;
    }

    private readonly string FieldName() =>
        Characters() ?? throw Malformed("A field's name holds bytes that are not UTF-8, or half of a surrogate pair.", 0, _json.TokenStartIndex);

    /// <summary>The token's characters; null when they are no valid text.</summary>
    private readonly string? Characters()
    {
        try
        {
            return _json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private T? Refuse<T>(string field, string expected)
        where T : class
    {
        Note(field, $"'{field}' is {TypeName()}; it must be {expected}.");
        Skip();
        return null;
    }

    private T? RefuseValue<T>(string field, string expected)
        where T : struct
    {
        Note(field, $"'{field}' must be {expected}.");
        Skip();
        return null;
    }

    private readonly string TypeName() => _json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        _ => "null",
    };

    private void Read()
    {
        try
        {
            _json.Read();
        }
        catch (JsonException malformed)
        {
            throw Malformed(malformed);
        }
    }

    private void Skip()
    {
        try
        {
            _json.Skip();
        }
        catch (JsonException malformed)
        {
            throw Malformed(malformed);
        }
    }

    /// <summary>Reading stopped there.</summary>
    internal static ProblemException Malformed(JsonException failure)
    {
        // The reader appends its own notation of the position; the answer has members for it.
        var detail = failure.Message;
        var position = detail.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return Malformed(position < 0 ? detail : detail[..position], failure.LineNumber ?? 0, failure.BytePositionInLine ?? 0);
    }
}
