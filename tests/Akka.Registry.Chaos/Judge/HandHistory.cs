using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.Judge;

/// <summary>A history made by hand: three nodes that are looked at each second, and show what they are told to show.</summary>
internal sealed class HandHistory
{
    public const int End = 100;

    public static readonly string[] Nodes = ["a", "b", "c"];

    private readonly List<HistoryEvent> _events =
    [
        new HistoryEvent.Began(TimeSpan.Zero, Nodes),
        // Somebody else comes late, and is not heard of: until 20 s after that nodes need not agree.
        new HistoryEvent.Offered(Seconds(70), new HistoryKey("s", "y"), 1, "mark-1", Seconds(3), Seconds(3)),
    ];

    private readonly List<(int From, int Until, HistoryEntry Entry)> _shown = [];
    private readonly Dictionary<(int At, string Node), HistoryEntry[]> _otherwise = [];
    private readonly HashSet<(int At, string Node)> _silent = [];

    /// <summary>Removal is due 10 s after the last word, 20 s when the owner may be lost.</summary>
    public static HistoryBounds Bounds { get; } = new()
    {
        Spread = Seconds(1),
        Recovery = Seconds(5),
        Detection = Seconds(4),
        Call = Seconds(2),
        Sweep = Seconds(1),
        OrphanGraceMin = Seconds(6),
    };

    public static HistoryKey Key => new("s", "x");

    /// <summary>What the promises say of it.</summary>
    public IReadOnlyList<HistoryFinding> Findings => HistoryJudge.Judge(All(), Bounds).Findings;

    /// <summary>The entry of an epoch of the instance, owned by node a.</summary>
    public static HistoryEntry Entry(ulong epoch = 1, string version = "1") => new("x", epoch, $"mark-{epoch}", version, false, false, "a#1");

    /// <summary>The instance begins an epoch at second <paramref name="from"/> and beats each second at that node up to the last.</summary>
    public HandHistory Lives(int from, int until, string at = "a", ulong epoch = 1)
    {
        Add(new HistoryEvent.Offered(Seconds(from), Key, epoch, $"mark-{epoch}", Seconds(3), Seconds(3)));
        Add(new HistoryEvent.Registered(Seconds(from + 0.1), Seconds(from), Key, epoch, at));
        return Beats(from + 1, until, at, epoch);
    }

    public HandHistory Beats(int from, int until, string at = "a", ulong epoch = 1)
    {
        for (var second = from; second <= until; second++)
            Add(new HistoryEvent.Beaten(Seconds(second + 0.1), Seconds(second), Key, epoch, at));
        return this;
    }

    /// <summary>All nodes show it from that second up to the last.</summary>
    public HandHistory Shown(int from, int until, HistoryEntry? entry = null)
    {
        _shown.Add((from, until, entry ?? Entry()));
        return this;
    }

    /// <summary>At that second that node shows this instead.</summary>
    public HandHistory But(int at, string node, params HistoryEntry[] entries)
    {
        _otherwise[(at, node)] = entries;
        return this;
    }

    /// <summary>From that second up to the last the node does not answer.</summary>
    public HandHistory Silent(string node, int from, int until)
    {
        for (var second = from; second <= until; second++)
            _silent.Add((second, node));
        return this;
    }

    public HandHistory Ends(int at, Ending how) => Add(new HistoryEvent.Ended(Seconds(at + 0.5), Key, 1, how));

    public HandHistory Goodbye(int at, string node) =>
        Ends(at, Ending.Deregistered).Add(new HistoryEvent.Deregistered(Seconds(at + 0.6), Seconds(at + 0.5), Key, 1, node));

    public HandHistory Harmed(string node, Harm fault, int from, int until, string? peer = null) =>
        Add(new HistoryEvent.FaultBegan(Seconds(from), node, fault, peer)).Add(new HistoryEvent.FaultEnded(Seconds(until), node, fault, peer));

    public HandHistory Told(double at, string node, HistoryBatch kind, params HistoryChange[] changes) =>
        Add(new HistoryEvent.Told(Seconds(at), "w", node, kind, changes, "cursor"));

    public HandHistory Told(double at, string node, HistoryEntry entry) =>
        Told(at, node, HistoryBatch.Changes, new HistoryChange(HistoryChangeKind.Put, Key, entry.Epoch, entry));

    public HandHistory ToldGone(double at, string node, ulong epoch = 1) =>
        Told(at, node, HistoryBatch.Changes, new HistoryChange(HistoryChangeKind.Removed, Key, epoch, null));

    public HandHistory Add(HistoryEvent happened)
    {
        _events.Add(happened);
        return this;
    }

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>All events, the views of each second included.</summary>
    public IReadOnlyList<HistoryEvent> All()
    {
        var all = new List<HistoryEvent>(_events);
        for (var second = 1; second <= End; second++)
        {
            foreach (var node in Nodes)
            {
                if (_silent.Contains((second, node)))
                    continue;
                var entries = _otherwise.GetValueOrDefault((second, node))
                    ?? [.. _shown.Where(shown => shown.From <= second && second <= shown.Until).Select(shown => shown.Entry)];
                all.Add(new HistoryEvent.Sampled(
                    Seconds(second + 0.02), Seconds(second), node, $"{node}#1", Ready: true, Key.Service, entries));
            }
        }

        return all;
    }
}
