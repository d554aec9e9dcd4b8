namespace Akka.Registry.DistributedData.Values;

/// <summary>
/// Finds what values have in common: a part that comes a second time is held once for all that come after it. A table of fixed size, so that
/// it is bounded; a part that is pushed out lives on in the values that have it, and may be stored twice from then on.
/// </summary>
/// <remarks>Any thread: who loses a race for a place has a part of its own, no more.</remarks>
public sealed class SharedParts
{
    /// <summary>Of shorter ones the reference would take as much.</summary>
    internal const int LengthMin = 24;

    /// <summary>So that all together take at most so many KiB as there are places.</summary>
    internal const int LengthMax = 1_024;

    private readonly SharedPart?[] _parts;

    /// <summary>Hashes of parts that came once: those that come once only are not held beside their values.</summary>
    private readonly int[] _seen;

    /// <summary>A table of so many places; a power of two, at least 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public SharedParts(int places = 8_192)
    {
        if (places < 2 || (places & (places - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(places), places, "The number of places is a power of two, at least 2.");
        (_parts, _seen) = (new SharedPart?[places], new int[places]);
    }

    /// <summary>Of all values that come to this process.</summary>
    public static SharedParts Shared { get; } = new();

    /// <summary>The part of these bytes; null when they are not worth it, or are seen for the first time.</summary>
    public SharedPart? Find(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < LengthMin or > LengthMax)
            return null;
        var code = new HashCode();
        code.AddBytes(bytes);
        var hash = code.ToHashCode();
        // Two places for each: parts that are in use do not take turns in pushing each other out.
        var first = hash & (_parts.Length - 2);
        var (one, other) = (_parts[first], _parts[first + 1]);
        if (Is(one, bytes, hash))
            return one;
        if (Is(other, bytes, hash))
            return other;
        if (_seen[hash & (_seen.Length - 1)] != hash)
        {
            _seen[hash & (_seen.Length - 1)] = hash;
            return null;
        }

        _parts[first + 1] = one;
        return _parts[first] = new SharedPart(bytes, hash);
    }

    private static bool Is(SharedPart? part, ReadOnlySpan<byte> bytes, int hash) =>
        part is not null && part.Hash == hash && bytes.SequenceEqual(part.Bytes);
}
