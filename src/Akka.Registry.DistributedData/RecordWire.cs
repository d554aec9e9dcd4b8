using System.Text;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Google.Protobuf;
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
        return 1 + CodedOutputStream.ComputeStringSize(key.Service) + 1 + CodedOutputStream.ComputeStringSize(key.Instance)
            + NumberSize(order.Epoch) + (order.Deregistered ? 2 : 0) + FixedSize(order.Stamp.Time.Value) + FixedSize(order.Stamp.Node.Value)
            + (order.Evicted ? 2 : 0) + FixedSize(dot.Origin.Value) + NumberSize(dot.Sequence) + NumberSize(dot.Life)
            + BytesSize(record.Value.Length) + BytesSize(record.Signature.Length);
    }

    /// <summary>Writes the record, without a tag and length of its own.</summary>
    public static void Write(CodedOutputStream output, MapRecord record)
    {
        var (key, order, dot) = (record.Key, record.Order, record.Dot);
        output.WriteRawTag((byte)ServiceTag);
        output.WriteString(key.Service);
        output.WriteRawTag((byte)InstanceTag);
        output.WriteString(key.Instance);
        Number(output, EpochTag, order.Epoch);
        Number(output, DeregisteredTag, order.Deregistered ? 1UL : 0);
        Fixed(output, StampTimeTag, order.Stamp.Time.Value);
        Fixed(output, StampNodeTag, order.Stamp.Node.Value);
        Number(output, EvictedTag, order.Evicted ? 1UL : 0);
        Fixed(output, OriginTag, dot.Origin.Value);
        Number(output, SequenceTag, dot.Sequence);
        Bytes(output, ValueTag, record.Value);
        Number(output, LifeTag, dot.Life);
        Bytes(output, SignatureTag, record.Signature);
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
        byte[] value = [];
        byte[] signature = [];
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
                case ValueTag: value = fields.Bytes.ToArray(); break;
                case LifeTag: life = (uint)fields.Number; break;
                case SignatureTag: signature = fields.Bytes.ToArray(); break;
                default: break;
            }
        }

        record = new MapRecord(
            new RecordKey(service, instance),
            new RecordOrder(epoch, deregistered, new Stamp(new HybridTimestamp(stampTime), new NodeUid(stampNode)), evicted),
            new Dot(new NodeUid(origin), sequence, life),
            value)
        {
            Signature = signature,
        };
        return !fields.IsMalformed && record.IsWellFormed;
    }

    private static int NumberSize(ulong number) => number == 0 ? 0 : 1 + CodedOutputStream.ComputeUInt64Size(number);

    private static int FixedSize(ulong number) => number == 0 ? 0 : 1 + sizeof(ulong);

    private static int BytesSize(int length) => length == 0 ? 0 : 1 + CodedOutputStream.ComputeLengthSize(length) + length;

    private static void Number(CodedOutputStream output, uint tag, ulong number)
    {
        if (number == 0)
            return;
        output.WriteRawTag((byte)tag);
        output.WriteUInt64(number);
    }

    private static void Fixed(CodedOutputStream output, uint tag, ulong number)
    {
        if (number == 0)
            return;
        output.WriteRawTag((byte)tag);
        output.WriteFixed64(number);
    }

    private static void Bytes(CodedOutputStream output, uint tag, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        output.WriteRawTag((byte)tag);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(bytes));
    }
}
