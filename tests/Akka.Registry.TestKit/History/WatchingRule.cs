namespace Akka.Registry.TestKit.History;

/// <summary>What a watcher folds is what the nodes show: each change once, none missing, and never an older state after a newer one.</summary>
internal static class WatchingRule
{
    public static void Judge(HistoryCase history, Dictionary<string, IReadOnlyList<HistoryEntry>> final)
    {
        var watchers = new Dictionary<string, Watcher>();
        foreach (var happened in history.Events)
        {
            if (happened is HistoryEvent.Told told)
                WatcherOf(watchers, told.Watcher).Fold(history, told);
            else if (happened is HistoryEvent.Forgot forgot)
                WatcherOf(watchers, forgot.Watcher).Forget();
        }

        foreach (var watcher in watchers.Values)
            watcher.Compare(history, final);
    }

    private static Watcher WatcherOf(Dictionary<string, Watcher> watchers, string name)
    {
        if (!watchers.TryGetValue(name, out var watcher))
            watchers.Add(name, watcher = new Watcher(name));
        return watcher;
    }

    private sealed class Watcher(string name)
    {
        private readonly Dictionary<HistoryKey, HistoryEntry> _view = [];
        private readonly Dictionary<HistoryKey, (ulong Epoch, string Version)> _seen = [];
        private TimeSpan _last;

        public void Forget() => _seen.Clear();

        public void Fold(HistoryCase history, HistoryEvent.Told told)
        {
            _last = told.At;
            if (told.Kind == HistoryBatch.Snapshot)
                _view.Clear();
            else if (told.Kind == HistoryBatch.Resumption)
                Trust();
            foreach (var change in told.Changes)
            {
                history.Judged(HistoryRule.Watching);
                if (change.Kind == HistoryChangeKind.Put)
                    Put(history, told, change);
                else if (change.Kind == HistoryChangeKind.Removed)
                    Remove(history, told, change);
                else if (_view.TryGetValue(change.Key, out var held) && held.Version == change.Entry!.Version)
                    _view[change.Key] = change.Entry;
            }
        }

        public void Compare(HistoryCase history, Dictionary<string, IReadOnlyList<HistoryEntry>> final)
        {
            var left = new Dictionary<HistoryKey, HistoryEntry>(_view);
            foreach (var (service, entries) in final)
            {
                foreach (var entry in entries)
                {
                    history.Judged(HistoryRule.Watching);
                    var key = new HistoryKey(service, entry.Id);
                    if (!left.Remove(key, out var held))
                        Complain(history, _last, $"was never told of {key} as {entry}");
                    else if (held != entry)
                        Complain(history, _last, $"ends with {key} as {held} where the nodes show {entry}");
                }
            }

            foreach (var (key, entry) in left.Where(pair => final.ContainsKey(pair.Key.Service)))
                Complain(history, _last, $"ends with {key} as {entry}, which no node shows");
        }

        private void Put(HistoryCase history, HistoryEvent.Told told, HistoryChange change)
        {
            var entry = change.Entry!;
            var order = _seen.TryGetValue(change.Key, out var seen) ? Compare((entry.Epoch, entry.Version), seen) : 1;
            if (order < 0)
                Complain(history, told.At, $"was shown {change.Key} by {told.Node} as {entry} after {seen}");
            else if (order == 0 && told.Kind != HistoryBatch.Snapshot)
                Complain(history, told.At, $"was told {change.Key} as {entry} twice, the second time by {told.Node}");
            _seen[change.Key] = (entry.Epoch, entry.Version);
            _view[change.Key] = entry;
        }

        /// <summary>What the node before doubted follows its record again. No record holds a doubt of its own where the governor is off.</summary>
        private void Trust()
        {
            foreach (var (key, entry) in _view)
            {
                if (entry.IsUnverified)
                    _view[key] = entry with { IsUnverified = false };
            }
        }

        private void Remove(HistoryCase history, HistoryEvent.Told told, HistoryChange change)
        {
            if (_seen.TryGetValue(change.Key, out var seen) && change.Epoch < seen.Epoch)
                Complain(history, told.At, $"was told by {told.Node} that {change.Key} of epoch {change.Epoch} is gone after epoch {seen.Epoch}");
            _view.Remove(change.Key);
        }

        private void Complain(HistoryCase history, TimeSpan at, string what) => history.Find(HistoryRule.Watching, at, $"{name} {what}.");

        private static int Compare((ulong Epoch, string Version) a, (ulong Epoch, string Version) b)
        {
            var order = a.Epoch.CompareTo(b.Epoch);
            return order != 0 ? order : string.CompareOrdinal(a.Version, b.Version);
        }
    }
}
