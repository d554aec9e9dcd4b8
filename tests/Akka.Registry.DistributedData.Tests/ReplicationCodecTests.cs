using Akka.Registry.Contracts;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

public class ReplicationCodecTests
{
    private static readonly MapRecord Record = MapRecord.Of(
        Key("ä-1", "orders"), new RecordOrder(7, false, Stamp(1_000, 3), false), new Dot(Uid(4), 9, Life: 2), new byte[] { 1, 2, 3 });

    [Fact]
    public void A_frame_comes_back_as_it_was()
    {
        PeerFrame[] frames =
        [
            new PeerFrame.DeltaAck(4, 2, 17, Vector((1, 5)), Applied: true, ReceiverGeneration: 3),
            new PeerFrame.SnapshotRequest(5, 2, 99),
            new PeerFrame.Digest(6, 2)
            {
                Vector = Vector((1, 5)).With(new Origin(Uid(1), 2), 3), Collected = Vector((1, 2)), StateHash = ulong.MaxValue, LiveEntries = 12,
                ReplyWanted = true, Synchronized = true, Clock = HybridTimestamp.At(1_234), Uncovered = 3, Retains = true,
            },
        ];
        foreach (var frame in frames)
        {
            ReplicationCodec.TryDecode(ReplicationCodec.Encode(frame), out var decoded).ShouldBeTrue();
            decoded.ShouldBe(frame);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void A_delta_comes_back_with_its_vectors_on_the_last_part_alone(bool last, bool anew)
    {
        var delta = new PeerFrame.Delta(8, 2)
        {
            Interval = 5, Part = 3, Last = last, From = Vector((1, 1)), To = Vector((1, 2)), Records = [Record, Evicted(Record, 4, 10)], Anew = anew,
            Collected = Vector((9, 9)), AckWanted = !anew, ReceiverGeneration = 6,
        };
        ReplicationCodec.TryDecode(ReplicationCodec.Encode(delta), out var decoded).ShouldBeTrue();
        var read = decoded.ShouldBeOfType<PeerFrame.Delta>();
        var expected = delta with
        {
            From = last ? delta.From : VersionVector.Empty, To = last ? delta.To : VersionVector.Empty,
            Collected = last && anew ? delta.Collected : VersionVector.Empty, Records = read.Records,
        };
        read.ShouldBe(expected);
        read.Records.Select(record => (record.Key, record.Order, record.Dot))
            .ShouldBe(delta.Records.Select(record => (record.Key, record.Order, record.Dot)));
        read.Records[0].Value.ToArray().ShouldBe([1, 2, 3]);
        read.Records[1].Value.IsEmpty.ShouldBeTrue();
    }

    /// <summary>Else each would be copied, once it has come, to share the name.</summary>
    [Fact]
    public void A_record_that_comes_is_the_one_that_is_kept()
    {
        var map = new LwwMap();
        foreach (var instance in (string[])["first", "second"])
        {
            var delta = new PeerFrame.Delta(8, 2)
            {
                Interval = 5, Part = 0, Last = true, ReceiverGeneration = 6,
                Records = [Live(instance, 1, 1_000, 4, (ulong)instance.Length, service: "shared")],
            };
            ReplicationCodec.TryDecode(ReplicationCodec.Encode(delta), out var decoded).ShouldBeTrue();
            var record = decoded.ShouldBeOfType<PeerFrame.Delta>().Records[0];
            map.Merge(record, out _).ShouldBeTrue();
            map.Find(Key(instance, "shared")).ShouldBeSameAs(record);
        }
    }

    [Fact]
    public void The_estimate_of_a_records_size_is_never_too_low_and_not_far_too_high()
    {
        var largest = MapRecord.Of(Key("ä-1", "orders"), new RecordOrder(ulong.MaxValue, true, Stamp(long.MaxValue >> 17, ulong.MaxValue), true),
            new Dot(Uid(ulong.MaxValue), ulong.MaxValue, uint.MaxValue), default);
        foreach (var record in new[] { Record, largest, Live("x", 1, 1, 1, 1).WithValue(new byte[100_000]) })
        {
            var wire = new Delta();
            wire.Records.Add(ReplicationCodec.ToWire(record));
            ReplicationCodec.SizeOf(record).ShouldBeInRange(wire.CalculateSize(), wire.CalculateSize() + 60);
        }
    }

    /// <summary>Protobuf's own writing and reading is the measure.</summary>
    [Fact]
    public void Records_are_written_and_read_as_protobuf_does_it()
    {
        var largest = MapRecord.Of(Key("ä-1", "orders"), new RecordOrder(ulong.MaxValue, true, Stamp(long.MaxValue >> 17, ulong.MaxValue), true),
            new Dot(Uid(ulong.MaxValue), ulong.MaxValue, uint.MaxValue), default);
        var delta = new PeerFrame.Delta(8, 2)
        {
            Interval = 5, Part = 0, Last = true, To = Vector((1, 2)), Records = [Record, Evicted(Record, 4, 10), largest, Live("x", 1, 1, 1, 1)],
            ReceiverGeneration = 1,
        };
        var frame = ReplicationCodec.Encode(delta);
        var wire = frame.Read(Delta.Parser);
        wire.Records.ShouldBe(delta.Records.Select(ReplicationCodec.ToWire));

        ReplicationCodec.TryDecode(Frame.Of(FrameKind.Delta, wire), out var decoded).ShouldBeTrue();
        ReplicationCodec.Encode(decoded).Payload.ToArray().ShouldBe(frame.Payload.ToArray());
    }

    [Fact]
    public void Malformed_fields_refuse_the_whole_frame()
    {
        Refused(wire => wire.Service = "");
        Refused(wire => wire.Instance = "");
        Refused(wire => wire.Origin = 0);
        Refused(wire => wire.Sequence = 0);
        Refused(wire => wire.Life = 0);
        Refused(wire => wire.Evicted = true);                       // A tombstone with a value.
        var digest = new Digest { Vector = new WireVector() };
        digest.Vector.Origins.Add(1);
        ReplicationCodec.TryDecode(Frame.Of(FrameKind.Digest, digest), out _).ShouldBeFalse();
    }

    [Fact]
    public void Whatever_arrives_is_read_or_refused()
    {
        var random = new Random(11);
        var delta = new PeerFrame.Delta(8, 2) { Interval = 5, Part = 0, Last = true, Records = [Record], ReceiverGeneration = 1 };
        var valid = ReplicationCodec.Encode(delta).Payload.ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = valid.ToArray();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ReplicationCodec.TryDecode(new Frame((FrameKind)random.Next(30, 40), bytes.AsMemory(0, random.Next(bytes.Length + 1))), out _);
        }
    }

    private static void Refused(Action<WireRecord> spoil)
    {
        var wire = ReplicationCodec.ToWire(Record);
        MapRecord.TryFromWire(wire, out _).ShouldBeTrue();
        spoil(wire);
        var delta = new Delta();
        delta.Records.Add(wire);
        ReplicationCodec.TryDecode(Frame.Of(FrameKind.Delta, delta), out _).ShouldBeFalse();
    }
}
