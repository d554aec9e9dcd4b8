using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Watching;

/// <summary>What has become of one instance.</summary>
/// <param name="Kind"><c>put</c>, <c>removed</c>, or <c>verification</c> when only a node's trust in it changed.</param>
/// <param name="Service">The service.</param>
/// <param name="Id">The instance.</param>
/// <param name="Instance">As it stands now; null when it is gone.</param>
internal sealed record WatchLine(string Kind, string Service, string Id, InstanceEntry? Instance)
{
    /// <summary>For a pipe: columns apart by two spaces.</summary>
    public string TextAt(DateTimeOffset time)
    {
        var at = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
        var text = Instance is { } entry
            ? $"{at}  {Kind,-12}  {Service}/{Id}  {entry.Status}{(entry.Unverified ? " unverified" : "")}  {entry.Endpoint}  {entry.Owner}"
            : $"{at}  {Kind,-12}  {Service}/{Id}";
        return SafeText.Of(text);
    }
}

/// <summary>What a watcher knows: batches in, what changed out.</summary>
internal sealed class WatchView
{
    private readonly SortedDictionary<(string Service, string Id), InstanceEntry> _instances = new(ByName.Instance);

    /// <summary>How many instances there are.</summary>
    public int Count => _instances.Count;

    /// <summary>Takes a batch.</summary>
    /// <returns>What is new by it. A snapshot that says what is known already says nothing new.</returns>
    public IReadOnlyList<WatchLine> Apply(ChangeBatch batch)
    {
        var lines = new List<WatchLine>();
        if (batch.Kind == "snapshot")
        {
            var told = batch.Changes.Select(change => (change.Service, change.Id)).ToHashSet();
            foreach (var gone in _instances.Keys.Where(key => !told.Contains(key)).ToList())
                Remove(gone, lines);
        }

        foreach (var change in batch.Changes)
        {
            var key = (change.Service, change.Id);
            if (change.Instance is null)
            {
                Remove(key, lines);
                continue;
            }

            if (_instances.TryGetValue(key, out var known) && known.Stamp == change.Instance.Stamp && known.Status == change.Instance.Status
                && known.Unverified == change.Instance.Unverified)
                continue;
            _instances[key] = change.Instance;
            lines.Add(new WatchLine(change.Kind, change.Service, change.Id, change.Instance));
        }

        return lines;
    }

    /// <summary>A table of what there is now, with what has just changed marked.</summary>
    /// <param name="rowsMax">The most rows; what is beyond is counted.</param>
    /// <param name="changed">What has just changed.</param>
    public TextTable Table(int rowsMax, IReadOnlySet<(string Service, string Id)> changed)
    {
        var table = new TextTable("", "SERVICE", "ID", "ENDPOINT", "STATUS", "OWNER", "ZONE", "VERSION");
        foreach (var ((service, id), entry) in _instances.Take(rowsMax))
        {
            table.Add(
                changed.Contains((service, id)) ? new Cell("*", "yellow") : "", service, id, entry.Endpoint,
                Cell.OfStatus(entry.Status, entry.Unverified), entry.Owner, entry.Zone, entry.Version);
        }

        if (_instances.Count > rowsMax)
            table.Add("", $"... {_instances.Count - rowsMax} more", "", "", "", "", "", "");
        return table;
    }

    private void Remove((string Service, string Id) key, List<WatchLine> lines)
    {
        if (_instances.Remove(key))
            lines.Add(new WatchLine("removed", key.Service, key.Id, null));
    }

    private sealed class ByName : IComparer<(string Service, string Id)>
    {
        public static ByName Instance { get; } = new();

        public int Compare((string Service, string Id) x, (string Service, string Id) y)
        {
            var byService = string.CompareOrdinal(x.Service, y.Service);
            return byService != 0 ? byService : string.CompareOrdinal(x.Id, y.Id);
        }
    }
}
