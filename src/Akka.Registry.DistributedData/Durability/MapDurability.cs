namespace Akka.Registry.DistributedData.Durability;

/// <summary>One node's durability: what was restored, and the writer behind its map. Any thread reads its status.</summary>
public sealed class MapDurability
{
    private volatile DurabilityStatus _status;

    private MapDurability(IMapStore store, DurabilityOptions options, MapPicture? picture, string? problem)
    {
        (Store, Picture, Problem) = (store, picture, problem);
        Machine = new WriteBehind(options, picture);
        _status = new DurabilityStatus
        {
            Place = store.Place,
            Problem = problem,
            SetAside = store.SetAside,
            SavedAt = picture?.At,
            Restored = picture?.Records.Count ?? 0,
            DiskBytes = store.DiskBytes,
        };
    }

    /// <summary>How the disk keeps up.</summary>
    public DurabilityStatus Status => _status;

    internal IMapStore Store { get; }

    internal WriteBehind Machine { get; }

    /// <summary>What was restored; let go once the map has it.</summary>
    internal MapPicture? Picture { get; private set; }

    // The following is the actor's, on its turn alone.
    internal string? Problem { get; private set; }

    /// <summary>Reads what the store holds; blocks for as long as that takes.</summary>
    /// <param name="store">Disposed of by the caller, after the node.</param>
    /// <param name="options">Pace and limits.</param>
    /// <exception cref="MapStoreException">Another process has the store. Whatever else is wrong with it stands in the status.</exception>
    public static MapDurability Open(IMapStore store, DurabilityOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);
        try
        {
            return new MapDurability(store, options, store.Load(), problem: null);
        }
        catch (MapStoreException e) when (e.Problem != MapStoreProblem.InUse)
        {
            return new MapDurability(store, options, picture: null, e.Message);
        }
    }

    /// <summary>Takes the picture out.</summary>
    internal MapPicture? TakePicture()
    {
        var picture = Picture;
        Picture = null;
        return picture;
    }

    /// <summary>A save was made.</summary>
    /// <param name="at">The date of its picture.</param>
    /// <returns>Whether that ends a problem.</returns>
    internal bool Saved(DateTimeOffset at)
    {
        var again = Problem is not null;
        Problem = null;
        _status = _status with { SavedAt = at, Saves = _status.Saves + 1 };
        return again;
    }

    /// <summary>A save was not made.</summary>
    /// <returns>Whether that is news.</returns>
    internal bool Failed(string why)
    {
        var isNews = Problem != why;
        Problem = why;
        _status = _status with { Failures = _status.Failures + 1 };
        return isNews;
    }

    /// <summary>Publishes the figures as they are after a turn.</summary>
    internal void Publish() =>
        _status = _status with { Problem = Problem, SetAside = Store.SetAside, Pending = Machine.Pending, DiskBytes = Store.DiskBytes };
}
