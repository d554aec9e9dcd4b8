using System.Numerics;
using System.Runtime.InteropServices;

namespace Akka.Registry.DistributedData;

/// <summary>
/// One record's share in the state hash: equal on every node for equal (key, order). The shares of all live records are added up, so
/// that neither the order of arrival nor a removal needs more than one addition.
/// </summary>
/// <remarks>
/// Incremental multiset hashing by addition, as in Clarke et al., "Incremental Multiset Hash Functions" (2003); the mixer is the
/// finalizer of MurmurHash3. It detects defects, not forgers.
/// </remarks>
internal static class StateHash
{
    public static ulong Of(MapRecord record)
    {
        var hash = Mix(0x9E3779B97F4A7C15, record.Key.Service);
        hash = Mix(hash, record.Key.Instance);
        hash = Mix(hash, record.Order.Epoch);
        hash = Mix(hash, record.Order.Stamp.Time.Value);
        return Mix(hash, record.Order.Stamp.Node.Value);
    }

    private static ulong Mix(ulong hash, string text)
    {
        var bytes = MemoryMarshal.AsBytes(text.AsSpan());
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            hash = Mix(hash, word);
        ulong rest = 0;
        foreach (var b in bytes[(words.Length * 8)..])
            rest = (rest << 8) | b;
        return Mix(Mix(hash, rest), (ulong)text.Length);
    }

    private static ulong Mix(ulong hash, ulong word)
    {
        hash = BitOperations.RotateLeft(hash ^ word, 27) * 0x9FB21C651E98DF25;
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCD;
        return hash ^ (hash >> 33);
    }
}
