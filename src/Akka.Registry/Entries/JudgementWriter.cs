using System.Buffers;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Values;
using static Akka.Registry.Contracts.InstanceValue;

namespace Akka.Registry.Entries;

/// <summary>Writes a value anew with another judgement of its lease, without reading the rest of it: many fall silent at once.</summary>
internal static class JudgementWriter
{
    /// <summary>More than both judgements take.</summary>
    private const int JudgementBytesMax = 8;

    /// <summary>The bytes; what else the value holds is as it was, what a newer node has written included.</summary>
    /// <param name="value">The value of a live record that <see cref="InstanceCodec.TryDecode"/> has accepted.</param>
    /// <param name="missed">Silent beyond its TTL.</param>
    /// <param name="unverified">In quarantine.</param>
    public static RecordValue Write(ReadOnlySpan<byte> value, bool missed, bool unverified)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(value.Length + JudgementBytesMax);
        try
        {
            var output = new ProtoWriter(buffer);
            var fields = new ProtoFields(value);
            var (from, isWritten) = (0, false);
            while (fields.Next())
            {
                var (field, to) = (fields.Tag >> 3, value.Length - fields.Left);
                if (field is not (LeaseMissedFieldNumber or UnverifiedFieldNumber))
                {
                    if (!isWritten && field > UnverifiedFieldNumber)
                    {
                        Judgement(ref output, missed, unverified);
                        isWritten = true;
                    }

                    output.Encoded(value[from..to]);
                }

                from = to;
            }

            if (!isWritten)
                Judgement(ref output, missed, unverified);
            return RecordValue.CopyOf(buffer.AsSpan(0, output.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Judgement(ref ProtoWriter output, bool missed, bool unverified)
    {
        output.Number(LeaseMissedFieldNumber, missed ? 1UL : 0);
        output.Number(UnverifiedFieldNumber, unverified ? 1UL : 0);
    }
}
