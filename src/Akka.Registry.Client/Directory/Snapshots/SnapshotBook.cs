namespace Akka.Registry.Client.Directory.Snapshots;

/// <summary>What is to be kept from this run for the next, as a machine: time is handed in, nothing is read or written. Any thread.</summary>
/// <remarks>
/// A service that the file has and nobody follows now stays in it, as one that no node has confirmed, for the retention: an
/// application may ask for it later, or in the next run.
/// </remarks>
internal sealed class SnapshotBook(TimeSpan retention)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KeptView> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceFeed> _feeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceSnapshot> _noted = new(StringComparer.Ordinal);
    private DateTimeOffset _writtenAt;
    private bool _isChanged;

    /// <summary>What an earlier run has kept; what is too old is left.</summary>
    /// <returns>How many services were taken.</returns>
    public int Load(IReadOnlyList<KeptView> views, DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var view in views)
            {
                if (now - view.ConfirmedAt < retention)
                    _kept[view.Service] = view;
            }

            return _kept.Count;
        }
    }

    /// <summary>A service is followed from now on: it begins with what was kept of it.</summary>
    public void Begun(ServiceFeed feed)
    {
        lock (_gate)
        {
            _feeds[feed.Service] = feed;
            if (_kept.TryGetValue(feed.Service, out var view))
                feed.Restore(view.Cursor, view.Revision, view.Instances);
        }
    }

    /// <summary>What is to be written now, the lately confirmed first; null when the file has it.</summary>
    public IReadOnlyList<KeptView>? Collect(DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var (service, feed) in _feeds)
            {
                if (feed.HasEnded && feed.Current is null)
                    continue;       // Refused: there is nothing to keep.
                Note(service, feed, now);
            }

            foreach (var (service, view) in _kept)
            {
                if (now - view.ConfirmedAt < retention)
                    continue;
                _kept.Remove(service);
                _isChanged = true;
            }

            return _isChanged
                ? [.. _kept.Values.OrderByDescending(view => view.ConfirmedAt).ThenBy(view => view.Service, StringComparer.Ordinal)]
                : null;
        }
    }

    /// <summary>What was collected last is written.</summary>
    public void Written(DateTimeOffset now)
    {
        lock (_gate)
            (_isChanged, _writtenAt) = (false, now);
    }

    private void Note(string service, ServiceFeed feed, DateTimeOffset now)
    {
        if (!feed.IsConfirmed || feed.Current is not { } current)
            return;
        _kept.TryGetValue(service, out var kept);
        _noted.TryGetValue(service, out var noted);
        if (ReferenceEquals(noted, current))
        {
            // The same view, confirmed later: worth no write of its own, but one before the retention would end it.
            if (!current.IsStale && kept is not null)
            {
                _kept[service] = kept with { ConfirmedAt = now };
                _isChanged |= now - _writtenAt >= retention / 8;
            }

            return;
        }

        // A view that went stale was confirmed until a moment ago; how long a moment matters to the retention alone.
        var confirmedAt = current.IsStale && kept is not null ? kept.ConfirmedAt : now;
        _isChanged |= kept is null || noted is null || kept.Revision != current.Revision || kept.Cursor != current.Cursor
            || kept.Instances != current.Instances;
        _kept[service] = new KeptView(service, current.Cursor, current.Revision, confirmedAt, current.Instances);
        _noted[service] = current;
    }
}
