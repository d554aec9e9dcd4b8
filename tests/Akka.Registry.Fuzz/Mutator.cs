using System.Buffers.Binary;

namespace Akka.Registry.Fuzz;

/// <summary>Makes inputs of inputs: a function of the chance that it is given.</summary>
internal static class Mutator
{
    private static readonly byte[] Interesting = [0, 1, 2, 7, 8, 0x0F, 0x10, 0x1F, 0x20, 0x22, 0x7F, 0x80, 0xC0, 0xDB, 0xDF, 0xED, 0xFE, 0xFF];

    private static readonly uint[] Lengths =
        [0, 1, 4, 5, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x10_0000, 0x7FFF_FFF0, 0x7FFF_FFFE, 0x7FFF_FFFF, 0x8000_0000,
            0xFFFF_FFFF];

    /// <summary>One to six changes of an input.</summary>
    /// <param name="input">Stays as it is.</param>
    /// <param name="other">Another input, to take parts of.</param>
    /// <param name="words">What inputs of the format are made of.</param>
    /// <param name="lengthMax">The longest result.</param>
    /// <param name="random">Chance.</param>
    public static byte[] Mutate(byte[] input, byte[] other, IReadOnlyList<byte[]> words, int lengthMax, Random random)
    {
        var bytes = new List<byte>(input);
        for (var changes = 1 + random.Next(6); changes > 0; changes--)
            Change(bytes, other, words, random);
        if (bytes.Count > lengthMax)
            bytes.RemoveRange(lengthMax, bytes.Count - lengthMax);
        return [.. bytes];
    }

    private static void Change(List<byte> bytes, byte[] other, IReadOnlyList<byte[]> words, Random random)
    {
        var at = bytes.Count == 0 ? 0 : random.Next(bytes.Count);
        switch (random.Next(11))
        {
            case 0 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[at] = random.Next(2) == 0 ? (byte)random.Next(256) : Interesting[random.Next(Interesting.Length)];
                break;
            case 2:
                bytes.Insert(at, Interesting[random.Next(Interesting.Length)]);
                break;
            case 3 when bytes.Count > 0:
                bytes.RemoveRange(at, 1 + random.Next(Math.Min(16, bytes.Count - at)));
                break;
            case 4 when bytes.Count > 0:
                bytes.RemoveRange(at, bytes.Count - at);        // Cut off.
                break;
            case 5 when bytes.Count > 0:
                var length = 1 + random.Next(Math.Min(64, bytes.Count - at));
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 6 when bytes.Count > 0:
                Tamper(bytes, at, random);
                break;
            case 7 when other.Length > 0:
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, 1 + random.Next(Math.Min(128, other.Length - from))).ToArray());
                break;
            case 8 when other.Length > 0:
                bytes.RemoveRange(at, bytes.Count - at);        // The head of one, the tail of the other.
                bytes.AddRange(other[Math.Min(at, other.Length)..]);
                break;
            case 9 when words.Count > 0:
                bytes.InsertRange(at, words[random.Next(words.Count)]);
                break;
            case 10 when words.Count > 0:
                var word = words[random.Next(words.Count)];
                for (var times = 1 << random.Next(8); times > 0 && bytes.Count < 16_384; times--)
                    bytes.InsertRange(at, word);                // What nests, nests deeply.
                break;
        }
    }

    /// <summary>A length that lies: of one, two or four bytes, or a varint.</summary>
    private static void Tamper(List<byte> bytes, int at, Random random)
    {
        Span<byte> lie = stackalloc byte[5];
        var value = random.Next(4) == 0 ? (uint)random.Next(bytes.Count * 2) : Lengths[random.Next(Lengths.Length)];
        var count = 0;
        switch (random.Next(3))
        {
            case 0:
                BinaryPrimitives.WriteUInt32BigEndian(lie, value);
                count = 4;
                break;
            case 1:
                BinaryPrimitives.WriteUInt16BigEndian(lie, (ushort)value);
                count = 2;
                break;
            default:
                for (; value >= 0x80; value >>= 7)
                    lie[count++] = (byte)(value | 0x80);
                lie[count++] = (byte)value;
                break;
        }

        if (random.Next(2) == 0)
        {
            bytes.RemoveAt(at);     // In place of a short length, a long one.
            bytes.InsertRange(at, lie[..count]);
            return;
        }

        for (var i = 0; i < count && at + i < bytes.Count; i++)
            bytes[at + i] = lie[i];
    }
}
