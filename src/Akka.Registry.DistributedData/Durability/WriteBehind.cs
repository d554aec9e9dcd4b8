using System.Diagnostics;
using Akka.Registry.Actors;

namespace Akka.Registry.DistributedData.Durability;

/// <summary>What the writer behind the map wants done.</summary>
internal abstract record WriteBehindEffect
{
    private WriteBehindEffect() { }

    /// <summary>Save this; the outcome is told by <see cref="WriteBehind.Saved"/> or <see cref="WriteBehind.Failed"/>.</summary>
    internal sealed record Save(MapSave What) : WriteBehindEffect;

    /// <summary>Ask the map for its whole state; it comes by <see cref="WriteBehind.Observe"/>.</summary>
    internal sealed record AskState : WriteBehindEffect
    {
        public static AskState Instance { get; } = new();
    }
}

/// <summary>How the writer behind the map is to go about it.</summary>
internal enum WritePace
{
    /// <summary>Changes each flush interval; without any, the picture's date now and then.</summary>
    Ordinary,

    /// <summary>The map is being filled: what it last told is not what it is now, and is not dated anew.</summary>
    ChangesAlone,

    /// <summary>The interval is not waited for.</summary>
    AtOnce,
}

/// <summary>What is to be saved, and when, as a machine: the map's events in, saves out.</summary>
/// <remarks>
/// <para>Only the latest record of each key waits, so a slow disk costs memory for the keys that changed and never a queue of changes. Past
/// <see cref="DurabilityOptions.PendingMax"/> the keys are forgotten too: then the whole state is asked for when the disk takes it.</para>
/// <para>A save has all that is pending, with the marks of the moment after it: so the disk always holds the map as it was at one moment.
/// That is what makes the picture safe to go on from: a vector that covers a write whose record is not there would claim that the write
/// was superseded.</para>
/// </remarks>
internal sealed class WriteBehind
{
    private static readonly TimeSpan RetryIntervalMin = TimeSpan.FromSeconds(1);

    /// <summary>A picture says when it held: one that nobody changes says so again this often.</summary>
    private static readonly TimeSpan ConfirmInterval = TimeSpan.FromMinutes(1);

    private readonly DurabilityOptions _options;
    private Dictionary<RecordKey, MapRecord?> _pending = [];
    private Dictionary<RecordKey, Dot>? _saved;
    private IReadOnlyCollection<MapRecord>? _whole;
    private MapMarks? _marks;
    private DateTimeOffset _at;
    private MapSave? _underway;
    private bool _anew;
    private bool _asked;
    private bool _isDirty;
    private ulong _lastEvent;
    private Instant _begunAt = new(long.MinValue / 2);
    private Instant _retryAt = new(long.MinValue / 2);
    private int _failuresInRow;

    /// <param name="options">Pace and limits.</param>
    /// <param name="picture">What the store holds; null for nothing, or for what is not known.</param>
    public WriteBehind(DurabilityOptions options, MapPicture? picture)
    {
        _options = options;
        _anew = picture is null;
        if (picture is null)
            return;
        _saved = new Dictionary<RecordKey, Dot>(picture.Records.Count);
        foreach (var record in picture.Records)
            _saved.Add(record.Key, record.Dot);
    }

    /// <summary>Changed keys that are not saved; all records while everything is to be saved anew.</summary>
    public long Pending => _anew ? _marks?.Records ?? 0 : _pending.Count + (_underway?.Changes.Count ?? 0);

    /// <summary>Whether the disk holds what the map held at its last event.</summary>
    public bool IsSaved => _underway is null && (_marks is null || (!_isDirty && !_anew));

    /// <summary>Takes what the map told its subscribers in one turn.</summary>
    /// <param name="events">In their order.</param>
    /// <param name="number">Counts these turns: after a gap the changes that are known are not all.</param>
    /// <param name="marks">What the map's records say together after the last event; null when they say more than the events told.</param>
    /// <param name="at">The wall clock of that turn.</param>
    public void Observe(IReadOnlyList<MapEvent> events, ulong number, MapMarks? marks, DateTimeOffset at)
    {
        var isGap = number != _lastEvent + 1 && _marks is not null;
        (_lastEvent, _isDirty) = (number, true);
        if (marks is null || isGap)
            Forget();
        if (marks is null)
            return;
        (_marks, _at) = (marks, at);
        foreach (var told in events)
        {
            switch (told)
            {
                case MapEvent.State state: OnState(state); break;
                case MapEvent.Changed changed: OnChanged(changed); break;
                default: throw new UnreachableException($"No rule for {told.GetType().Name}.");
            }
        }
    }

