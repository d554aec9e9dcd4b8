using System.Globalization;

namespace Akka.Registry.Server.Eureka;

/// <summary>
/// A body as fields in fields, whatever its notation: an XML attribute is a field with <c>@</c> before its name, an XML text beside
/// attributes the field <c>$</c>, as Eureka's JSON has it.
/// </summary>
/// <param name="text">The field's text; null when it has fields itself.</param>
internal sealed class FieldTree(string? text)
{
    private readonly List<KeyValuePair<string, FieldTree>> _fields = [];

    /// <summary>The field's text; null when it has fields itself.</summary>
    public string? Text { get; } = text;

    /// <summary>Its fields, in the order in which they came.</summary>
    public IReadOnlyList<KeyValuePair<string, FieldTree>> Fields => _fields;

    /// <summary>Adds a field.</summary>
    public void Add(string name, FieldTree field) => _fields.Add(new KeyValuePair<string, FieldTree>(name, field));

    /// <summary>The field of that name, the last of several; null for none.</summary>
    public FieldTree? Find(string name)
    {
        for (var i = _fields.Count - 1; i >= 0; i--)
        {
            if (_fields[i].Key == name)
                return _fields[i].Value;
        }

        return null;
    }

    /// <summary>The text of the field of that name; null for none.</summary>
    public string? TextOf(string name) => Find(name)?.Text;

    /// <summary>The number in the field of that name; null for none.</summary>
    /// <exception cref="EurekaBodyException">It is no whole number.</exception>
    public long? NumberOf(string name)
    {
        if (TextOf(name) is not { Length: > 0 } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new EurekaBodyException($"{name} is no whole number");
    }
}

/// <summary>A body that is none that this door takes; says why. Becomes an answer, never a log line.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class EurekaBodyException(string message) : Exception(message);
