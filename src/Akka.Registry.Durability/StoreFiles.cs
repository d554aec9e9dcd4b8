using System.Globalization;
using Akka.Registry.DistributedData.Durability;

namespace Akka.Registry.Durability;

/// <summary>The files of one node's folder: the database with SQLite's own beside it, and the lock that one process holds.</summary>
internal sealed class StoreFiles(string folder, TimeProvider time) : IDisposable
{
    private static readonly string[] Suffixes = ["", "-wal", "-shm"];

    private const int LinuxTryAgain = 11;
    private const int WindowsSharingViolation = 32;
    private const int MacTryAgain = 35;

    private FileStream? _lock;

    public string Folder { get; } = Path.GetFullPath(folder);

    public string Database => Path.Combine(Folder, "registry.db");

    /// <summary>Whether this process has the folder.</summary>
    public bool IsLocked => _lock is not null;

    /// <summary>Bytes that the database and its log take.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (var suffix in Suffixes)
            {
                var file = new FileInfo(Database + suffix);
                bytes += file.Exists ? file.Length : 0;
            }

            return bytes;
        }
    }

    /// <summary>
    /// Makes the folder if it is missing, and takes it for this process; the system gives it back when the process ends, however it ends.
    /// </summary>
    /// <exception cref="MapStoreException">Another process has it, or it cannot be written to.</exception>
    public void Lock()
    {
        if (IsLocked)
            return;
        try
        {
            Directory.CreateDirectory(Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(e);
        }

        var path = Path.Combine(Folder, "registry.lock");
        try
        {
            _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotWritable(e);
        }
        catch (IOException e) when ((e.HResult & 0xFFFF) is LinuxTryAgain or WindowsSharingViolation or MacTryAgain)
        {
            throw new MapStoreException(
                MapStoreProblem.InUse,
                $"Another process keeps its registry in {Folder}. One node a folder: end that process, or give this node another durability.folder.",
                e);
        }
        catch (IOException e)
        {
            throw NotWritable(e);
        }
    }

    /// <summary>Keeps the database under another name, so that a new one can be begun.</summary>
    /// <param name="why">A word for the file's name.</param>
    /// <returns>Its new path.</returns>
    /// <exception cref="MapStoreException">It cannot be renamed; it stays as it is.</exception>
    public string SetAside(string why)
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        var aside = $"{Database}.{why}-{stamp}";
        try
        {
            // The log first: a database without its log is an older whole one, a log without its database is nothing.
            foreach (var suffix in Suffixes.Reverse())
            {
                if (File.Exists(Database + suffix))
                    File.Move(Database + suffix, aside + suffix);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MapStoreException(
                MapStoreProblem.Failed,
                $"{Database} cannot be read, and cannot be moved aside ({e.Message}). Move it away; a new one is begun then.",
                e)
            {
                NeedsAnew = true,
            };
        }

        return aside;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    private MapStoreException NotWritable(Exception e) => new(
        MapStoreProblem.ReadOnly,
        $"{Folder} cannot be written to ({e.Message}). Give this process the right to write there, or choose another durability.folder.",
        e)
    {
        NeedsAnew = true,
    };
}
