using System.Buffers;
using System.Text;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Values;
using Akka.Registry.Leases;
using static Akka.Registry.Contracts.InstanceValue;

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
    public static RecordValue Write(
        Registration registration, LeaseTerms terms, in InstanceFacts now, WireCheck[] checks)
    {
        var unread = registration.Unread;
        var pairs = unread.IsEmpty ? StringPairs.Of(registration.Metadata) : StringPairs.Empty;
        var bytesMax = NumbersBytesMax + (unread.IsEmpty ? TextsBytesMax(registration, pairs) : unread.Length);
        foreach (var check in checks)
            bytesMax += check.CalculateSize() + FieldBytesMax;
        var buffer = ArrayPool<byte>.Shared.Rent(bytesMax);
        try
        {
            var output = new ProtoWriter(buffer);
            if (unread.IsEmpty)
                Texts(ref output, registration, pairs);
            else if (registration.ReadyBytes > 0)
                output.Encoded(unread.Span[..registration.ReadyBytes]);
            else
                PlainTexts.Write(ref output, unread.Span, (ulong)registration.Port);
            output.Number(WeightFieldNumber, (ulong)registration.Weight);
            output.Number(TtlMsFieldNumber, (ulong)terms.Ttl.TotalMilliseconds);
            output.Number(DeregisterAfterMsFieldNumber, (ulong)terms.DeregisterAfter.TotalMilliseconds);
            output.Number(ReportedFieldNumber, (ulong)registration.Status);
            output.Number(OverrideFieldNumber, (ulong)now.Override);
            var commonTo = output.Length;
            output.Number(RegisteredAtMsFieldNumber, now.RegisteredAtMs);
            foreach (var check in checks)
                output.Message(ChecksFieldNumber, check);
            output.Number(SuspectFieldNumber, now.Suspect ? 1UL : 0);
            output.Number(NoLeaseFieldNumber, registration.Lease == Checks.LeaseKind.None ? 1UL : 0);
            var written = buffer.AsSpan(0, output.Length);
            return RecordValue.CopyOf(written, CommonFields.BeginIn(written), commonTo);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int TextsBytesMax(Registration registration, StringPairs pairs)
    {
        var bytes = TextBytes(registration.Address) + TextBytes(registration.Zone) + TextBytes(registration.Version);
        for (var i = 0; i < registration.Methods.Count; i++)
            bytes += TextBytes(registration.Methods[i]);
        for (var i = 0; i < registration.Tags.Count; i++)
            bytes += TextBytes(registration.Tags[i]);
        foreach (var (key, text) in pairs)
            bytes += TextBytes(key) + TextBytes(text) + FieldBytesMax;
        return bytes;
    }

    private static int TextBytes(string text) => Encoding.UTF8.GetMaxByteCount(text.Length) + FieldBytesMax;

    private static void Texts(ref ProtoWriter output, Registration registration, StringPairs pairs)
    {
        output.Text(AddressFieldNumber, registration.Address);
        output.Number(PortFieldNumber, (ulong)registration.Port);
        Texts(ref output, MethodsFieldNumber, registration.Methods);
        Texts(ref output, TagsFieldNumber, registration.Tags);
        Pairs(ref output, pairs);
        output.Text(ZoneFieldNumber, registration.Zone);
        output.Text(VersionFieldNumber, registration.Version);
    }

    private static void Texts(ref ProtoWriter output, int field, IReadOnlyList<string> texts)
    {
        for (var i = 0; i < texts.Count; i++)
            output.Text(field, texts[i]);
    }

    private static void Pairs(ref ProtoWriter output, StringPairs pairs)
    {
        foreach (var (key, text) in pairs)
        {
            output.Begin(MetadataFieldNumber, ProtoWriter.TextBytes(1, key) + ProtoWriter.TextBytes(2, text));
            output.Text(1, key);
            output.Text(2, text);
        }
    }
}