    /// <summary>Time has passed, or something has changed.</summary>
    /// <param name="now">Now, monotonic.</param>
    /// <param name="wallClock">What a picture is dated by that nothing has changed.</param>
    /// <param name="pace">What is waited for.</param>
    /// <returns>What to do now; null for nothing.</returns>
    public WriteBehindEffect? Advance(Instant now, DateTimeOffset wallClock, WritePace pace = WritePace.Ordinary)
    {
        if (NextDeadline(now) is not { } due)
            return null;
        if (!_isDirty && !_anew && due <= now && pace == WritePace.ChangesAlone)
            _begunAt = now;                         // The map has gone on from what it last told.
        else if (due <= now || (pace == WritePace.AtOnce && !IsSaved && now >= _retryAt))
            return Begin(now, wallClock);
        return null;
    }

    /// <summary>When <see cref="Advance"/> is next needed; null while it waits for an answer.</summary>
    public Instant? NextDeadline(Instant now)
    {
        if (_underway is not null || _marks is null || (_anew && _whole is null && _asked))
            return null;
        var due = !_isDirty && !_anew ? _begunAt + ConfirmInterval
            : _pending.Count >= _options.BatchMax ? now
            : _begunAt + _options.FlushInterval;
        return due > _retryAt ? due : _retryAt;
    }

    /// <summary>The save that was under way is made.</summary>
    /// <returns>The date of its picture.</returns>
    public DateTimeOffset Saved()
    {
        var saved = _underway!;
        _underway = null;
        _failuresInRow = 0;
        return saved.At;
    }

    /// <summary>The save that was under way is not made: it is made later, with what has come since.</summary>
    /// <returns>After which time.</returns>
    public TimeSpan Failed(bool needsAnew, Instant now)
    {
        var failed = _underway!;
        _underway = null;
        if (needsAnew || failed.Base is not null)
            Forget();
        else if (!_anew)
            TakeBack(failed.Changes);
        _isDirty = true;
        var pause = RetryIntervalMin * Math.Pow(2, Math.Min(_failuresInRow++, 20));
        pause = pause < _options.RetryIntervalMax ? pause : _options.RetryIntervalMax;
        _retryAt = now + pause;
        return pause;
    }

    private WriteBehindEffect Begin(Instant now, DateTimeOffset wallClock)
    {
        if (_anew && _whole is null)
        {
            _asked = true;
            return WriteBehindEffect.AskState.Instance;
        }

        _underway = new MapSave(_whole, _pending, _marks!, _isDirty ? _at : wallClock);
        (_pending, _whole, _anew, _isDirty, _begunAt) = ([], null, false, false, now);
        return new WriteBehindEffect.Save(_underway);
    }

    private void OnState(MapEvent.State state)
    {
        _asked = false;
        if (_saved is { } saved)
        {
            // The first state after a start: most of it is on the disk.
            _saved = null;
            foreach (var record in state.Records)
            {
                if (!saved.Remove(record.Key, out var dot) || dot != record.Dot)
                    _pending[record.Key] = record;
            }

            foreach (var key in saved.Keys)
                _pending[key] = null;
            return;
        }

        (_whole, _anew) = (state.Records, true);
        _pending.Clear();
    }

    private void OnChanged(MapEvent.Changed changed)
    {
        if (_anew && _whole is null)
            return;                                 // Part of a state that comes as a whole.
        foreach (var (before, after) in changed.Changes)
            _pending[(after ?? before)!.Key] = after;
        if (_pending.Count > _options.PendingMax)
            Forget();
    }

    private void TakeBack(IReadOnlyDictionary<RecordKey, MapRecord?> changes)
    {
        foreach (var (key, record) in changes)
            _pending.TryAdd(key, record);
        if (_pending.Count > _options.PendingMax)
            Forget();
    }

    /// <summary>The changes are not kept: the whole state will be asked for.</summary>
    private void Forget()
    {
        (_anew, _whole, _asked, _saved) = (true, null, false, null);
        _pending = [];
    }
}
