namespace Akka.Registry.Routing;

/// <summary>
/// Hashes that are the same in every process: FNV-1a over UTF-16 units, and the finalizer of SplitMix64 to spread its
/// bits.
/// </summary>
/// <remarks>
/// Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm" (IETF draft); Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014. Nobody is kept from making collisions on purpose: they make a choice
/// uneven, nothing more.
/// </remarks>
public static class StableHash
{
    /// <summary>The hash of a text.</summary>
    public static ulong Of(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var unit in text)
            hash = unchecked((hash ^ unit) * 0x100000001B3);
        return Mix(hash);
    }

    /// <summary>The hash of two hashes, in order.</summary>
    public static ulong Of(ulong first, ulong second) => Mix(unchecked((first * 0x9E3779B97F4A7C15) + second));

    /// <summary>Every bit of the value moves every bit of the answer.</summary>
    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
