using System.Buffers;
using System.Runtime.InteropServices;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests;

public sealed class FrameCodecTests
{
    private static readonly FrameLimits Limits = new(64);

    [Fact]
    public void A_frame_is_length_kind_payload()
    {
        Encode(new Frame(FrameKind.Delta, new byte[] { 0xAA, 0xBB })).ShouldBe([0, 0, 0, 3, 32, 0xAA, 0xBB]);
    }

    [Fact]
    public void A_header_alone_announces_the_whole_frame()
    {
        var output = new ArrayBufferWriter<byte>();

        FrameWriter.WriteHeader(output, new Frame(FrameKind.Digest, new byte[256]));

        output.WrittenSpan.ToArray().ShouldBe([0, 0, 1, 1, 34]);
    }

    [Fact]
    public void A_whole_frame_is_consumed_and_what_follows_stays()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0, 3, 16, 1, 2, 9, 9]);

        var reading = FrameReader.Read(ref buffer, Limits);

        reading.Outcome.ShouldBe(FrameOutcome.Complete);
        reading.IsError.ShouldBeFalse();
        reading.Frame.Kind.ShouldBe(FrameKind.Ping);
        reading.Frame.Payload.ToArray().ShouldBe([1, 2]);
        reading.Frame.WireBytes.ShouldBe(7);
        buffer.ToArray().ShouldBe([9, 9]);
    }

    [Fact]
    public void A_payload_is_the_receivers_own()
    {
        byte[] wire = [0, 0, 0, 2, 16, 1];
        var buffer = new ReadOnlySequence<byte>(wire);
        var frame = FrameReader.Read(ref buffer, Limits).Frame;

        wire[5] = 7;

        frame.Payload.ToArray().ShouldBe([1]);
    }

    [Fact]
    public void A_large_payload_is_lent_to_who_asks_for_it_and_is_another_ones_once_it_is_given_back()
    {
        var lending = new FrameLimits(1024 * 1024) { LendsPayloads = true };
        var large = Enumerable.Range(0, 20_000).Select(i => (byte)i).ToArray();

        var reading = ReadWhole(large, lending);
        reading.IsLent.ShouldBeTrue();
        reading.Frame.Payload.ToArray().ShouldBe(large);
        reading.GiveBack();
        MemoryMarshal.TryGetArray(reading.Frame.Payload, out var given).ShouldBeTrue();
        MemoryMarshal.TryGetArray(ReadWhole(large, lending).Frame.Payload, out var again).ShouldBeTrue();
        again.Array.ShouldBeSameAs(given.Array);    // Of one thread.

        ReadWhole(large, lending with { LendsPayloads = false }).IsLent.ShouldBeFalse();
        ReadWhole([1], lending).IsLent.ShouldBeFalse();
    }

    private static FrameReading ReadWhole(byte[] payload, FrameLimits limits)
    {
        var wire = new ArrayBufferWriter<byte>();
        FrameWriter.Write(wire, new Frame(FrameKind.RegisterInstances, payload));
        var buffer = new ReadOnlySequence<byte>(wire.WrittenMemory);
        return FrameReader.Read(ref buffer, limits);
    }

    [Fact]
    public void A_payload_may_be_empty()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0, 1, 3]);

        var reading = FrameReader.Read(ref buffer, Limits);

        reading.Frame.ShouldBe(new Frame(FrameKind.Proof, reading.Frame.Payload));
        reading.Frame.Payload.Length.ShouldBe(0);
        buffer.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Split_at_every_byte_the_frames_are_the_same()
    {
        Frame[] frames = [Some(FrameKind.Ping, 3), Some(FrameKind.Proof, 0), Some(FrameKind.Delta, 11)];
        var wire = frames.SelectMany(Encode).ToArray();

        for (var cut = 0; cut <= wire.Length; cut++)
        {
            var read = new List<Frame>();
            var buffer = new ReadOnlySequence<byte>(wire, 0, cut);
            ReadAll(ref buffer, read).Outcome.ShouldBe(FrameOutcome.NeedMore, $"cut at {cut}");
            var rest = Segments([buffer.ToArray(), wire[cut..]]);
            ReadAll(ref rest, read).Outcome.ShouldBe(FrameOutcome.NeedMore, $"cut at {cut}");

            Texts(read).ShouldBe(Texts(frames), $"cut at {cut}");
            rest.IsEmpty.ShouldBeTrue();
        }
    }

    [Fact]
    public void Every_byte_in_a_segment_of_its_own_makes_no_difference()
    {
        Frame[] frames = [Some(FrameKind.Ping, 3), Some(FrameKind.Proof, 0), Some(FrameKind.Delta, 11)];
        var buffer = Segments([.. frames.SelectMany(Encode).Select(b => new[] { b })]);
        var read = new List<Frame>();

        ReadAll(ref buffer, read);

        Texts(read).ShouldBe(Texts(frames));
    }

    [Fact]
    public void A_frame_that_is_not_whole_consumes_nothing()
    {
        var wire = Encode(Some(FrameKind.Ping, 5));
        for (var present = 0; present < wire.Length; present++)
        {
            var buffer = new ReadOnlySequence<byte>(wire, 0, present);

            FrameReader.Read(ref buffer, Limits).ShouldBe(FrameReading.NeedMore);

            buffer.Length.ShouldBe(present);
        }
    }

    [Fact]
    public void The_limit_counts_the_whole_frame()
    {
        var largest = new ReadOnlySequence<byte>(Encode(Some(FrameKind.Ping, 64 - Frame.HeaderBytes)));
        var larger = new ReadOnlySequence<byte>(Encode(Some(FrameKind.Ping, 65 - Frame.HeaderBytes)));

        FrameReader.Read(ref largest, Limits).Outcome.ShouldBe(FrameOutcome.Complete);
        FrameReader.Read(ref larger, Limits).Outcome.ShouldBe(FrameOutcome.Oversized);
    }

    [Theory]
    [InlineData(new byte[] { 0x40, 0, 0, 0 }, "a frame of 1073741824 bytes is over the limit")]
    [InlineData(new byte[] { 0x7F, 0xFF, 0xFF, 0xFF }, "a frame of 2147483647 bytes is over the limit")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, "a frame of 4294967295 bytes is over the limit")]
    public void What_announces_too_much_is_refused_after_four_bytes_and_takes_no_memory(byte[] wire, string reason)
    {
        var buffer = new ReadOnlySequence<byte>(wire);
        FrameReader.Read(ref buffer, FrameLimits.Peer);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var reading = FrameReader.Read(ref buffer, FrameLimits.Peer);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        reading.Outcome.ShouldBe(FrameOutcome.Oversized);
        reading.IsError.ShouldBeTrue();
        reading.Reason.ShouldBe(reason);
        buffer.Length.ShouldBe(4);
    }

    [Fact]
    public void A_frame_without_a_kind_is_an_error()
    {
        var buffer = new ReadOnlySequence<byte>(new byte[4]);

        var reading = FrameReader.Read(ref buffer, Limits);

        reading.Outcome.ShouldBe(FrameOutcome.Empty);
        reading.Reason.ShouldBe("a frame has no kind");
    }

    [Fact]
    public void A_kind_is_judged_before_its_payload_has_come()
    {
        for (var kind = 0; kind <= byte.MaxValue; kind++)
        {
            var buffer = new ReadOnlySequence<byte>([0, 0, 0, 9, (byte)kind]);

            var reading = FrameReader.Read(ref buffer, Limits);

            if (Enum.IsDefined((FrameKind)kind))
                reading.ShouldBe(FrameReading.NeedMore);
            else
                reading.Reason.ShouldBe($"frame kind {kind} is unknown");
        }
    }

    [Fact]
    public void Limits_are_the_documented_ones()
    {
        FrameLimits.Handshake.FrameBytesMax.ShouldBe(65_536);
        FrameLimits.Peer.FrameBytesMax.ShouldBe(1_048_576);
    }

    [Fact]
    public void A_message_survives_the_trip()
    {
        var hello = new Hello { Magic = WireProtocol.Magic, Cluster = "c", Node = new WireNode { Uid = 7, Host = "h" } };
        var buffer = new ReadOnlySequence<byte>(Encode(Frame.Of(FrameKind.Hello, hello)));

        FrameReader.Read(ref buffer, Limits).Frame.Read(Hello.Parser).ShouldBe(hello);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_pieces_the_frames_are_the_same(int seed)
    {
        var random = new Random(seed);
        var kinds = Enum.GetValues<FrameKind>();
        for (var round = 0; round < 300; round++)
        {
            var frames = Enumerable.Range(0, random.Next(1, 8))
                .Select(_ => Some(kinds[random.Next(kinds.Length)], random.Next(0, 60)))
                .ToArray();
            var pieces = Cut(frames.SelectMany(Encode).ToArray(), random);
            var read = new List<Frame>();
            var held = ReadOnlySequence<byte>.Empty;
            foreach (var piece in pieces)
            {
                held = Segments([held.ToArray(), piece]);
                ReadAll(ref held, read);
            }

            Texts(read).ShouldBe(Texts(frames), $"seed {seed}, round {round}");
            held.IsEmpty.ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Noise_ends_in_a_frame_within_the_limit_or_in_an_error(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var noise = new byte[random.Next(0, 200)];
            random.NextBytes(noise);
            if (noise.Length > 4 && random.Next(2) == 0)
                noise[0] = noise[1] = noise[2] = 0;
            var buffer = Segments(Cut(noise, random));
            var before = buffer.Length;
            var read = new List<Frame>();

            var end = ReadAll(ref buffer, read);

            read.TrueForAll(frame => frame.WireBytes <= Limits.FrameBytesMax && Enum.IsDefined(frame.Kind)).ShouldBeTrue();
            (before - buffer.Length).ShouldBe(read.Sum(frame => frame.WireBytes), $"seed {seed}, round {round}");
            if (!end.IsError)
                buffer.Length.ShouldBeLessThan(Limits.FrameBytesMax);
        }
    }

    private static FrameReading ReadAll(ref ReadOnlySequence<byte> buffer, List<Frame> into)
    {
        while (true)
        {
            var reading = FrameReader.Read(ref buffer, Limits);
            if (reading.Outcome != FrameOutcome.Complete)
                return reading;
            into.Add(reading.Frame);
        }
    }

    private static Frame Some(FrameKind kind, int payloadBytes) =>
        new(kind, Enumerable.Range(1, payloadBytes).Select(i => (byte)i).ToArray());

    private static byte[] Encode(Frame frame)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, frame);
        return output.WrittenSpan.ToArray();
    }

    private static string[] Texts(IEnumerable<Frame> frames) =>
        [.. frames.Select(frame => $"{frame.Kind} {Convert.ToHexString(frame.Payload.Span)}")];

    private static List<byte[]> Cut(byte[] wire, Random random)
    {
        var pieces = new List<byte[]>();
        for (var at = 0; at < wire.Length;)
        {
            var length = Math.Min(random.Next(0, 9), wire.Length - at);
            pieces.Add(wire[at..(at + length)]);
            at += length;
        }

        return pieces;
    }

    private static ReadOnlySequence<byte> Segments(List<byte[]> pieces)
    {
        if (pieces.Count == 0)
            return ReadOnlySequence<byte>.Empty;
        var first = new Segment(pieces[0], 0);
        var last = first;
        foreach (var piece in pieces.Skip(1))
            last = last.Append(piece);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, long at)
        {
            Memory = bytes;
            RunningIndex = at;
        }

        public Segment Append(byte[] bytes)
        {
            var next = new Segment(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
