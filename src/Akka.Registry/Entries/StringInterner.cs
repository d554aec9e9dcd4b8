namespace Akka.Registry.Entries;

/// <summary>
/// Gives equal strings one instance, as long as they come often: a direct-mapped table, so that it is bounded and each
/// look-up touches
/// one slot. A string that is pushed out is only stored twice from then on.
/// </summary>
/// <remarks>One thread.</remarks>
internal sealed class StringInterner
{
    /// <summary>Longer strings are seldom shared, and hashing them costs more than it saves.</summary>
    private const int LengthMax = 128;

    private readonly string?[] _slots;

    /// <summary>An interner of so many slots; a power of two.</summary>
    public StringInterner(int slots = 65_536)
    {
        if (slots < 1 || (slots & (slots - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(slots), slots, "The number of slots is a power of two.");
        _slots = new string?[slots];
    }

    /// <summary>The shared instance of an equal string, or this one, which is shared from now on.</summary>
    public string Intern(string text)
    {
        if (text.Length == 0)
            return "";
        if (text.Length > LengthMax)
            return text;
        ref var slot = ref _slots[text.GetHashCode(StringComparison.Ordinal) & (_slots.Length - 1)];
        if (slot is not null && string.Equals(slot, text, StringComparison.Ordinal))
            return slot;
        return slot = text;
    }
}
