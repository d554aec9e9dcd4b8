using System.Buffers;
using Akka.Registry.Contracts;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>Which protobuf message each kind of frame holds, and frames of chance.</summary>
internal static class Frames
{
    private static readonly Dictionary<string, MessageDescriptor> ByName =
        new[] { CommonReflection.Descriptor, HandshakeReflection.Descriptor, MembershipReflection.Descriptor, ReplicationReflection.Descriptor,
                RegistryReflection.Descriptor, RemotingReflection.Descriptor, SessionReflection.Descriptor }
            .SelectMany(file => file.MessageTypes).ToDictionary(type => type.Name);

    /// <summary>Every kind that there is.</summary>
    public static FrameKind[] Kinds { get; } = Enum.GetValues<FrameKind>();

    /// <summary>An empty message of the kind.</summary>
    public static IMessage MessageOf(FrameKind kind)
    {
        var name = kind switch
        {
            FrameKind.SessionActorMessage => nameof(ActorMessage),
            FrameKind.SessionActorAnswer => nameof(ActorAnswer),
            _ => kind.ToString(),
        };
        return (IMessage)Activator.CreateInstance(ByName[name].ClrType)!;
    }

    /// <summary>A frame of chance of one of the kinds.</summary>
    public static Frame Make(FrameKind[] kinds, Random random)
    {
        var kind = kinds[random.Next(kinds.Length)];
        return Frame.Of(kind, ProtoMaker.Fill(MessageOf(kind), random));
    }

    /// <summary>A frame as an input: its kind, then its payload.</summary>
    public static byte[] ToInput(Frame frame) => [(byte)frame.Kind, .. frame.Payload.Span];

    /// <summary>The frame of an input; of the first of the kinds where the first byte is none of them.</summary>
    public static Frame OfInput(byte[] input, FrameKind[] kinds)
    {
        if (input.Length == 0)
            return new Frame(kinds[0], default);
        var kind = (FrameKind)input[0];
        return new Frame(kinds.Contains(kind) ? kind : kinds[input[0] % kinds.Length], input.AsMemory(1));
    }

    /// <summary>Frames as they stand on the wire.</summary>
    public static byte[] ToWire(params IEnumerable<Frame> frames)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var frame in frames)
            FrameWriter.Write(buffer, frame);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>All whole frames that a wire begins with.</summary>
    public static List<Frame> OfWire(byte[] wire, int framesMax = 64)
    {
        var frames = new List<Frame>();
        var rest = new ReadOnlySequence<byte>(wire);
        while (frames.Count < framesMax && FrameReader.Read(ref rest, FrameLimits.Handshake) is { Outcome: FrameOutcome.Complete } reading)
            frames.Add(reading.Frame);
        return frames;
    }

    /// <summary>A few frames of chance on a wire.</summary>
    public static byte[] MakeWire(FrameKind[] kinds, Random random) =>
        ToWire(Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Make(kinds, random)).ToList());
}

/// <summary>Frames out of a stream, in pieces of any size.</summary>
internal sealed class FrameTarget() : FuzzTarget("frames")
{
    public override IEnumerable<byte[]> Seeds => Frames.Kinds.Select(kind => Frames.ToWire(Frame.Of(kind, ProtoMaker.Fill(Frames.MessageOf(kind),
        new Random(7)))));

    public override byte[] Make(Random random) => Frames.MakeWire(Frames.Kinds, random);

    public override FuzzOutcome Decode(byte[] input)
    {
        var rest = new ReadOnlySequence<byte>(input);
        var frames = new List<Frame>();
        while (true)
        {
            var reading = FrameReader.Read(ref rest, FrameLimits.Handshake);
            if (reading.Outcome == FrameOutcome.Complete)
            {
                frames.Add(reading.Frame);
                continue;
            }

            if (reading.IsError != (reading.Reason.Length > 0))
                throw new FuzzFinding($"{reading.Outcome} has the reason '{reading.Reason}'");
            return frames.Count > 0 ? FuzzOutcome.Read(frames, $"{reading.Outcome} after {frames[^1].Kind}")
                : FuzzOutcome.Refused($"{reading.Outcome}");
        }
    }

    public override void Check(object value)
    {
        var frames = (List<Frame>)value;
        var wire = Frames.ToWire(frames);
        // In two segments, cut anywhere: the same frames.
        var cut = wire.Length * 2 / 3;
        var first = new Segment(wire.AsMemory(0, cut));
        var last = first.Append(wire.AsMemory(cut));
        var rest = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        foreach (var frame in frames)
        {
            var again = FrameReader.Read(ref rest, FrameLimits.Handshake).Frame;
            if (again.Kind != frame.Kind || !again.Payload.Span.SequenceEqual(frame.Payload.Span))
                throw new FuzzFinding($"{frame.Kind} is read otherwise when it comes in pieces");
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}

/// <summary>The leases of a client's beat, as they are read by hand: as protobuf reads them, wherever it accepts what protobuf would.</summary>
internal sealed class LeasePackTarget() : FuzzTarget("lease-pack")
{
    public override IEnumerable<byte[]> Seeds => [[], Pack(1, 2), Pack([.. Enumerable.Range(0, 40).Select(i => (ulong)i << 32)])];

    public override FuzzOutcome Decode(byte[] input) => LeasePack.TryRead(input, out var pack)
        ? FuzzOutcome.Read(Leases(pack), pack.Count.ToString(System.Globalization.CultureInfo.InvariantCulture))
        : FuzzOutcome.Refused("refused");

    public override void Check(object value)
    {
        var leases = (ulong[])value;
        var wire = Pack(leases);
        if (!LeasePack.TryRead(wire, out var again) || !Leases(again).SequenceEqual(leases)
            || !SessionBeats.Parser.ParseFrom(wire).Leases.SequenceEqual(leases))
            throw new FuzzFinding($"{leases.Length} leases are read otherwise once they are written");
    }

    private static ulong[] Leases(LeasePack pack)
    {
        var leases = new ulong[pack.Count];
        for (var i = 0; i < leases.Length; i++)
            leases[i] = pack[i];
        return leases;
    }

    private static byte[] Pack(params ulong[] leases) => LeasePack.Write(leases).Payload.ToArray();
}
