using System.Text;

namespace Akka.Registry.Cli.Http;

/// <summary>A query: escaped, empty when nothing was added.</summary>
internal sealed class QueryText
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a parameter; none for null.</summary>
    public QueryText Add(string name, string? value)
    {
        if (value is not null)
            _text.Append(_text.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    /// <summary>Adds a parameter that repeats.</summary>
    public QueryText AddEach(string name, IEnumerable<string> values)
    {
        foreach (var value in values)
            Add(name, value);
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
