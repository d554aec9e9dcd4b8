using System.Buffers;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Transport;

public class FrameStreamTests
{
    private static readonly int[] Sizes = [0, 1, 100, 8_187, 8_188, 32_763, 32_764, 70_000, 3, 300_000, 0, 12_345];

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(4_099)]
    [InlineData(7)]
    public async Task Frames_come_whole_and_in_order_however_the_bytes_arrive(int atOnce)
    {
        var sent = Sizes.Select((size, i) => new Frame(FrameKind.Delta, Filled(size, (byte)i))).ToArray();
        var wire = new ArrayBufferWriter<byte>();
        foreach (var frame in sent)
            FrameWriter.Write(wire, frame);
        await using var frames = new FrameStream(new PieceStream(wire.WrittenMemory, atOnce));
        foreach (var frame in sent)
        {
            var reading = await frames.ReadAsync(FrameLimits.Peer, default);
            reading.Outcome.ShouldBe(FrameOutcome.Complete);
            reading.Frame.Kind.ShouldBe(FrameKind.Delta);
            reading.Frame.Payload.Span.SequenceEqual(frame.Payload.Span).ShouldBeTrue($"a frame of {frame.Payload.Length} bytes");
        }

        (await frames.ReadAsync(FrameLimits.Peer, default)).Outcome.ShouldBe(FrameOutcome.NeedMore, "the stream has ended");
    }

    [Fact]
    public async Task It_waits_without_a_buffer_between_frames_and_reads_on_within_one()
    {
        var wire = new ArrayBufferWriter<byte>();
        FrameWriter.Write(wire, new Frame(FrameKind.Delta, Filled(20, 1)));
        FrameWriter.Write(wire, new Frame(FrameKind.Delta, Filled(20, 2)));
        var pieces = new PieceStream(wire.WrittenMemory, atOnce: 24);
        await using var frames = new FrameStream(pieces);
        await frames.ReadAsync(FrameLimits.Peer, default);
        pieces.EmptyReads.ShouldBe([true, false, false], "one of nothing, and two for the first 25 bytes");
        await frames.ReadAsync(FrameLimits.Peer, default);
        pieces.EmptyReads.Count.ShouldBe(4, "the rest of it was half there");
        var ended = await frames.ReadAsync(FrameLimits.Peer, default);
        ended.Outcome.ShouldBe(FrameOutcome.NeedMore);
        pieces.EmptyReads[^2..].ShouldBe([true, false]);
    }

    [Fact]
    public async Task What_was_read_before_a_stop_is_not_handed_out_after_it()
    {
        var wire = new ArrayBufferWriter<byte>();
        FrameWriter.Write(wire, new Frame(FrameKind.Delta, Filled(1, 1)));
        FrameWriter.Write(wire, new Frame(FrameKind.Delta, Filled(1, 2)));
        await using var frames = new FrameStream(new PieceStream(wire.WrittenMemory, atOnce: 1_000));
        using var stop = new CancellationTokenSource();
        (await frames.ReadAsync(FrameLimits.Peer, stop.Token)).Outcome.ShouldBe(FrameOutcome.Complete);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await frames.ReadAsync(FrameLimits.Peer, stop.Token));
    }

    private static byte[] Filled(int size, byte with)
    {
        var bytes = new byte[size];
        Array.Fill(bytes, with);
        return bytes;
    }

    /// <summary>Bytes that come a few at once, each read at once.</summary>
    private sealed class PieceStream(ReadOnlyMemory<byte> bytes, int atOnce) : MemoryStream
    {
        private int _position;

        /// <summary>Of each read, whether it asked for nothing.</summary>
        public List<bool> EmptyReads { get; } = [];

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            EmptyReads.Add(buffer.IsEmpty);
            var count = Math.Min(Math.Min(atOnce, buffer.Length), bytes.Length - _position);
            bytes.Slice(_position, count).CopyTo(buffer);
            _position += count;
            return ValueTask.FromResult(count);
        }
    }
}
