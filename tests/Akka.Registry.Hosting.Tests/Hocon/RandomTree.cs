using System.Text;

namespace Akka.Registry.Hosting.Tests.Hocon;

/// <summary>
/// A random tree and a random way to write it: with or without braces, quotes and commas, with dotted keys, comments
/// and white space. The same seed gives the same text.
/// </summary>
internal sealed class RandomTree(int seed)
{
    private static readonly string[] Words =
    [
        "", "a", "seed-nodes", "true", "null", "12", "3.5", "x y", "a.b", "ü", "日本", "\"", "\\", "\n", "#no", "//no",
        "${a}", "include",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Objects are ordered lists of fields with distinct keys, lists are lists, a null is a null.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Fields(int depth = 0)
    {
        var fields = new OrderedDictionary<string, object?>();
        for (var i = _random.Next(5); i > 0; i--)
            fields[Word()] = Value(depth + 1);
        return [.. fields];
    }

    /// <summary>The tree in the form of <see cref="Read.Compact"/>.</summary>
    public static string Compact(object? value) => value switch
    {
        null => "null",
        string text => text,
        IReadOnlyList<object?> items => $"[{string.Join(",", items.Select(Compact))}]",
        IReadOnlyList<KeyValuePair<string, object?>> fields =>
            $"{{{string.Join(",", fields.Select(f => $"{f.Key}:{Compact(f.Value)}"))}}}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public string Write(IReadOnlyList<KeyValuePair<string, object?>> root)
    {
        var text = new StringBuilder(Gap());
        if (Chance(2))
            WriteBraced(root, text);
        else
            WriteFields(root, text);
        return text.Append(Gap()).ToString();
    }

    private object? Value(int depth) => _random.Next(depth > 4 ? 3 : 5) switch
    {
        0 => null,
        1 or 2 => Word(),
        3 => Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth + 1)).ToList(),
        _ => Fields(depth),
    };

    private string Word() => string.Concat(
        Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Words[_random.Next(Words.Length)]));

    private void WriteBraced(IReadOnlyList<KeyValuePair<string, object?>> fields, StringBuilder text)
    {
        text.Append('{').Append(Gap());
        WriteFields(fields, text);
        text.Append(Gap()).Append('}');
    }

    private void WriteFields(IReadOnlyList<KeyValuePair<string, object?>> fields, StringBuilder text)
    {
        foreach (var (i, (key, value)) in fields.Index())
        {
            text.Append(i == 0 ? "" : Separator());
            WriteField(Quote(key), value, text);
        }
    }

    private void WriteField(string key, object? value, StringBuilder text)
    {
        text.Append(key);
        if (value is IReadOnlyList<KeyValuePair<string, object?>> { Count: 1 } single && Chance(2))
        {
            WriteField("." + Quote(single[0].Key), single[0].Value, text);
            return;
        }

        text.Append(Space());
        if (value is not IReadOnlyList<KeyValuePair<string, object?>> || Chance(2))
            text.Append(Chance(2) ? '=' : ':').Append(Gap());
        WriteValue(value, text);
    }

    private void WriteValue(object? value, StringBuilder text)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string word:
                text.Append(WriteWord(word));
                break;
            case IReadOnlyList<object?> items:
                text.Append('[').Append(Gap());
                foreach (var (i, item) in items.Index())
                {
                    text.Append(i == 0 ? "" : Separator());
                    WriteValue(item, text);
                }

                text.Append(Gap()).Append(']');
                break;
            case IReadOnlyList<KeyValuePair<string, object?>> fields:
                WriteBraced(fields, text);
                break;
        }
    }

    private string WriteWord(string word)
    {
        var isPlain = word.Length > 0 && word != "null" && word.All(c => char.IsLetterOrDigit(c) || c is '-' or '.');
        if (isPlain && Chance(2))
            return word;
        return word.Contains('"', StringComparison.Ordinal) || Chance(2) ? Quote(word) : $"\"\"\"{word}\"\"\"";
    }

    private static string Quote(string word) => '"' + word
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal) + '"';

    private string Separator() => Space() + (Chance(2) ? "," : "\n") + Gap();

    private string Gap() => Chance(3) ? Space() + "# a comment = { [\n" : Chance(3) ? "\n \n" : Space();

    private string Space() => Chance(2) ? " " : "";

    private bool Chance(int of) => _random.Next(of) == 0;
}
