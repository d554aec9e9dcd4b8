using System.Buffers;
using System.Diagnostics;
using System.Text;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.DistributedData;

/// <summary>Reads a frame; false when it is malformed.</summary>
internal delegate bool FrameDecoder(Frame frame, out PeerFrame decoded);

/// <summary>Between frames on the wire and what the machine speaks of. What is malformed in any field is refused as a whole.</summary>
internal static class ReplicationCodec
{
    private const uint RecordsTag = (Delta.RecordsFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;
    private const int FixedRecordBytes = 72;     // Tags, lengths, epoch, stamp, dot: a little more than they ever take.

    /// <summary>About how many bytes the record takes in a frame; never fewer than it does.</summary>
    public static int SizeOf(MapRecord record) =>
        FixedRecordBytes + Encoding.UTF8.GetByteCount(record.Key.Service) + Encoding.UTF8.GetByteCount(record.Key.Instance) + record.Value.Length
        + (record.Signature.IsEmpty ? 0 : record.Signature.Length + 3);

    public static Frame Encode(PeerFrame frame) => frame switch
    {
        PeerFrame.Delta delta => new Frame(FrameKind.Delta, DeltaBytes(delta)),
        PeerFrame.DeltaAck ack => Frame.Of(FrameKind.DeltaAck, ToWire(ack)),
        PeerFrame.Digest digest => Frame.Of(FrameKind.Digest, ToWire(digest)),
        PeerFrame.SnapshotRequest request => Frame.Of(FrameKind.SnapshotRequest, ToWire(request)),
        PeerFrame.OwnerWord word => Frame.Of(FrameKind.OwnerWord, OwnerWordCodec.ToWire(word)),
        _ => throw new UnreachableException($"No wire form for {frame.GetType().Name}."),
    };

    /// <summary>Reads a frame.</summary>
    /// <returns>False when the frame is malformed or of a kind that replication does not speak.</returns>
    public static bool TryDecode(Frame frame, out PeerFrame decoded)
    {
        decoded = null!;
        try
        {
            return frame.Kind switch
            {
                FrameKind.Delta => TryReadDelta(frame.Payload.Span, out decoded),
                FrameKind.DeltaAck => TryRead(frame.Read(DeltaAck.Parser), out decoded),
                FrameKind.Digest => TryRead(frame.Read(Digest.Parser), out decoded),
                FrameKind.SnapshotRequest => TryRead(frame.Read(SnapshotRequest.Parser), out decoded),
                FrameKind.OwnerWord => OwnerWordCodec.TryRead(frame.Read(OwnerWord.Parser), out decoded),
                _ => false,
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    public static WireRecord ToWire(MapRecord record) => new()
    {
        Service = record.Key.Service,
        Instance = record.Key.Instance,
        Epoch = record.Order.Epoch,
        Deregistered = record.Order.Deregistered,
        StampTime = record.Order.Stamp.Time.Value,
        StampNode = record.Order.Stamp.Node.Value,
        Evicted = record.Order.Evicted,
        Origin = record.Dot.Origin.Value,
        Sequence = record.Dot.Sequence,
        Life = record.Dot.Life,
        Value = UnsafeByteOperations.UnsafeWrap(record.Value.Memory),
        Signature = ByteString.CopyFrom(record.Signature),
    };

    /// <summary>The records come last: they are written without a message of each.</summary>
    private static byte[] DeltaBytes(PeerFrame.Delta delta)
    {
        var wire = ToWire(delta).ToByteArray();
        var size = wire.Length;
        foreach (var record in delta.Records)
            size += ProtoWriter.MessageBytes(Delta.RecordsFieldNumber, RecordWire.SizeOf(record));
        var bytes = GC.AllocateUninitializedArray<byte>(size);
        var output = new ProtoWriter(bytes);
        output.Encoded(wire);
        foreach (var record in delta.Records)
        {
            output.Begin(Delta.RecordsFieldNumber, RecordWire.SizeOf(record));
            RecordWire.Write(ref output, record);
        }

        Debug.Assert(output.Length == size, "What was written is as long as was counted.");
        return bytes;
    }

    /// <summary>All of a delta but its records.</summary>
    private static Delta ToWire(PeerFrame.Delta delta)
    {
        var wire = new Delta
        {
            Number = delta.Number,
            Generation = delta.Generation,
            ReceiverGeneration = delta.ReceiverGeneration,
            Interval = delta.Interval,
            Part = delta.Part,
            Last = delta.Last,
            Anew = delta.Anew,
            AckWanted = delta.AckWanted,
            Everything = delta.Everything,
            From = delta.Last ? delta.From.ToWire() : null,
            To = delta.Last ? delta.To.ToWire() : null,
            Collected = delta is { Last: true, Anew: true } ? delta.Collected.ToWire() : null,
        };
        wire.Traceparents.Add(delta.Traces);
        foreach (var passport in delta.Passports)
            wire.Passports.Add(UnsafeByteOperations.UnsafeWrap(passport));
        return wire;
    }

    private static DeltaAck ToWire(PeerFrame.DeltaAck ack) => new()
    {
        Number = ack.Number,
        Generation = ack.Generation,
        ReceiverGeneration = ack.ReceiverGeneration,
        Interval = ack.Interval,
        Vector = ack.Vector.ToWire(),
        Applied = ack.Applied,
    };

    private static Digest ToWire(PeerFrame.Digest digest) => new()
    {
        Number = digest.Number,
        Generation = digest.Generation,
        Vector = digest.Vector.ToWire(),
        Collected = digest.Collected.ToWire(),
        StateHash = digest.StateHash,
        LiveEntries = (ulong)digest.LiveEntries,
        ReplyWanted = digest.ReplyWanted,
        Synchronized = digest.Synchronized,
        Clock = digest.Clock.Value,
        Uncovered = (ulong)digest.Uncovered,
        Retains = digest.Retains,
        Retired = digest.Retired.Count > 0 ? digest.Retired.ToWire() : null,
        Passport = UnsafeByteOperations.UnsafeWrap(digest.Passport),
    };

    private static SnapshotRequest ToWire(PeerFrame.SnapshotRequest request) => new()
    {
        Number = request.Number,
        Generation = request.Generation,
        Request = request.Request,
    };

    private static bool TryReadDelta(ReadOnlySpan<byte> payload, out PeerFrame frame)
    {
        frame = null!;
        var records = new List<MapRecord>();
        var others = new ArrayBufferWriter<byte>();
        var fields = new ProtoFields(payload);
        for (var left = payload.Length; fields.Next(); left = fields.Left)
        {
            if (fields.Tag != RecordsTag)
                others.Write(payload[^left..^fields.Left]);
            else if (!RecordWire.TryRead(fields.Bytes, out var record))
                return false;
            else
                records.Add(record);
        }

        return !fields.IsMalformed && TryRead(Delta.Parser.ParseUntrusted(others.WrittenSpan), records, out frame);
    }

    private static bool TryRead(Delta wire, List<MapRecord> records, out PeerFrame frame)
    {
        frame = null!;
        if (!VersionVector.TryFromWire(wire.From, out var from) || !VersionVector.TryFromWire(wire.To, out var to)
            || !VersionVector.TryFromWire(wire.Collected, out var collected))
            return false;
        frame = new PeerFrame.Delta(wire.Number, wire.Generation)
        {
            ReceiverGeneration = wire.ReceiverGeneration,
            Interval = wire.Interval,
            Part = wire.Part,
            Last = wire.Last,
            From = from,
            To = to,
            Records = records,
            Anew = wire.Anew,
            Collected = collected,
            AckWanted = wire.AckWanted,
            Everything = wire.Everything,
            Traces = wire.Traceparents.Count == 0 ? [] : [.. wire.Traceparents.Take(PeerFrame.Delta.TracesMax)],
            Passports = wire.Passports.Count == 0 ? [] : [.. wire.Passports.Select(passport => passport.Memory)],
        };
        return true;
    }

    private static bool TryRead(DeltaAck wire, out PeerFrame frame)
    {
        var valid = VersionVector.TryFromWire(wire.Vector, out var vector);
        frame = new PeerFrame.DeltaAck(wire.Number, wire.Generation, wire.Interval, vector, wire.Applied, wire.ReceiverGeneration);
        return valid;
    }

    private static bool TryRead(Digest wire, out PeerFrame frame)
    {
        var valid = VersionVector.TryFromWire(wire.Vector, out var vector) & VersionVector.TryFromWire(wire.Collected, out var collected)
            & VersionVector.TryFromWire(wire.Retired, out var retired);
        frame = new PeerFrame.Digest(wire.Number, wire.Generation)
        {
            Vector = vector,
            Collected = collected,
            StateHash = wire.StateHash,
            LiveEntries = (long)Math.Min(wire.LiveEntries, long.MaxValue),
            ReplyWanted = wire.ReplyWanted,
            Synchronized = wire.Synchronized,
            Clock = new HybridTimestamp(wire.Clock),
            Uncovered = (long)Math.Min(wire.Uncovered, long.MaxValue),
            Retains = wire.Retains,
            Retired = retired,
            Passport = wire.Passport.IsEmpty ? default : wire.Passport.Memory,
        };
        return valid;
    }

    private static bool TryRead(SnapshotRequest wire, out PeerFrame frame)
    {
        frame = new PeerFrame.SnapshotRequest(wire.Number, wire.Generation, wire.Request);
        return true;
    }
}
