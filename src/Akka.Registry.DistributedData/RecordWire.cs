using System.Text;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Values;
using static Akka.Registry.Contracts.WireRecord;
using static Google.Protobuf.WireFormat;

namespace Akka.Registry.DistributedData;

/// <summary>Records as a <see cref="Delta"/> carries them, written and read where they lie: there are very many of them.</summary>
internal static class RecordWire
{
    private const uint ServiceTag = (ServiceFieldNumber << 3) | (uint)WireType.LengthDelimited;
    private const uint InstanceTag = (InstanceFieldNumber << 3) | (uint)WireType.LengthDelimited;
    private const uint EpochTag = (EpochFieldNumber << 3) | (uint)WireType.Varint;
    private const uint DeregisteredTag = (DeregisteredFieldNumber << 3) | (uint)WireType.Varint;
    private const uint StampTimeTag = (StampTimeFieldNumber << 3) | (uint)WireType.Fixed64;
    private const uint StampNodeTag = (StampNodeFieldNumber << 3) | (uint)WireType.Fixed64;
    private const uint EvictedTag = (EvictedFieldNumber << 3) | (uint)WireType.Varint;
    private const uint OriginTag = (OriginFieldNumber << 3) | (uint)WireType.Fixed64;
    private const uint SequenceTag = (SequenceFieldNumber << 3) | (uint)WireType.Varint;
    private const uint ValueTag = (ValueFieldNumber << 3) | (uint)WireType.LengthDelimited;
    private const uint LifeTag = (LifeFieldNumber << 3) | (uint)WireType.Varint;
    private const uint SignatureTag = (SignatureFieldNumber << 3) | (uint)WireType.LengthDelimited;

    /// <summary>Bytes that the record takes, its own tag and length not included.</summary>
    public static int SizeOf(MapRecord record)
    {
        var (key, order, dot) = (record.Key, record.Order, record.Dot);
        return ProtoWriter.TextBytes(ServiceFieldNumber, key.Service)
            + ProtoWriter.TextBytes(InstanceFieldNumber, key.Instance)
            + ProtoWriter.NumberBytes(EpochFieldNumber, order.Epoch)
            + ProtoWriter.NumberBytes(DeregisteredFieldNumber, order.Deregistered ? 1UL : 0)
            + FixedBytes(StampTimeFieldNumber, order.Stamp.Time.Value)
            + FixedBytes(StampNodeFieldNumber, order.Stamp.Node.Value)
            + ProtoWriter.NumberBytes(EvictedFieldNumber, order.Evicted ? 1UL : 0)
            + FixedBytes(OriginFieldNumber, dot.Origin.Value)
            + ProtoWriter.NumberBytes(SequenceFieldNumber, dot.Sequence)
            + ProtoWriter.BytesBytes(ValueFieldNumber, record.Value.Length)
            + ProtoWriter.NumberBytes(LifeFieldNumber, dot.Life)
            + ProtoWriter.BytesBytes(SignatureFieldNumber, record.Signature.Length);
    }

    /// <summary>Writes the record, without a tag and length of its own.</summary>
    public static void Write(ref ProtoWriter output, MapRecord record)
    {
        var (key, order, dot) = (record.Key, record.Order, record.Dot);
        output.Text(ServiceFieldNumber, key.Service);
        output.Text(InstanceFieldNumber, key.Instance);
        output.Number(EpochFieldNumber, order.Epoch);
        output.Number(DeregisteredFieldNumber, order.Deregistered ? 1UL : 0);
        Fixed(ref output, StampTimeFieldNumber, order.Stamp.Time.Value);
        Fixed(ref output, StampNodeFieldNumber, order.Stamp.Node.Value);
        output.Number(EvictedFieldNumber, order.Evicted ? 1UL : 0);
        Fixed(ref output, OriginFieldNumber, dot.Origin.Value);
        output.Number(SequenceFieldNumber, dot.Sequence);
        record.Value.WriteTo(ref output, ValueFieldNumber);
        output.Number(LifeFieldNumber, dot.Life);
        output.Bytes(SignatureFieldNumber, record.Signature);
    }

    /// <summary>Reads a record. Nothing in it is trusted.</summary>
    /// <param name="bytes">As <see cref="Write"/> made them.</param>
    /// <param name="record">The record, with bytes of its own.</param>
    /// <returns>False when it is malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MapRecord record)
    {
        var (service, instance) = ("", "");
        var (epoch, stampTime, stampNode, origin, sequence, life) = (0UL, 0UL, 0UL, 0UL, 0UL, 0U);
        var (deregistered, evicted) = (false, false);
        var value = default(RecordValue);
        var signature = default(ReadOnlySpan<byte>);
        var fields = new ProtoFields(bytes);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case ServiceTag: service = StringInterner.Shared.Intern(fields.Bytes); break;
                case InstanceTag: instance = Encoding.UTF8.GetString(fields.Bytes); break;
                case EpochTag: epoch = fields.Number; break;
                case DeregisteredTag: deregistered = fields.Number != 0; break;
                case StampTimeTag: stampTime = fields.Number; break;
                case StampNodeTag: stampNode = fields.Number; break;
                case EvictedTag: evicted = fields.Number != 0; break;
                case OriginTag: origin = fields.Number; break;
                case SequenceTag: sequence = fields.Number; break;
                case ValueTag: value = RecordValue.CopyOf(fields.Bytes); break;
                case LifeTag: life = (uint)fields.Number; break;
                case SignatureTag: signature = fields.Bytes; break;
                default: break;
            }
        }

        record = MapRecord.Of(
            new RecordKey(service, instance),
            new RecordOrder(epoch, deregistered, new Stamp(new HybridTimestamp(stampTime), new NodeUid(stampNode)), evicted),
            new Dot(new NodeUid(origin), sequence, life),
            value,
            signature);
        return !fields.IsMalformed && record.IsWellFormed;
    }

    private static int FixedBytes(int field, ulong number) => number == 0 ? 0 : ProtoWriter.FixedBytes(field);

    private static void Fixed(ref ProtoWriter output, int field, ulong number)
    {
        if (number != 0)
            output.Fixed(field, number);
    }
}
