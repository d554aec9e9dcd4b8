namespace Akka.Registry.DistributedData.Durability;

/// <summary>Where the map's picture is kept over restarts. One process at a time has it.</summary>
/// <remarks>
/// <see cref="Load"/> is called once, before anything else. After it at most one <see cref="SaveAsync"/> is under way. What could not be
/// read is never deleted: a store keeps it aside, or leaves it and says so.
/// </remarks>
public interface IMapStore : IAsyncDisposable
{
    /// <summary>Where the picture is, for people.</summary>
    string Place { get; }

    /// <summary>Bytes that the store takes on the disk; 0 when that is not known. Any thread.</summary>
    long DiskBytes { get; }

    /// <summary>Where the store has put what it could not read, with what to do about it; null for nowhere. Any thread.</summary>
    string? SetAside { get; }

    /// <summary>Reads the picture that was last saved. May take seconds, and blocks for as long.</summary>
    /// <returns>Null when nothing was saved yet, or what was saved is broken and was set aside.</returns>
    /// <exception cref="MapStoreException">
    /// It cannot be read now; the file is as it was. With <see cref="MapStoreProblem.InUse"/> the node must not start, with any other it
    /// serves from memory.
    /// </exception>
    MapPicture? Load();

    /// <summary>Saves changes, all of them or none.</summary>
    /// <exception cref="MapStoreException">
    /// Nothing was changed, or, with <see cref="MapStoreException.NeedsAnew"/>, nothing of use is left.
    /// </exception>
    Task SaveAsync(MapSave save);
}

/// <summary>What the records of a picture say together. A picture is of use only with the marks of the very same moment.</summary>
/// <param name="Vector">What the map covers.</param>
/// <param name="Collected">Per origin the highest write whose tombstone was collected.</param>
/// <param name="Clock">The highest hybrid time that was given out or followed.</param>
/// <param name="StateHash">The order-independent hash over (key, order) of all live records.</param>
/// <param name="Records">How many records there are, tombstones included.</param>
public sealed record MapMarks(VersionVector Vector, VersionVector Collected, HybridTimestamp Clock, ulong StateHash, int Records)
{
    /// <summary>What says who may sign for the records' origins; none where records are not signed.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Passports { get; init; } = [];
}

/// <summary>The map at one moment, as it was saved.</summary>
/// <param name="Records">All records, tombstones included; a key at most once.</param>
/// <param name="Marks">Those of that moment.</param>
/// <param name="At">The writer's wall clock then.</param>
public sealed record MapPicture(IReadOnlyList<MapRecord> Records, MapMarks Marks, DateTimeOffset At)
{
    /// <summary>A picture of these records, with the marks that go with them.</summary>
    public static MapPicture Of(
        IReadOnlyList<MapRecord> records, VersionVector vector, VersionVector collected, HybridTimestamp clock, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(records);
        return new MapPicture(records, new MapMarks(vector, collected, clock, HashOf(records), records.Count), at);
    }

    /// <summary>Whether the records are those that the marks were made of, as far as their number and the hash can tell.</summary>
    public bool IsSound => Records.Count == Marks.Records && HashOf(Records) == Marks.StateHash;

    private static ulong HashOf(IReadOnlyList<MapRecord> records)
    {
        ulong hash = 0;
        foreach (var record in records)
            hash += record.IsLive ? StateHash.Of(record) : 0;
        return hash;
    }
}

/// <summary>Changes since the last picture, and the marks with them.</summary>
/// <param name="Base">The whole picture, to be put in the place of whatever is there; null to change what is there.</param>
/// <param name="Changes">Per key what stands now, null for nothing; over <paramref name="Base"/>.</param>
/// <param name="Marks">Of the moment after the last change.</param>
/// <param name="At">The wall clock at that moment.</param>
public sealed record MapSave(
    IReadOnlyCollection<MapRecord>? Base, IReadOnlyDictionary<RecordKey, MapRecord?> Changes, MapMarks Marks, DateTimeOffset At);

/// <summary>Why a store cannot do what it is asked to.</summary>
public enum MapStoreProblem
{
    /// <summary>Another process has it.</summary>
    InUse,

    /// <summary>The disk is full, or the store has grown as large as it may.</summary>
    Full,

    /// <summary>It may not be written to.</summary>
    ReadOnly,

    /// <summary>What it holds makes no sense.</summary>
    Corrupt,

    /// <summary>A later version wrote it.</summary>
    NewerFormat,

    /// <summary>Anything else that the disk says.</summary>
    Failed,
}

/// <summary>A store cannot do what it is asked to. The message says what is wrong, and the way out.</summary>
public sealed class MapStoreException : Exception
{
    /// <summary>Something is wrong.</summary>
    public MapStoreException(MapStoreProblem problem, string message, Exception? inner = null)
        : base(message, inner) => Problem = problem;

    /// <summary>What kind of problem it is.</summary>
    public MapStoreProblem Problem { get; }

    /// <summary>Whether changes are of no use any more: the next save must have a <see cref="MapSave.Base"/>.</summary>
    public bool NeedsAnew { get; init; }
}
