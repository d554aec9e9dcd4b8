using System.Buffers;
using System.Net;
using Akka.Registry.Contracts;
using Google.Protobuf;
using static Akka.Registry.Contracts.InstanceValue;
using static Akka.Registry.Entries.InstanceTexts;

namespace Akka.Registry.Entries;

/// <summary>
/// Texts of a registration that are as nearly all are: an IP address, printable ASCII, within the limits, in the order of their fields.
/// They are looked at, and written to the entry's value, where they lie in the bytes of an <see cref="InstanceValue"/>.
/// </summary>
/// <remarks>A shorter way to what <see cref="RegistrationValidator"/> and <see cref="InstanceWriter"/> do, and to nothing else.</remarks>
internal static class PlainTexts
{
    /// <summary>More pairs are left to who has them as texts.</summary>
    private const int PairsMax = 32;

    private const uint PortTag = (PortFieldNumber << 3) | (uint)WireFormat.WireType.Varint;

    private static readonly SearchValues<byte> Printable = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c)]);

    /// <summary>Reads a value if all its texts are so.</summary>
    /// <param name="value">The bytes of an <see cref="InstanceValue"/>; nothing in them is trusted.</param>
    /// <param name="limits">What is allowed.</param>
    /// <param name="facts">What else it says.</param>
    /// <param name="ready">How many of the bytes are just what <see cref="Write"/> would write; 0 where they are not.</param>
    /// <returns>False when some text is otherwise, or the bytes are no such message.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, LimitOptions limits, out InstanceFacts facts, out int ready)
    {
        Span<Pair> pairs = stackalloc Pair[PairsMax];
        var (methods, tags, count) = (0, 0, 0);
        var (last, end, written) = (0U, 0, 0);
        (facts, ready) = (default, 0);
        var fields = new ProtoFields(value);
        while (fields.Next())
        {
            var field = fields.Tag >> 3;
            var isFine = fields.Tag switch
            {
                AddressTag => facts.AddressLength == 0 && Fits(fields.Bytes, 1, limits.AddressLength) && IPAddress.IsValidUtf8(fields.Bytes),
                MethodsTag => ++methods <= limits.Methods && Fits(fields.Bytes, 1, limits.MethodLength),
                TagsTag => ++tags <= limits.Tags && Fits(fields.Bytes, 1, limits.TagLength),
                MetadataTag => count < Math.Min(limits.MetadataPairs, PairsMax) && TryRead(value, fields, out pairs[count])
                    && Fits(pairs[count].Key(value), 1, limits.MetadataKeyLength) && Fits(pairs[count].Value(value), 0, limits.MetadataValueLength)
                    && TryInsert(pairs, count++, value),
                ZoneTag or VersionTag => field > last && Fits(fields.Bytes, 0, limits.LabelLength),
                PortTag => facts.TryTake(fields),
                _ => field > VersionFieldNumber && facts.TryTake(fields),
            };
            if (!isFine || field < last)
                return false;
            last = field;
            if (field > VersionFieldNumber)
                continue;
            end = value.Length - fields.Left;
            if (fields.Tag == AddressTag)
                facts.AddressLength = fields.Bytes.Length;
            if (fields.Tag is not (PortTag or MetadataTag))
                written += ProtoWriter.BytesBytes((int)field, fields.Bytes.Length);
        }

        var (areOrdered, keyAt) = (true, 0);        // By key, and where they lie.
        foreach (ref readonly var pair in pairs[..count])
        {
            written += ProtoWriter.MessageBytes(MetadataFieldNumber, BytesOf(pair));
            areOrdered &= pair.KeyAt > keyAt;
            keyAt = pair.KeyAt;
        }

        written += ProtoWriter.NumberBytes(PortFieldNumber, facts.Port);
        // What is written in another way than the shortest is longer than that.
        ready = areOrdered && written == end ? end : 0;
        return facts.AddressLength > 0 && !fields.IsMalformed;
    }

    /// <summary>Writes the fields up to the version: the texts, those of pairs in the order of their keys, and the port.</summary>
    /// <param name="output">Receives them.</param>
    /// <param name="value">Bytes that <see cref="TryRead(ReadOnlySpan{byte}, LimitOptions, out InstanceFacts, out int)"/> has read.</param>
    /// <param name="port">The port.</param>
    public static void Write(ref ProtoWriter output, ReadOnlySpan<byte> value, ulong port)
    {
        Span<Pair> pairs = stackalloc Pair[PairsMax];
        var count = 0;
        var fields = new ProtoFields(value);
        while (fields.Next() && fields.Tag >> 3 <= VersionFieldNumber)
        {
            switch (fields.Tag)
            {
                case AddressTag:
                    output.Bytes(AddressFieldNumber, fields.Bytes);
                    output.Number(PortFieldNumber, port);
                    break;
                case MethodsTag: output.Bytes(MethodsFieldNumber, fields.Bytes); break;
                case TagsTag: output.Bytes(TagsFieldNumber, fields.Bytes); break;
                case MetadataTag:
                    _ = TryRead(value, fields, out pairs[count]) && TryInsert(pairs, count++, value);
                    break;
                case ZoneTag or VersionTag:
                    WritePairs(ref output, pairs[..count], value);
                    count = 0;
                    output.Bytes((int)(fields.Tag >> 3), fields.Bytes);
                    break;
                default: break;
            }
        }

        WritePairs(ref output, pairs[..count], value);
    }

    private static void WritePairs(ref ProtoWriter output, scoped ReadOnlySpan<Pair> pairs, ReadOnlySpan<byte> value)
    {
        foreach (var pair in pairs)
        {
            output.Begin(MetadataFieldNumber, BytesOf(pair));
            output.Bytes(1, pair.Key(value));
            output.Bytes(2, pair.Value(value));
        }
    }

    private static int BytesOf(in Pair pair) => ProtoWriter.BytesBytes(1, pair.KeyLength) + ProtoWriter.BytesBytes(2, pair.ValueLength);

    private static bool Fits(ReadOnlySpan<byte> text, int lengthMin, int lengthMax) =>
        text.Length >= lengthMin && text.Length <= lengthMax && !text.ContainsAnyExcept(Printable);

    /// <summary>Reads a pair as protobuf's writers make them: the key, then the value.</summary>
    private static bool TryRead(ReadOnlySpan<byte> value, in ProtoFields field, out Pair pair)
    {
        var end = value.Length - field.Left;
        pair = default;
        var parts = new ProtoFields(field.Bytes);
        while (parts.Next())
        {
            var at = end - parts.Left - parts.Bytes.Length;
            if (parts.Tag == PairKeyTag && pair.KeyAt == 0)
                pair = new Pair(at, parts.Bytes.Length, at, 0);
            else if (parts.Tag == PairValueTag && pair.KeyAt > 0 && pair.ValueAt == pair.KeyAt)
                pair = pair with { ValueAt = at, ValueLength = parts.Bytes.Length };
            else
                return false;
        }

        return !parts.IsMalformed;
    }

    /// <summary>Moves the last pair to its place by key.</summary>
    /// <returns>False when the key is there already.</returns>
    private static bool TryInsert(Span<Pair> pairs, int last, ReadOnlySpan<byte> value)
    {
        var pair = pairs[last];
        var (at, order) = (last, 1);
        while (at > 0 && (order = pair.Key(value).SequenceCompareTo(pairs[at - 1].Key(value))) < 0)
            at--;
        if (at > 0 && order == 0)
            return false;
        pairs[at..last].CopyTo(pairs[(at + 1)..]);
        pairs[at] = pair;
        return true;
    }

    /// <summary>Where a pair lies within a value.</summary>
    private readonly record struct Pair(int KeyAt, int KeyLength, int ValueAt, int ValueLength)
    {
        public ReadOnlySpan<byte> Key(ReadOnlySpan<byte> value) => value.Slice(KeyAt, KeyLength);

        public ReadOnlySpan<byte> Value(ReadOnlySpan<byte> value) => value.Slice(ValueAt, ValueLength);
    }
}
