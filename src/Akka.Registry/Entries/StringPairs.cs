using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Akka.Registry.Entries;

/// <summary>A few pairs in one array, as they came: a third of what a hash table of them takes. Immutable.</summary>
/// <remarks>Looks at one key after the other: an entry has tens of pairs at most, and most strings differ by their length.</remarks>
/// <param name="texts">A key, its value, the next key, and so on; each key once.</param>
internal sealed class StringPairs(string[] texts) : IReadOnlyDictionary<string, string>
{
    /// <summary>As many as an entry has by default at most; what a stranger sends may hold more, and is refused once it is read.</summary>
    private const int FewTexts = 128;

    /// <summary>None.</summary>
    public static StringPairs Empty { get; } = new([]);

    /// <summary>The same pairs in the order of their keys.</summary>
    public static StringPairs Of(IReadOnlyDictionary<string, string> pairs)
    {
        if (pairs is StringPairs known)
            return known;
        var texts = new string[pairs.Count * 2];
        var at = 0;
        foreach (var (key, text) in pairs)
            (texts[at], texts[at + 1], at) = (key, text, at + 2);
        return Of(texts);
    }

    /// <summary>Pairs in the order of their keys, with the last value of each key.</summary>
    /// <param name="texts">A key, its value, the next key, and so on; the array is taken over.</param>
    public static StringPairs Of(string[] texts)
    {
        if (texts.Length == 0)
            return Empty;
        for (var i = 2; i < texts.Length; i += 2)
        {
            if (string.CompareOrdinal(texts[i - 2], texts[i]) >= 0)
                return texts.Length <= FewTexts ? InOrder(texts) : Sorted(texts);
        }

        return new StringPairs(texts); // As nodes write them.
    }

    private static StringPairs Sorted(string[] texts)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < texts.Length; i += 2)
            sorted[texts[i]] = texts[i + 1];
        return new StringPairs([.. sorted.SelectMany(static pair => new[] { pair.Key, pair.Value })]);
    }

    /// <summary>By insertion, where they lie. A key that comes again takes the place of the one that came before it.</summary>
    private static StringPairs InOrder(string[] texts)
    {
        var length = 0;
        for (var i = 0; i < texts.Length; i += 2)
        {
            var (key, text) = (texts[i], texts[i + 1]);
            var (at, order) = (length, 1);
            while (at > 0 && (order = string.CompareOrdinal(key, texts[at - 2])) < 0)
                at -= 2;
            if (at > 0 && order == 0)
            {
                texts[at - 1] = text;
                continue;
            }

            texts.AsSpan(at, length - at).CopyTo(texts.AsSpan(at + 2));
            (texts[at], texts[at + 1]) = (key, text);
            length += 2;
        }

        return new StringPairs(length == texts.Length ? texts : texts[..length]);
    }

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

    /// <summary>Goes through the pairs; allocates nothing.</summary>
    public Enumerator GetEnumerator() => new(texts);

    IEnumerator<KeyValuePair<string, string>> IEnumerable<KeyValuePair<string, string>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>One pair after the other.</summary>
    internal struct Enumerator(string[] texts) : IEnumerator<KeyValuePair<string, string>>
    {
        private int _at = -2;

        /// <inheritdoc/>
        public readonly KeyValuePair<string, string> Current => new(texts[_at], texts[_at + 1]);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => (_at += 2) < texts.Length;

        /// <inheritdoc/>
        public void Reset() => _at = -2;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
            // It holds nothing.
        }
    }
}
