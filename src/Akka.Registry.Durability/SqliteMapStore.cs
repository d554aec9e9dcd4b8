using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Microsoft.Data.Sqlite;

namespace Akka.Registry.Durability;

/// <summary>Keeps the map in a SQLite database in write-ahead mode; the only one that writes there.</summary>
/// <remarks>
/// Each save is one transaction, so the file holds the map of one moment whenever the process or the machine ends. Readers with other
/// programs, backups among them, do no harm and wait for nobody.
/// </remarks>
public sealed class SqliteMapStore : IMapStore
{
    /// <summary>Pages of the log after which its content goes to the database.</summary>
    private const int CheckpointPages = 2_000;

    /// <summary>The log is cut to this when it was larger.</summary>
    private const long LogBytesKept = 16 * 1024 * 1024;

    /// <summary>Free pages that are given back to the disk after one save at most, so that no save takes long for it.</summary>
    private const int VacuumPages = 2_000;

    private readonly DurabilityOptions _options;
    private readonly StoreFiles _files;
    private readonly Lock _gate = new();
    private SqliteConnection? _connection;
    private RecordRows? _rows;
    private MapMarks? _saved;
    private bool _isKnown;
    private bool _isDisposed;
    private long _diskBytes;
    private volatile string? _setAside;

    /// <param name="options">The folder, and how to write there.</param>
    /// <param name="time">Names what is set aside.</param>
    public SqliteMapStore(DurabilityOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _files = new StoreFiles(options.Folder, time);
    }

    /// <inheritdoc/>
    public string Place => _files.Database;

    /// <inheritdoc/>
    public long DiskBytes => Interlocked.Read(ref _diskBytes);

    /// <inheritdoc/>
    public string? SetAside => _setAside;

