using System.Buffers;
using System.Text;
using Akka.Registry.Contracts;
using Akka.Registry.Leases;
using Google.Protobuf;
using static Akka.Registry.Contracts.InstanceValue;
using static Google.Protobuf.WireFormat;

namespace Akka.Registry.Entries;

/// <summary>Writes a registration as the bytes of an <see cref="InstanceValue"/>, without one.</summary>
internal static class InstanceWriter
{
    /// <summary>More than all numbers of a value take.</summary>
    private const int NumbersBytesMax = 128;

    /// <summary>More than a tag and a length take.</summary>
    private const int FieldBytesMax = 16;

    /// <summary>The bytes; of equal arguments equal ones, since pairs are in the order of their keys.</summary>
    /// <param name="registration">Valid.</param>
    /// <param name="terms">The lease's terms, defaults filled in.</param>
    /// <param name="now">What is not the registration's own to say; its texts are not used.</param>
    /// <param name="checks">Its checks with what came of them.</param>
    public static ReadOnlyMemory<byte> Write(
        Registration registration, LeaseTerms terms, in InstanceFacts now, WireCheck[] checks)
    {
        var pairs = StringPairs.Of(registration.Metadata);
        var buffer = ArrayPool<byte>.Shared.Rent(BytesMax(registration, pairs, checks));
        try
        {
            using var output = new CodedOutputStream(buffer);
            Text(output, AddressFieldNumber, registration.Address);
            Number(output, PortFieldNumber, (ulong)registration.Port);
            Texts(output, MethodsFieldNumber, registration.Methods);
            Texts(output, TagsFieldNumber, registration.Tags);
            Pairs(output, pairs);
            Text(output, ZoneFieldNumber, registration.Zone);
            Text(output, VersionFieldNumber, registration.Version);
            Number(output, WeightFieldNumber, (ulong)registration.Weight);
            Number(output, TtlMsFieldNumber, (ulong)terms.Ttl.TotalMilliseconds);
            Number(output, DeregisterAfterMsFieldNumber, (ulong)terms.DeregisterAfter.TotalMilliseconds);
            Number(output, ReportedFieldNumber, (ulong)registration.Status);
            Number(output, OverrideFieldNumber, (ulong)now.Override);
            Number(output, RegisteredAtMsFieldNumber, now.RegisteredAtMs);
            foreach (var check in checks)
            {
                output.WriteTag(ChecksFieldNumber, WireType.LengthDelimited);
                output.WriteMessage(check);
            }

            Number(output, SuspectFieldNumber, now.Suspect ? 1UL : 0);
            Number(output, NoLeaseFieldNumber, registration.Lease == Checks.LeaseKind.None ? 1UL : 0);
            output.Flush();
            return buffer.AsSpan(0, (int)output.Position).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int BytesMax(Registration registration, StringPairs pairs, WireCheck[] checks)
    {
        var bytes = NumbersBytesMax + TextBytes(registration.Address) + TextBytes(registration.Zone) + TextBytes(registration.Version);
        for (var i = 0; i < registration.Methods.Count; i++)
            bytes += TextBytes(registration.Methods[i]);
        for (var i = 0; i < registration.Tags.Count; i++)
            bytes += TextBytes(registration.Tags[i]);
        foreach (var (key, text) in pairs)
            bytes += TextBytes(key) + TextBytes(text) + FieldBytesMax;
        foreach (var check in checks)
            bytes += check.CalculateSize() + FieldBytesMax;
        return bytes;
    }

    private static int TextBytes(string text) => Encoding.UTF8.GetMaxByteCount(text.Length) + FieldBytesMax;

    private static void Number(CodedOutputStream output, int field, ulong number)
    {
        if (number == 0)
            return;
        output.WriteTag(field, WireType.Varint);
        output.WriteUInt64(number);
    }

    private static void Text(CodedOutputStream output, int field, string text)
    {
        if (text.Length == 0)
            return;
        output.WriteTag(field, WireType.LengthDelimited);
        output.WriteString(text);
    }

    private static void Texts(CodedOutputStream output, int field, IReadOnlyList<string> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            output.WriteTag(field, WireType.LengthDelimited);
            output.WriteString(texts[i]);
        }
    }

    private static void Pairs(CodedOutputStream output, StringPairs pairs)
    {
        foreach (var (key, text) in pairs)
        {
            output.WriteTag(MetadataFieldNumber, WireType.LengthDelimited);
            output.WriteLength(PartBytes(key) + PartBytes(text));
            Text(output, 1, key);
            Text(output, 2, text);
        }
    }

    private static int PartBytes(string text) => text.Length == 0 ? 0 : CodedOutputStream.ComputeStringSize(text) + 1;
}
