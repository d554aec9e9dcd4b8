using System.Buffers.Binary;
using System.Security.Cryptography;
using Akka.Registry.Client;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Directory.Snapshots;
using Akka.Registry.Client.Queries;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>What a node says to a client's session: feeds, answers, results. A client outlives a node that speaks nonsense.</summary>
internal sealed class ClientTarget() : FuzzTarget("client")
{
    private static readonly FrameKind[] Kinds =
    [
        FrameKind.SubscriptionBatch, FrameKind.SubscriptionPart, FrameKind.SubscriptionEnded, FrameKind.SessionAnswer, FrameKind.RegisterResults,
        FrameKind.SessionBeatResults, FrameKind.InstanceCommandResult, FrameKind.SessionNodes,
    ];

    private static readonly RegistryClientOptions Options = new();

    public override long AllocatedBytesMax => 256 * 1024;

    public override IEnumerable<byte[]> Seeds =>
    [
        Frames.ToWire(
            Frame.Of(FrameKind.SubscriptionBatch, new SubscriptionBatch { Subscription = 1, Number = 1, Snapshot = true, Cursor = "AQA",
                Revision = 3, Parts = 1 }),
            Frame.Of(FrameKind.SubscriptionPart, new SubscriptionPart
            {
                Changes = { new WireChange { Service = "web", Instance = "1", Epoch = 1, Value = InstanceTarget.Value().ToByteString(),
                    Status = WireInstanceStatus.Passing } },
            })),
        Frames.ToWire(Frame.Of(FrameKind.SubscriptionEnded, new SubscriptionEnded { Subscription = 1, Error = WireSessionError.Invalid,
            Message = "no" })),
        Frames.ToWire(Frame.Of(FrameKind.SessionAnswer, new SessionAnswer { Request = 1, Instances = new WireInstancePage { Service = "web",
            Next = "1" } })),
        Frames.ToWire(Frame.Of(FrameKind.RegisterResults, new RegisterResults { Request = 1, Results = { new WireRegisterResult { Lease = 1,
            TtlMs = 1_000 } } })),
        Frames.ToWire(Frame.Of(FrameKind.SessionNodes, new SessionNodes { Nodes = { "10.0.0.1:4053", "[::1]:1", "x" } })),
    ];

    public override byte[] Make(Random random) => Frames.MakeWire(Kinds, random);

    public override FuzzOutcome Decode(byte[] input)
    {
        var feeds = new FeedBook(Options);
        var book = new RegistrationBook(Options);
        feeds.Opened();
        feeds.Follow("web");
        feeds.Follow("db");
        feeds.Due();
        book.Opened();
        var shape = "";
        var frames = Frames.OfWire(input);
        try
        {
            foreach (var frame in frames)
            {
                Take(frame, feeds, book);
                shape += $"{frame.Kind} ";
            }

            feeds.Lost();
            book.Lost();
            return frames.Count > 0 ? FuzzOutcome.Read(frames, shape[..Math.Min(shape.Length, 60)]) : FuzzOutcome.Refused("nothing");
        }
        catch (Exception refusal) when (refusal is InvalidProtocolBufferException or IOException)
        {
            return FuzzOutcome.Refused($"{shape[..Math.Min(shape.Length, 40)]} {refusal.GetType().Name}");
        }
    }

    private static void Take(Frame frame, FeedBook feeds, RegistrationBook book)
    {
        switch (frame.Kind)
        {
            case FrameKind.SubscriptionBatch: feeds.OnBatch(frame.Read(SubscriptionBatch.Parser)); break;
            case FrameKind.SubscriptionPart: feeds.OnPart(frame.Read(SubscriptionPart.Parser)); break;
            case FrameKind.SubscriptionEnded: feeds.OnEnded(frame.Read(SubscriptionEnded.Parser), TimeSpan.FromSeconds(1)); break;
            case FrameKind.RegisterResults: book.OnResults(frame.Read(RegisterResults.Parser)); break;
            case FrameKind.SessionBeatResults: book.OnBeatResults(frame.Read(SessionBeatResults.Parser)); break;
            case FrameKind.InstanceCommandResult: book.OnCommandResult(frame.Read(InstanceCommandResult.Parser)); break;
            case FrameKind.SessionNodes:
                _ = frame.Read(SessionNodes.Parser).Nodes.Count(node => NodeEndpoint.TryParse(node, out _));
                break;
            case FrameKind.SessionAnswer: Read(frame.Read(SessionAnswer.Parser)); break;
            default: throw new IOException("nothing that a node says");
        }
    }

