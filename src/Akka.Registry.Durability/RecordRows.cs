using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Akka.Registry.Durability;

/// <summary>Between records and rows. Its statements are prepared once a connection.</summary>
internal sealed class RecordRows : IDisposable
{
    private const long Live = 0;
    private const long Evicted = 1;
    private const long Deregistered = 2;

    private readonly FastStatement _put;
    private readonly FastStatement _remove;
    private readonly FastStatement _mark;
    private readonly FastStatement _clearPassports;
    private readonly FastStatement _passport;
    private IReadOnlyList<ReadOnlyMemory<byte>>? _passports;

    public RecordRows(SqliteConnection connection)
    {
        _put = new FastStatement(
            connection,
            "INSERT OR REPLACE INTO record (service, instance, epoch, removal, stamp_time, stamp_node, origin, life, sequence, value, signature) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
        _remove = new FastStatement(connection, "DELETE FROM record WHERE service = ?1 AND instance = ?2");
        _mark = new FastStatement(
            connection,
            "INSERT OR REPLACE INTO marks (id, vector, collected, clock, state_hash, records, saved_at) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)");
        _clearPassports = new FastStatement(connection, "DELETE FROM passport");
        _passport = new FastStatement(connection, "INSERT INTO passport (passport) VALUES (?1)");
    }

    /// <summary>Reads all; the database must have the newest format.</summary>
    /// <returns>Null when nothing was saved yet.</returns>
    /// <exception cref="MapStoreException">The contents make no sense.</exception>
    public static MapPicture? Read(SqliteConnection connection)
    {
        MapMarks marks;
        DateTimeOffset at;
        using (var row = connection.Query("SELECT vector, collected, clock, state_hash, records, saved_at FROM marks"))
        {
            if (!row.Read())
                return connection.Number("SELECT count(*) FROM record") == 0 ? null : throw StoreFormat.Corrupt("it has records and no marks");
            var count = row.GetInt64(4);
            if (count is < 0 or > int.MaxValue)
                throw StoreFormat.Corrupt($"it claims to have {count} records");
            marks = new MapMarks(
                Vector(row.GetFieldValue<byte[]>(0)), Vector(row.GetFieldValue<byte[]>(1)), new HybridTimestamp((ulong)row.GetInt64(2)),
                (ulong)row.GetInt64(3), (int)count);
            at = Time(row.GetInt64(5));
        }

        marks = marks with { Passports = Passports(connection) };
        var records = new List<MapRecord>();
        using var rows = connection.Query(
            "SELECT service, instance, epoch, removal, stamp_time, stamp_node, origin, life, sequence, value, signature FROM record");
        var service = "";
        while (rows.Read())
        {
            // In the order of services: each name is held once.
            var name = rows.GetString(0);
            service = name == service ? service : name;
            records.Add(Record(rows, service));
        }

        var picture = new MapPicture(records, marks, at);
        return picture.IsSound ? picture
            : throw StoreFormat.Corrupt($"its {records.Count} records are not the {marks.Records} that its marks speak of");
    }

    /// <summary>A record as it stands on the wire, where format 1 has it.</summary>
    public static MapRecord FromWire(byte[] bytes)
    {
        try
        {
            return MapRecord.TryFromWire(WireRecord.Parser.ParseUntrusted(bytes), out var record) ? record
                : throw StoreFormat.Corrupt("a record of it makes no sense");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw StoreFormat.Corrupt($"a record of it cannot be read ({e.Message})");
        }
    }

    public static VersionVector Vector(byte[] bytes)
    {
        try
        {
            return VersionVector.TryFromWire(WireVector.Parser.ParseUntrusted(bytes), out var vector) ? vector
                : throw StoreFormat.Corrupt("a vector of it makes no sense");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw StoreFormat.Corrupt($"a vector of it cannot be read ({e.Message})");
        }
    }

    public static DateTimeOffset Time(long unixMilliseconds) =>
        unixMilliseconds is >= 0 and < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds)
            : throw StoreFormat.Corrupt($"it was saved at no time ({unixMilliseconds})");

    public void Put(MapRecord record)
    {
        var (order, dot) = (record.Order, record.Dot);
        _put.Bind(1, record.Key.Service).Bind(2, record.Key.Instance)
            .Bind(3, order.Epoch).Bind(4, order.Deregistered ? Deregistered : order.Evicted ? Evicted : Live)
            .Bind(5, order.Stamp.Time.Value).Bind(6, order.Stamp.Node.Value)
            .Bind(7, dot.Origin.Value).Bind(8, (long)dot.Life).Bind(9, dot.Sequence)
            .Bind(10, record.Value.Span);
        (record.Signature.IsEmpty ? _put.BindNull(11) : _put.Bind(11, record.Signature)).Run();
    }

    public void Remove(RecordKey key) => _remove.Bind(1, key.Service).Bind(2, key.Instance).Run();

    public void Put(MapMarks marks, DateTimeOffset at)
    {
        _mark.Bind(1, marks.Vector.ToWire().ToByteArray()).Bind(2, marks.Collected.ToWire().ToByteArray())
            .Bind(3, marks.Clock.Value).Bind(4, marks.StateHash).Bind(5, (long)marks.Records).Bind(6, at.ToUnixTimeMilliseconds())
            .Run();
        if (ReferenceEquals(_passports, marks.Passports) || (_passports is { Count: 0 } && marks.Passports.Count == 0))
            return;
        _clearPassports.Run();
        foreach (var passport in marks.Passports)
            _passport.Bind(1, passport.Span).Run();
        _passports = marks.Passports;
    }

    private static ReadOnlyMemory<byte>[] Passports(SqliteConnection connection)
    {
        var passports = new List<ReadOnlyMemory<byte>>();
        using var rows = connection.Query("SELECT passport FROM passport");
        while (rows.Read())
            passports.Add(rows.GetFieldValue<byte[]>(0));
        return [.. passports];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _put.Dispose();
        _remove.Dispose();
        _mark.Dispose();
        _clearPassports.Dispose();
        _passport.Dispose();
    }

    private static MapRecord Record(SqliteDataReader row, string service)
    {
        var (removal, life) = (row.GetInt64(3), row.GetInt64(7));
        var stamp = new Stamp(new HybridTimestamp((ulong)row.GetInt64(4)), new NodeUid((ulong)row.GetInt64(5)));
        var record = MapRecord.Of(
            new RecordKey(service, row.GetString(1)),
            new RecordOrder((ulong)row.GetInt64(2), removal == Deregistered, stamp, removal == Evicted),
            new Dot(new NodeUid((ulong)row.GetInt64(6)), (ulong)row.GetInt64(8), life is > 0 and <= uint.MaxValue ? (uint)life : 0),
            row.GetFieldValue<byte[]>(9),
            row.IsDBNull(10) ? default : row.GetFieldValue<byte[]>(10));
        return removal is >= Live and <= Deregistered && record.IsWellFormed ? record
            : throw StoreFormat.Corrupt($"the record of {service}/{record.Key.Instance} makes no sense");
    }
}
