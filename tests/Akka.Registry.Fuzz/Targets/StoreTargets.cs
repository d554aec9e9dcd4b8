using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.Durability;
using Akka.Registry.Entries;
using Akka.Registry.Etcd.Values;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>The database that a node finds in its folder when it starts: any bytes at all.</summary>
internal sealed class SqliteTarget() : FuzzTarget("sqlite")
{
    private static readonly string[] Numbers = ["epoch", "removal", "stamp_time", "stamp_node", "origin", "life", "sequence"];
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);
    private static readonly byte[][] Databases = [Database(0), Database(1), Database(40)];

    /// <summary>A database of some pages, and what SQLite needs for its connections.</summary>
    public override int LengthMax => 128 * 1024;

    public override long AllocatedBytesMax => 1024 * 1024;

    /// <summary>Each is written to a disk and opened as a database.</summary>
    public override double Share => 0.1;

    public override IEnumerable<byte[]> Seeds => Databases[1..];

    public override IReadOnlyList<byte[]> Words =>
        InputText.OfAll("SQLite format 3\0", "AKRG", "CREATE TABLE record", "marks", "CREATE TRIGGER", "web", "\0\0\u0010\0");

    /// <summary>A database that SQLite finds nothing wrong with, or whose pages keep their places.</summary>
    public override byte[] Make(Random random)
    {
        var bytes = (byte[])Databases[random.Next(Databases.Length)].Clone();
        if (random.Next(2) == 0)
            return InFolder(folder => Rewrite(folder, bytes, random));
        for (var i = 1 + random.Next(4); i > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    public override FuzzOutcome Decode(byte[] input) => InFolder(folder =>
    {
        File.WriteAllBytes(Path.Combine(folder, "registry.db"), input);
        try
        {
            var (picture, aside) = Load(folder);
            return picture is not null ? FuzzOutcome.Read(picture, $"{Math.Min(picture.Records.Count, 3)} records")
                : FuzzOutcome.Refused(aside is null ? "nothing saved" : "set aside: " + Kind(aside));
        }
        catch (MapStoreException refusal)
        {
            return FuzzOutcome.Refused(refusal.Problem.ToString());
        }
    });

    public override void Check(object value)
    {
        var picture = (MapPicture)value;
        var again = InFolder(folder =>
        {
            Save(folder, picture);
            return Load(folder).Picture;
        });
        if (again is null || again.Marks != picture.Marks || !again.Records.Select(record => (record.Key, record.Order, record.Dot))
            .SequenceEqual(picture.Records.Select(record => (record.Key, record.Order, record.Dot))))
            throw new FuzzFinding("what was read is not the same once it is saved");
    }

    private static byte[] Database(int records) => InFolder(folder =>
    {
        var all = Enumerable.Range(0, records).Select(i => MapRecord.Of(
            new RecordKey($"web-{i / 10}", $"i-{i:00}"),
            new RecordOrder(1, false, new Stamp(HybridTimestamp.At(1_700_000_000_000 + i), new NodeUid(5)), Evicted: i % 7 == 3),
            new Dot(new NodeUid(5), (ulong)i + 1), i % 7 == 3 ? default : InstanceCodec.Encode(InstanceTarget.Value()))).ToList();
        var vector = VersionVector.Of(new NodeUid(5), (ulong)records);
        Save(folder, MapPicture.Of(all, vector, VersionVector.Empty, HybridTimestamp.At(1_800_000_000_000), Now));
        return File.ReadAllBytes(Path.Combine(folder, "registry.db"));
    });

    private static void Save(string folder, MapPicture picture)
    {
        var store = new SqliteMapStore(new DurabilityOptions { Folder = folder }, TimeProvider.System);
        store.Load();
        var save = new MapSave(picture.Records.ToList(), new Dictionary<RecordKey, MapRecord?>(), picture.Marks, picture.At);
        store.SaveAsync(save).GetAwaiter().GetResult();
        store.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static (MapPicture? Picture, string? Aside) Load(string folder)
    {
        var store = new SqliteMapStore(new DurabilityOptions { Folder = folder }, TimeProvider.System);
        try
        {
            return (store.Load(), store.SetAside);
        }
        finally
        {
            store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Rows and marks that no node would write.</summary>
    private static byte[] Rewrite(string folder, byte[] database, Random random)
    {
        var path = Path.Combine(folder, "registry.db");
        File.WriteAllBytes(path, database);
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            var blob = new byte[random.Next(40)];
            random.NextBytes(blob);
            var number = random.Next(3) switch { 0 => random.NextInt64(), 1 => -random.NextInt64(), _ => random.Next(4) - 1 };
            command.CommandText = random.Next(7) switch
            {
                0 => $"UPDATE record SET {Numbers[random.Next(Numbers.Length)]} = {number} WHERE instance LIKE '%0'",
                1 => $"UPDATE record SET value = x'{Convert.ToHexString(blob)}' WHERE instance LIKE '%2'",
                2 => $"UPDATE marks SET {(random.Next(2) == 0 ? "vector" : "collected")} = x'{Convert.ToHexString(blob)}'",
                3 => $"UPDATE marks SET {((string[])["clock", "state_hash", "records", "saved_at"])[random.Next(4)]} = {number}",
                4 => "DELETE FROM record WHERE instance LIKE '%1'",
                5 => $"PRAGMA user_version = {random.Next(4)}",
                _ => "CREATE VIEW seen AS SELECT * FROM record",
            };
            command.ExecuteNonQuery();
        }

        return File.ReadAllBytes(path);
    }

    /// <summary>A few words of what was wrong, without its numbers.</summary>
    private static string Kind(string aside) => new([.. aside[(aside.LastIndexOf('(') + 1)..].Where(char.IsAsciiLetter).Take(40)]);

    private static T InFolder<T>(Func<string, T> act)
    {
        var folder = Directory.CreateTempSubdirectory("akreg-fuzz-");
        try
        {
            return act(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>What stands in etcd, where any program may write: entries, members, notes, the store's own identity, and keys.</summary>
internal sealed class EtcdTarget() : FuzzTarget("etcd-values")
{
    private static readonly NodeIdentity Node = new(new NodeUid(5), "node-1", new NodeAddress("10.0.0.7", 4053))
    {
        Zone = "a", HttpUrl = "http://10.0.0.7:8500",
    };
    private static readonly EtcdKeys Keys = new("");
    private static readonly InstanceCodec Codec = new();

    /// <summary>Each with a value that it takes.</summary>
    private static readonly (string Name, string Good)[] Fields =
    [
        ("address", "\"10.0.0.7:4053\""), ("port", "8080"), ("status", "\"passing\""), ("zone", "\"a\""), ("version", "\"1\""), ("weight", "7"),
        ("ttl", "\"30s\""), ("deregisterAfter", "\"500ms\""), ("lease", "\"none\""), ("registeredAt", "\"2026-01-02T03:04:05Z\""),
        ("methods", "[\"a\"]"), ("tags", "[\"a\",null]"), ("metadata", "{\"a\":\"b\"}"), ("checks", "[{\"id\":\"c\",\"ttl\":{\"ttlMs\":\"5000\"}}]"),
        ("override", "\"out-of-service\""), ("silent", "true"), ("unverified", "true"), ("suspect", "false"), ("epoch", "7"),
        ("owner", "\"0000000000000005\""), ("name", "\"n\""), ("state", "\"up\""), ("httpUrl", "\"http://h\""), ("protocolMax", "3"),
        ("kind", "\"evicted\""), ("by", "\"0000000000000005\""), ("generation", "1"), ("stampBase", "1700000000000"),
    ];

    private static readonly string[] Values =
    [
        "\"10.0.0.7\"", "\"10.0.0.7:4053\"", "8080", "0", "-1", "1.5", "1e99", "18446744073709551615", "\"passing\"", "\"out-of-service\"", "\"up\"",
        "\"30s\"", "\"99999999999h\"", "\"none\"", "\"2026-01-02T03:04:05Z\"", "\"0001-01-01T00:00:00+14:00\"", "[]", "[\"a\",null]", "[1]", "{}",
        "{\"a\":\"b\"}", "{\"a\":1}", "[{\"id\":\"c\",\"ttl\":{\"ttlMs\":\"5000\"}}]", "[{\"id\":7}]", "true", "null", "\"0000000000000005\"",
        "\"\\ud800\"", "\"\"",
    ];

    public override IEnumerable<byte[]> Seeds =>
    [
        Of(0, new StoredEntry(InstanceTarget.Value(), 7, new NodeUid(5)).ToJson()),
        Of(0, "{\"address\":\"10.0.0.7\",\"port\":80}"u8), Of(1, new MemberCard(Node, MemberState.Up).ToJson()),
        Of(2, new EndedNote(7, true, new NodeUid(5)).ToJson()), Of(3, new StoreIdentity(1, 1_700_000_000_000).ToJson()),
        Of(4, Keys.EntryOf(new RecordKey("web/é", "100% 1")).Span), Of(4, "/services/web/i-1"u8),
    ];

    public override IReadOnlyList<byte[]> Words =>
        InputText.OfAll([.. Fields.Select(item => $"\"{item.Name}\":"), .. Values, "/services/", "%2F", "%C3%A9"]);

    public override byte[] Make(Random random)
    {
        var some = random.GetItems(Fields, random.Next(20))
            .Select(item => $"\"{item.Name}\":{(random.Next(8) == 0 ? Values[random.Next(Values.Length)] : item.Good)}");
        return Of((byte)random.Next(4), InputText.Of($"{{{string.Join(',', some)}}}"));
    }

    public override FuzzOutcome Decode(byte[] input)
    {
        if (input.Length == 0)
            return FuzzOutcome.Refused("nothing");
        var value = input.AsMemory(1);
        return (input[0] % 5) switch
        {
            0 => StoredEntry.TryRead(value, out var entry, out var problem)
                ? FuzzOutcome.Read(entry, $"entry {entry.Value.Reported} {entry.Value.NoLease} {Math.Min(entry.Value.Checks.Count, 2)}")
                : FuzzOutcome.Refused("entry " + new string([.. problem.Where(char.IsAsciiLetter).Take(24)])),
            1 => MemberCard.TryRead(new NodeUid(5), value, out var card)
                ? FuzzOutcome.Read(card, $"member {card.State}") : FuzzOutcome.Refused("member"),
            2 => EndedNote.TryRead(value, out var note) ? FuzzOutcome.Read(note, $"note {note.Deregistered}") : FuzzOutcome.Refused("note"),
            3 => StoreIdentity.TryRead(value, out var store) ? FuzzOutcome.Read(store, "store") : FuzzOutcome.Refused("store"),
            _ => EtcdKeys.TryRead(Keys.Services, ByteString.CopyFrom(value.Span), out var key)
                ? FuzzOutcome.Read(key, "key") : FuzzOutcome.Refused("key"),
        };
    }

    public override void Check(object value)
    {
        var isSame = value switch
        {
            StoredEntry entry => StoredEntry.TryRead(entry.ToJson(), out var again, out _) && again == entry,
            MemberCard card => MemberCard.TryRead(card.Node.Uid, card.ToJson(), out var again) && again == card,
            EndedNote note => EndedNote.TryRead(note.ToJson(), out var again) && again == note,
            StoreIdentity store => StoreIdentity.TryRead(store.ToJson(), out var again) && again == store,
            RecordKey key => EtcdKeys.TryRead(Keys.Services, Keys.EntryOf(key), out var again) && again == key,
            _ => throw new FuzzFinding($"{value} is nothing that etcd holds"),
        };
        if (!isSame)
            throw new FuzzFinding($"{value} is read as another one once it was written");
        // What the registry then makes of it.
        if (value is StoredEntry stored
            && Codec.TryDecode(Entries.Record(new RecordKey("web", "1"), InstanceCodec.Encode(stored.Value)), out var shown))
            Entries.Show(shown);
    }

    private static byte[] Of(byte kind, ReadOnlySpan<byte> value) => [kind, .. value];
}
