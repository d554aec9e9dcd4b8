using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData.Tests;

/// <summary>Short words for test data.</summary>
internal static class Make
{
    public static NodeUid Uid(ulong value) => new(value);

    public static RecordKey Key(string instance, string service = "s") => new(service, instance);

    public static Stamp Stamp(long milliseconds, ulong node = 1) => new(HybridTimestamp.At(milliseconds), Uid(node));

    public static MapRecord Live(string instance, ulong epoch, long milliseconds, ulong origin, ulong sequence, string service = "s") =>
        MapRecord.Of(Key(instance, service), new RecordOrder(epoch, false, Stamp(milliseconds, origin), false),
            new Dot(Uid(origin), sequence), new byte[] { 1 });

    public static MapRecord Evicted(MapRecord record, ulong origin, ulong sequence) =>
        MapRecord.Of(record.Key, record.Order with { Evicted = true }, new Dot(Uid(origin), sequence), default);

    public static MapRecord Deregistered(MapRecord record, ulong origin, ulong sequence) =>
        MapRecord.Of(record.Key, record.Order with { Deregistered = true }, new Dot(Uid(origin), sequence), default);

    public static VersionVector Vector(params (ulong Origin, ulong Sequence)[] entries)
    {
        var vector = VersionVector.Empty;
        foreach (var (origin, sequence) in entries)
            vector = vector.With(Uid(origin), sequence);
        return vector;
    }
}
