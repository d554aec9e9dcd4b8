using System.Globalization;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;

namespace Akka.Registry.Durability.Tests;

/// <summary>Maps and what is saved of them.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset At = new(2026, 5, 1, 12, 30, 15, 250, TimeSpan.Zero);

    public static readonly NodeUid Origin = new(0xF123_4567_89AB_CDEF);

    public static MapRecord Live(int number, ulong sequence, int bytes = 60) => MapRecord.Of(
        new RecordKey($"service-{number % 7}", string.Create(CultureInfo.InvariantCulture, $"instance-{number:0000}")),
        new RecordOrder((ulong)number + 1, Deregistered: false, new Stamp(new HybridTimestamp(ulong.MaxValue - sequence), Origin), Evicted: false),
        new Dot(Origin, sequence, Life: 3), Bytes(number, bytes));

    public static MapRecord Removed(MapRecord live, ulong sequence, bool deregistered) => MapRecord.Of(
        live.Key, live.Order with { Deregistered = deregistered, Evicted = !deregistered }, live.Dot with { Sequence = sequence }, default);

    public static MapPicture Picture(IReadOnlyList<MapRecord> records, ulong covered = 1_000, ulong collected = 3) => MapPicture.Of(
        records,
        VersionVector.Of(new Origin(Origin, 3), covered).With(new NodeUid(9), ulong.MaxValue),
        VersionVector.Of(new Origin(Origin, 3), collected),
        new HybridTimestamp(ulong.MaxValue - 5), At);

    /// <summary>The whole map.</summary>
    public static MapSave Whole(MapPicture picture) =>
        new(picture.Records, new Dictionary<RecordKey, MapRecord?>(), picture.Marks, picture.At);

    /// <summary>What of the map has changed.</summary>
    public static MapSave Change(MapPicture after, params (RecordKey Key, MapRecord? Record)[] changes) =>
        new(null, changes.ToDictionary(change => change.Key, change => change.Record), after.Marks, after.At);

    public static void ShouldBe(MapPicture? found, MapPicture expected)
    {
        found.ShouldNotBeNull();
        (found.Marks with { Passports = [] }).ShouldBe(expected.Marks with { Passports = [] });
        found.Marks.Passports.Select(passport => Convert.ToHexString(passport.Span))
            .ShouldBe(expected.Marks.Passports.Select(passport => Convert.ToHexString(passport.Span)));
        found.At.ShouldBe(expected.At);
        Texts(found).ShouldBe(Texts(expected));
    }

    private static IEnumerable<string> Texts(MapPicture picture) => picture.Records
        .Select(record => $"{record.Key} {record.Order} {record.Dot} {Hex(record.Value.Memory)} {Convert.ToHexString(record.Signature)}")
        .Order(StringComparer.Ordinal);

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);

    private static byte[] Bytes(int number, int count)
    {
        var bytes = new byte[count];
        new Random(number).NextBytes(bytes);
        return bytes;
    }
}