    private static void Read(SessionAnswer answer)
    {
        switch (answer.KindCase)
        {
            case SessionAnswer.KindOneofCase.Instances: QueryWire.Read(answer.Instances); break;
            case SessionAnswer.KindOneofCase.Services: QueryWire.Read(answer.Services); break;
            case SessionAnswer.KindOneofCase.Node when answer.Node.Node is not null: QueryWire.Read(answer.Node); break;
        }
    }
}

/// <summary>The client's snapshot file, whoever has written into it.</summary>
internal sealed class SnapshotTarget() : FuzzTarget("snapshot")
{
    private const string Cluster = "default";

    public override IEnumerable<byte[]> Seeds =>
    [
        Body(File([])),
        Body(File(
        [
            new KeptView("web", "AQA", 3, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000),
                [ServiceInstance.Read(Change("1")), ServiceInstance.Read(Change("2"))]),
            new KeptView("db", "", 0, DateTimeOffset.UnixEpoch, []),
        ])),
    ];

    public override long AllocatedPerByteMax => 128;

    public override byte[] Make(Random random)
    {
        using var body = new MemoryStream();
        using (var output = new CodedOutputStream(body, leaveOpen: true))
        {
            output.WriteMessage(new SnapshotHead { Cluster = random.Next(8) == 0 ? "x" : Cluster });
            for (var i = random.Next(4); i > 0; i--)
                output.WriteMessage(ProtoMaker.Fill(new KeptService(), random));
        }

        return [1, .. body.ToArray()];
    }

    /// <summary>The first byte says whether the rest is a file as it is, or the inside of one with the right head and checksum.</summary>
    public override FuzzOutcome Decode(byte[] input)
    {
        var file = input is [1, ..] ? Seal(input.AsSpan(1)) : input;
        var reading = SnapshotCodec.Read(file, Cluster);
        return reading.Fault is { } fault
            ? FuzzOutcome.Refused(new string([.. fault.Where(char.IsAsciiLetter).Take(80)]))
            : FuzzOutcome.Read(reading, $"{Math.Min(reading.Views.Count, 3)} views");
    }

    public override void Check(object value)
    {
        var first = File(((SnapshotReading)value).Views);
        var again = SnapshotCodec.Read(first, Cluster);
        if (again.Fault is { } fault)
            throw new FuzzFinding($"what is written is not read: {fault}");
        if (!File(again.Views).AsSpan().SequenceEqual(first))
            throw new FuzzFinding("what is read is written otherwise");
    }

    private static byte[] File(IEnumerable<KeptView> views)
    {
        using var stream = new MemoryStream();
        SnapshotCodec.Write(stream, Cluster, DateTimeOffset.UnixEpoch, views, bytesMax: 1 << 24);
        return stream.ToArray();
    }

    private static byte[] Body(byte[] file) => [1, .. file.AsSpan(SnapshotCodec.HeaderBytes,
        file.Length - SnapshotCodec.HeaderBytes - SHA256.HashSizeInBytes)];

    private static byte[] Seal(ReadOnlySpan<byte> body)
    {
        var file = new byte[SnapshotCodec.HeaderBytes + body.Length + SHA256.HashSizeInBytes];
        "AKREGDIR"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), SnapshotCodec.Version);
        body.CopyTo(file.AsSpan(SnapshotCodec.HeaderBytes));
        SHA256.HashData(file.AsSpan(..^SHA256.HashSizeInBytes), file.AsSpan(^SHA256.HashSizeInBytes..));
        return file;
    }

    private static WireChange Change(string id) =>
        new() { Service = "web", Instance = id, Epoch = 1, Value = InstanceTarget.Value().ToByteString(), Status = WireInstanceStatus.Passing };
}
