using Akka.Registry.Actors.Virtual;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;

namespace Akka.Registry.TestKit;

/// <summary>The disk of one simulated machine, with the picture of the map on it.</summary>
/// <remarks>
/// A save takes <see cref="SaveTime"/> and is made as a whole or not at all, as a database's transaction. Without <see cref="SyncsEachSave"/>
/// a save is safe from a killed process at once and from a loss of power only when a later one, or the disk on its own, has written it out.
/// </remarks>
public sealed class SimulatedDisk
{
    private readonly VirtualScheduler _scheduler;
    private readonly List<MapSave> _cached = [];
    private Dictionary<RecordKey, MapRecord> _records = [];
    private MapSave? _last;
    private Attachment? _attached;

    /// <summary>An empty disk.</summary>
    public SimulatedDisk(VirtualScheduler scheduler) => _scheduler = scheduler;

    /// <summary>How long a save takes; default 2 ms.</summary>
    public TimeSpan SaveTime { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Whether a save that was made is safe from a loss of power; default yes.</summary>
    public bool SyncsEachSave { get; set; } = true;

    /// <summary>What it answers to each save now; null (the default) to take it.</summary>
    public MapStoreProblem? Refuses { get; set; }

    /// <summary>Whether what it holds can no longer be read: it is set aside at the next start.</summary>
    public bool IsCorrupt { get; set; }

    /// <summary>Changes the picture that a start finds, for the test that shows what depends on it.</summary>
    public Func<MapPicture, MapPicture>? Mutate { get; set; }

    /// <summary>Saves that it has taken.</summary>
    public long Saves { get; private set; }

    /// <summary>How often it was read.</summary>
    public long Loads { get; private set; }

    /// <summary>What it holds; null for nothing.</summary>
    public MapPicture? Picture => _last is null ? null : new MapPicture([.. _records.Values], _last.Marks, _last.At);

    /// <summary>Copies what it holds, as a backup does.</summary>
    public SimulatedDisk Copy() =>
        new(_scheduler) { _records = new Dictionary<RecordKey, MapRecord>(Flushed()._records), _last = _last, SyncsEachSave = SyncsEachSave };

    /// <summary>Takes all away: a new disk.</summary>
    public void Wipe()
    {
        _records = [];
        _cached.Clear();
        _last = null;
    }

    /// <summary>A process has it from now on.</summary>
    internal IMapStore Attach()
    {
        if (_attached is not null)
            throw new InvalidOperationException("A process has this disk already.");
        _attached = new Attachment();
        return new Mounted(this, _attached);
    }

    /// <summary>The process that had it is gone; the save under way is made, or not, as chance has it.</summary>
    internal void Detach()
    {
        if (_attached is { Underway: { } underway } && _scheduler.Random.Next(2) == 0 && Refuses is null)
            Take(underway);
        _attached = null;
    }

    /// <summary>The machine has lost its power: some of the last saves that were not written out are lost with it.</summary>
    internal void LosePower()
    {
        if (_cached.Count == 0)
            return;
        var kept = _scheduler.Random.Next(_cached.Count);
        _cached.RemoveRange(kept, _cached.Count - kept);
        Flushed();
    }

    private SimulatedDisk Flushed()
    {
        foreach (var save in _cached)
            Write(save);
        _cached.Clear();
        return this;
    }

    private void Take(MapSave save)
    {
        Saves++;
        _cached.Add(save);
        // On its own the system writes out now and then.
        if (SyncsEachSave || _cached.Count > 50)
            Flushed();
    }

    private void Write(MapSave save)
    {
        if (save.Base is not null)
        {
            _records = [];
            foreach (var record in save.Base)
                _records.Add(record.Key, record);
        }

        foreach (var (key, record) in save.Changes)
        {
            if (record is null)
                _records.Remove(key);
            else
                _records[key] = record;
        }

        _last = save;
    }

    /// <summary>One process's hold on the disk.</summary>
    private sealed class Attachment
    {
        public MapSave? Underway { get; set; }
    }

    private sealed class Mounted(SimulatedDisk disk, Attachment attachment) : IMapStore
    {
        public string Place => "the simulated disk";

        public long DiskBytes => disk._records.Count;

        public string? SetAside { get; private set; }

        public MapPicture? Load()
        {
            disk.Loads++;
            disk.Flushed();
            if (disk.IsCorrupt)
            {
                disk.IsCorrupt = false;
                disk.Wipe();
                SetAside = "What was there is kept aside.";
            }

            if (disk.Picture is not { } picture)
                return null;
            if (disk.Mutate is not { } mutate)
                return picture.IsSound ? picture : throw new InvariantException("The disk holds what the map was at no moment.");
            return mutate(picture);
        }

        public Task SaveAsync(MapSave save)
        {
            if (attachment.Underway is not null)
                throw new InvariantException("Two saves are under way at once.");
            attachment.Underway = save;
            var done = new TaskCompletionSource();
            disk._scheduler.Schedule(disk.SaveTime, () =>
            {
                if (disk._attached != attachment)
                    return;                         // Its process is gone, and nobody waits.
                attachment.Underway = null;
                if (disk.Refuses is { } problem)
                {
                    done.SetException(new MapStoreException(problem, $"The simulated disk says {problem}."));
                    return;
                }

                disk.Take(save);
                done.SetResult();
            });
            return done.Task;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
