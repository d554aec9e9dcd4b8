using System.Text;

namespace Akka.Registry.Contracts;

/// <summary>
/// Gives equal strings one instance, as long as they come often: a direct-mapped table, so that it is bounded and each look-up touches
/// one slot. A string that is pushed out is only stored twice from then on.
/// </summary>
/// <remarks>Any thread: who loses a race for a slot has a string of its own, no more.</remarks>
public sealed class StringInterner
{
    /// <summary>Longer strings are seldom shared, and hashing them costs more than it saves.</summary>
    private const int LengthMax = 128;

    private readonly string?[] _slots;

    /// <summary>Of all names and texts of entries that come to this process.</summary>
    public static StringInterner Shared { get; } = new();

    /// <summary>An interner of so many slots; a power of two.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public StringInterner(int slots = 65_536)
    {
        if (slots < 1 || (slots & (slots - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(slots), slots, "The number of slots is a power of two.");
        _slots = new string?[slots];
    }

    /// <summary>The shared instance of an equal string, or a new one, which is shared from now on.</summary>
    public string Intern(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LengthMax)
            return Encoding.UTF8.GetString(utf8);
        Span<char> chars = stackalloc char[LengthMax];
        return Intern(chars[..Encoding.UTF8.GetChars(utf8, chars)]);
    }

    private string Intern(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return "";
        ref var slot = ref _slots[string.GetHashCode(text, StringComparison.Ordinal) & (_slots.Length - 1)];
        var known = slot;
        return known is not null && text.SequenceEqual(known) ? known : slot = text.ToString();
    }
}
