using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Microsoft.Data.Sqlite;

namespace Akka.Registry.Durability;

/// <summary>What the database looks like, by version, and how an older one becomes the newest.</summary>
/// <remarks>
/// <c>application_id</c> says that the file is this program's, <c>user_version</c> in which format. A newer program reads each older format;
/// an older one leaves a newer file alone. Whoever changes a table raises <see cref="Newest"/>, adds a step to <see cref="Upgrade"/> and a file
/// of the format that was to the tests.
/// </remarks>
internal static class StoreFormat
{
    /// <summary>"AKRG".</summary>
    public const int ApplicationId = 0x414B5247;

    /// <summary>
    /// 1: a key and a wire record a row. 2: a column for each field, and marks that the records are checked by. 3: signatures, and passports.
    /// </summary>
    public const int Newest = 3;

    public const string RecordTable =
        """
        CREATE TABLE record (service TEXT NOT NULL, instance TEXT NOT NULL, epoch INTEGER NOT NULL, removal INTEGER NOT NULL,
          stamp_time INTEGER NOT NULL, stamp_node INTEGER NOT NULL, origin INTEGER NOT NULL, life INTEGER NOT NULL, sequence INTEGER NOT NULL,
          value BLOB NOT NULL, signature BLOB, PRIMARY KEY (service, instance)) STRICT, WITHOUT ROWID
        """;

    public const string PassportTable = "CREATE TABLE passport (passport BLOB NOT NULL) STRICT";

    public const string MarksTable =
        """
        CREATE TABLE marks (id INTEGER PRIMARY KEY CHECK (id = 1), vector BLOB NOT NULL, collected BLOB NOT NULL, clock INTEGER NOT NULL,
          state_hash INTEGER NOT NULL, records INTEGER NOT NULL, saved_at INTEGER NOT NULL) STRICT
        """;

    /// <summary>Brings the database to the newest format; an empty one gets its tables.</summary>
    /// <exception cref="MapStoreException">A later version wrote it, or it is no database of this program.</exception>
    public static void Prepare(SqliteConnection connection, string path)
    {
        var version = connection.Number("PRAGMA user_version");
        var application = connection.Number("PRAGMA application_id");
        if (version == 0 && application == 0 && connection.Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            Create(connection);
            return;
        }

        if (application != ApplicationId || version < 1)
            throw Corrupt($"it is no registry's database (application_id {application}, user_version {version})");
        if (version > Newest)
        {
            throw new MapStoreException(
                MapStoreProblem.NewerFormat,
                $"{path} has format {version}; this version reads up to {Newest}. Run the later version again, or move the file away to begin anew.")
            {
                NeedsAnew = true,
            };
        }

        if (version < Newest)
            Upgrade(connection, version);
        CheckTables(connection);
    }

    /// <summary>Contents that make no sense.</summary>
    public static MapStoreException Corrupt(string what) => new(MapStoreProblem.Corrupt, what) { NeedsAnew = true };

    private static void Create(SqliteConnection connection)
    {
        // Takes effect in an empty database alone.
        connection.Run("PRAGMA auto_vacuum = INCREMENTAL");
        connection.Run("BEGIN IMMEDIATE");
        connection.Run(RecordTable);
        connection.Run(MarksTable);
        connection.Run(PassportTable);
        connection.Run($"PRAGMA application_id = {ApplicationId}");
        connection.Run($"PRAGMA user_version = {Newest}");
        connection.Run("COMMIT");
    }

    /// <summary>To the newest, as a whole or not at all.</summary>
    private static void Upgrade(SqliteConnection connection, long version)
    {
        connection.Run("BEGIN IMMEDIATE");
        connection.Run(PassportTable);
        if (version == 1)
            UpgradeFrom1(connection);
        else
            UpgradeFrom2(connection);
        connection.Run($"PRAGMA user_version = {Newest}");
        connection.Run("COMMIT");
    }

    private static void UpgradeFrom2(SqliteConnection connection)
    {
        connection.Run("ALTER TABLE record RENAME TO record2");
        connection.Run(RecordTable);
        connection.Run("INSERT INTO record SELECT *, NULL FROM record2");
        connection.Run("DROP TABLE record2");
    }

    private static void UpgradeFrom1(SqliteConnection connection)
    {
        var records = new List<MapRecord>();
        using (var rows = connection.Query("SELECT record FROM entries"))
        {
            while (rows.Read())
                records.Add(RecordRows.FromWire(rows.GetFieldValue<byte[]>(0)));
        }

        var vector = RecordRows.Vector(connection.Bytes("SELECT value FROM meta WHERE name = 'vector'"));
        var collected = RecordRows.Vector(connection.Bytes("SELECT value FROM meta WHERE name = 'collected'"));
        var clock = new HybridTimestamp((ulong)connection.Number("SELECT value FROM meta WHERE name = 'clock'"));
        var savedAt = connection.Number("SELECT value FROM meta WHERE name = 'saved-at'");
        connection.Run("DROP TABLE entries");
        connection.Run("DROP TABLE meta");
        connection.Run(RecordTable);
        connection.Run(MarksTable);
        var picture = MapPicture.Of(records, vector, collected, clock, RecordRows.Time(savedAt));
        using (var rows = new RecordRows(connection))
        {
            foreach (var record in records)
                rows.Put(record);
            rows.Put(picture.Marks, picture.At);
        }
    }

    /// <summary>Nothing but the tables that this program makes: no trigger or view of somebody else's runs here.</summary>
    private static void CheckTables(SqliteConnection connection)
    {
        using var rows = connection.Query("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name DESC");
        var found = new List<string>();
        while (rows.Read() && found.Count < 10)
            found.Add(rows.GetString(0));
        if (!found.SequenceEqual([RecordTable, PassportTable, MarksTable]))
            throw Corrupt("its tables are not those of this program");
    }
}
