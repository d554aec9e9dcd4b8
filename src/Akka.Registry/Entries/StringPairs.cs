using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Akka.Registry.Entries;

/// <summary>A few pairs in one array, as they came: a third of what a hash table of them takes. Immutable.</summary>
/// <remarks>Looks at one key after the other: an entry has tens of pairs at most, and most strings differ by their length.</remarks>
/// <param name="texts">A key, its value, the next key, and so on; each key once.</param>
internal sealed class StringPairs(string[] texts) : IReadOnlyDictionary<string, string>
{
    /// <summary>None.</summary>
    public static StringPairs Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => texts.Length / 2;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => this.Select(static pair => pair.Key);

    /// <inheritdoc/>
    public IEnumerable<string> Values => this.Select(static pair => pair.Value);

    /// <inheritdoc/>
    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no key '{key}'.");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        for (var i = 0; i < texts.Length; i += 2)
        {
            if (!string.Equals(texts[i], key, StringComparison.Ordinal))
                continue;
            value = texts[i + 1];
            return true;
        }

        value = null;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (var i = 0; i < texts.Length; i += 2)
            yield return new KeyValuePair<string, string>(texts[i], texts[i + 1]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
