namespace Akka.Registry.TestKit.History;

/// <summary>A history, sorted for judging.</summary>
internal sealed class HistoryCase
{
    private readonly Dictionary<HistoryKey, List<InstanceLife>> _lives = [];
    private readonly Dictionary<string, string> _nodeOfProcess = [];
    private readonly Dictionary<HistoryRule, int> _judged = [];
    private readonly List<HistoryFinding> _findings = [];

    public HistoryCase(IEnumerable<HistoryEvent> events, HistoryBounds bounds)
    {
        Bounds = bounds;
        Events = [.. events.OrderBy(happened => happened.At)];
        Faults = new FaultTimeline(Events);
        Nodes = Events.OfType<HistoryEvent.Began>().SingleOrDefault()?.Nodes
            ?? throw new ArgumentException("A history begins with its nodes.", nameof(events));
        foreach (var happened in Events)
            Sort(happened);
        foreach (var life in Lives)
            life.Seal(Faults, bounds);
    }

    public HistoryBounds Bounds { get; }

    public IReadOnlyList<HistoryEvent> Events { get; }

    public FaultTimeline Faults { get; }

    public IReadOnlyList<string> Nodes { get; }

    /// <summary>Samples of nodes that claim to be ready, in order of time.</summary>
    public List<HistoryEvent.Sampled> Samples { get; } = [];

    public IEnumerable<InstanceLife> Lives => _lives.Values.SelectMany(lives => lives);

    /// <summary>The epochs of the service's instances, oldest first within an instance.</summary>
    public IEnumerable<InstanceLife> LivesOf(string service) =>
        _lives.Where(pair => pair.Key.Service == service).SelectMany(pair => pair.Value);

    public InstanceLife? Find(HistoryKey key, ulong epoch) => _lives.GetValueOrDefault(key)?.Find(life => life.Epoch == epoch);

    /// <summary>Which node that process was a start of; null when it was never asked.</summary>
    public string? NodeOf(string process) => _nodeOfProcess.GetValueOrDefault(process);

    /// <summary>A promise was put to the test.</summary>
    public void Judged(HistoryRule rule) => _judged[rule] = _judged.GetValueOrDefault(rule) + 1;

    public void Find(HistoryRule rule, TimeSpan at, string what) => _findings.Add(new HistoryFinding(rule, at, what));

    public HistoryVerdict Verdict() => new([.. _findings.OrderBy(finding => finding.At)], _judged);

    /// <summary>The view's entry of that instance, or null.</summary>
    public static HistoryEntry? Shown(HistoryEvent.Sampled sample, string id)
    {
        foreach (var entry in sample.Entries)
        {
            if (entry.Id == id)
                return entry;
        }

        return null;
    }

    private InstanceLife Life(HistoryKey key, ulong epoch) =>
        Find(key, epoch) ?? throw new ArgumentException($"{key} was never offered in epoch {epoch}.", nameof(key));

    private void Sort(HistoryEvent happened)
    {
        switch (happened)
        {
            case HistoryEvent.Offered offered:
                if (!_lives.TryGetValue(offered.Key, out var lives))
                    _lives.Add(offered.Key, lives = []);
                lives.ForEach(older => older.End(offered.At));
                lives.Add(new InstanceLife(offered));
                break;
            case HistoryEvent.Registered registered: Life(registered.Key, registered.Epoch).Add(registered); break;
            case HistoryEvent.Beaten beaten: Life(beaten.Key, beaten.Epoch).Add(beaten); break;
            case HistoryEvent.Ended ended: Life(ended.Key, ended.Epoch).End(ended.At); break;
            case HistoryEvent.Deregistered goodbye: Life(goodbye.Key, goodbye.Epoch).Add(goodbye); break;
            case HistoryEvent.Sampled sampled:
                if (sampled.Process.Length > 0)
                    _nodeOfProcess[sampled.Process] = sampled.Node;
                if (sampled.Ready)
                    Samples.Add(sampled);
                break;
            default: break; // The rules read the rest in order.
        }
    }
}