    /// <inheritdoc/>
    public MapPicture? Load()
    {
        lock (_gate)
        {
            _files.Lock();
            try
            {
                var picture = TryRead();
                (_saved, _isKnown) = (picture?.Marks, true);
                return picture;
            }
            catch (MapStoreException e) when (e.Problem == MapStoreProblem.Corrupt)
            {
                PutAside("unreadable", e.Message);
                _isKnown = true;
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public Task SaveAsync(MapSave save) =>
        // On a thread of its own: it waits for the disk, and the pool's few are for those who do not wait.
        Task.Factory.StartNew(() => Save(save), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Close();
            _files.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Opens the database and reads all of it.</summary>
    /// <exception cref="MapStoreException">It cannot be opened, or makes no sense.</exception>
    private MapPicture? TryRead() => Guarded(() =>
    {
        Open();
        // What a process that was killed left in the log.
        _connection!.Run("PRAGMA wal_checkpoint(TRUNCATE)");
        // Not the quick one: it would take rows that are out of order, and no change would find those again.
        var check = _connection!.Text("PRAGMA integrity_check(1)");
        return check == "ok" ? RecordRows.Read(_connection!) : throw StoreFormat.Corrupt($"SQLite's own check says: {check}");
    });

    private void Save(MapSave save)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_isKnown)
                BeginAnew(save);
            try
            {
                Guarded(() =>
                {
                    if (_connection is null)
                        Reopen();
                    Write(save);
                    return true;
                });
            }
            catch (MapStoreException e) when (e.Problem == MapStoreProblem.Corrupt)
            {
                PutAside("unreadable", e.Message);
                _saved = null;
                throw;
            }
        }
    }

    /// <summary>What is there was never read: it is kept, and a new database begun.</summary>
    private void BeginAnew(MapSave save)
    {
        _files.Lock();
        if (save.Base is null)
            throw new MapStoreException(MapStoreProblem.Failed, $"{Place} was not read yet.") { NeedsAnew = true };
        if (File.Exists(_files.Database))
        {
            try
            {
                // A later version's file stays where it is, for that version to go on with.
                Guarded(() =>
                {
                    Open();
                    return true;
                });
            }
            catch (MapStoreException e) when (e.Problem == MapStoreProblem.Corrupt)
            {
                // Kept aside, as what could not be read at the start.
            }

            PutAside("not-read", "it could not be read when this node started");
        }

        _isKnown = true;
    }

    private void Open()
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _files.Database,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = 5,
        }.ToString());
        _connection.Open();
        // Whatever the file says of functions or views of its own is not believed.
        _connection.Run("PRAGMA trusted_schema = OFF");
        _connection.Run("PRAGMA cell_size_check = ON");
        StoreFormat.Prepare(_connection, _files.Database);
        if (_connection.Text("PRAGMA journal_mode = WAL") != "wal")
        {
            throw new MapStoreException(
                MapStoreProblem.Failed, $"{_files.Folder} is on a disk where SQLite cannot keep its log. Choose another durability.folder.");
        }

        _connection.Run(_options.Sync == DurabilitySync.Full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        _connection.Run($"PRAGMA wal_autocheckpoint = {CheckpointPages}");
        _connection.Run($"PRAGMA journal_size_limit = {LogBytesKept}");
        _connection.Run($"PRAGMA max_page_count = {_options.FileBytesMax / _connection.Number("PRAGMA page_size")}");
        _rows = new RecordRows(_connection);
        Interlocked.Exchange(ref _diskBytes, _files.Bytes);
    }

    /// <summary>After a failure: what is there must be what was last saved, or changes to it make no picture.</summary>
    private void Reopen()
    {
        Open();
        using var row = _connection!.Query("SELECT state_hash, records, clock FROM marks");
        var found = row.Read() ? (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)) : default;
        var expected = _saved is { } saved ? ((long)saved.StateHash, saved.Records, (long)saved.Clock.Value) : default((long, long, long));
        if (found != expected)
            _saved = null;
    }

    private void Write(MapSave save)
    {
        if (!File.Exists(_files.Database))
        {
            throw new MapStoreException(
                MapStoreProblem.Failed, $"{_files.Database} is gone: somebody has moved or deleted it. It is written anew.") { NeedsAnew = true };
        }

        if (save.Base is null && _saved is null)
            throw new MapStoreException(MapStoreProblem.Failed, $"{Place} does not hold what changed. It is written anew.") { NeedsAnew = true };
        _connection!.Run("BEGIN IMMEDIATE");
        if (save.Base is not null)
        {
            _connection!.Run("DELETE FROM record");
            foreach (var record in InOrder(save.Base, static record => record.Key))
            {
                if (!save.Changes.ContainsKey(record.Key))
                    _rows!.Put(record);
            }
        }

        foreach (var (key, record) in InOrder(save.Changes, static change => change.Key))
        {
            if (record is null)
                _rows!.Remove(key);
            else
                _rows!.Put(record);
        }

        _rows!.Put(save.Marks, save.At);
        _connection!.Run("COMMIT");
        _saved = save.Marks;
        Tidy(isLarge: save.Base is not null);
        Interlocked.Exchange(ref _diskBytes, _files.Bytes);
    }

    /// <summary>In the order of the table: neighbours are written together.</summary>
    private static List<T> InOrder<T>(IReadOnlyCollection<T> items, Func<T, RecordKey> key)
    {
        var list = new List<T>(items);
        list.Sort((x, y) =>
        {
            var (left, right) = (key(x), key(y));
            var byService = string.CompareOrdinal(left.Service, right.Service);
            return byService != 0 ? byService : string.CompareOrdinal(left.Instance, right.Instance);
        });
        return list;
    }

    /// <summary>Gives back what deletions have left, a part at a time.</summary>
    private void Tidy(bool isLarge)
    {
        if (isLarge)
            _connection!.Run("PRAGMA wal_checkpoint(TRUNCATE)");
        var free = _connection!.Number("PRAGMA freelist_count");
        if (free > VacuumPages && free > _connection!.Number("PRAGMA page_count") / 4)
            _connection!.Run($"PRAGMA incremental_vacuum({VacuumPages})");
    }

    private void PutAside(string why, string what)
    {
        Close();
        var aside = _files.SetAside(why);
        _setAside = $"{_files.Database} is kept as {aside}: {what}. Look at it with sqlite3, or delete it; this node does neither.";
    }

    /// <summary>Says in this project's words what SQLite says. After an error the connection is not used again.</summary>
    private T Guarded<T>(Func<T> work)
    {
        var isDone = false;
        try
        {
            var result = work();
            isDone = true;
            return result;
        }
        catch (Exception e) when (StoreErrors.IsKnown(e))
        {
            throw StoreErrors.Explain(e, _files, _options);
        }
        finally
        {
            if (!isDone)
                Close();
        }
    }

    private void Close()
    {
        _rows?.Dispose();
        _connection?.Dispose();
        (_rows, _connection) = (null, null);
    }
}
