using System.Diagnostics;
using System.Globalization;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.TestKit.History;

/// <summary>Records a simulated cluster, its instances and watchers, and what is done to its nodes.</summary>
/// <remarks>A witness of what it is given from then on; faults are to be done through it, or they are not in the history.</remarks>
public sealed class SimulatedHistory
{
    private readonly SimulatedCluster _cluster;
    private readonly IReadOnlyList<string> _services;
    private readonly TimeSpan _step;
    private readonly List<HistoryEvent> _events = [];
    private readonly List<HistoryEvent.FaultBegan> _cuts = [];

    /// <summary>Begins to look at all nodes, at each step.</summary>
    /// <param name="cluster">Whose nodes do not grow in number from now on.</param>
    /// <param name="services">What to look at.</param>
    /// <param name="step">From one look to the next.</param>
    public SimulatedHistory(SimulatedCluster cluster, IReadOnlyList<string> services, TimeSpan step)
    {
        (_cluster, _services, _step) = (cluster, services, step);
        Add(new HistoryEvent.Began(Now, [.. cluster.Nodes.Select(node => node.Name)]));
        Look();
    }

    /// <summary>All so far.</summary>
    public IReadOnlyList<HistoryEvent> Events => _events;

    private TimeSpan Now => _cluster.Scheduler.Elapsed;

    /// <summary>Witnesses the instance; before it starts.</summary>
    public void Follow(SimulatedInstance instance) => instance.Witness = Add;

    /// <summary>Witnesses the watcher; before it is told anything.</summary>
    public void Follow(SimulatedWatcher watcher) => watcher.Witness = Add;

    /// <summary>Ends a node's process.</summary>
    public void Crash(SimulatedNode node)
    {
        Add(new HistoryEvent.FaultBegan(Now, node.Name, Harm.Killed));
        node.Crash();
    }

    /// <summary>Starts it again.</summary>
    public void Start(SimulatedNode node)
    {
        node.Start();
        Add(new HistoryEvent.FaultEnded(Now, node.Name, Harm.Killed));
    }

    /// <summary>Freezes a node's process.</summary>
    public void Pause(SimulatedNode node)
    {
        Add(new HistoryEvent.FaultBegan(Now, node.Name, Harm.Paused));
        node.Pause();
    }

    /// <summary>Lets it go on.</summary>
    public void Resume(SimulatedNode node)
    {
        node.Resume();
        Add(new HistoryEvent.FaultEnded(Now, node.Name, Harm.Paused));
    }

    /// <summary>Cuts a node off its peers, both ways or one way.</summary>
    public void Cut(SimulatedNode node, Harm how)
    {
        var began = new HistoryEvent.FaultBegan(Now, node.Name, how);
        _cuts.Add(began);
        Add(began);
        _cluster.Trace.Note("network", $"{node.Name} is {how}");
        var blocked = _cluster.Network.Conditions with { Blocked = true };
        foreach (var other in _cluster.Nodes.Where(other => other != node))
        {
            if (how is Harm.Cut or Harm.Deaf)
                _cluster.Network.SetLink(other.Address, node.Address, blocked);
            if (how is Harm.Cut or Harm.Mute)
                _cluster.Network.SetLink(node.Address, other.Address, blocked);
        }
    }

    /// <summary>Takes all cuts away.</summary>
    public void Heal()
    {
        _cluster.Heal();
        foreach (var cut in _cuts)
            Add(new HistoryEvent.FaultEnded(Now, cut.Node, cut.Fault));
        _cuts.Clear();
    }

    /// <summary>Judges all so far.</summary>
    /// <exception cref="InvariantException">A promise was broken; the message holds the findings and the trace before the first.</exception>
    public HistoryVerdict Judge(HistoryBounds bounds)
    {
        var verdict = HistoryJudge.Judge(_events, bounds);
        if (verdict.Findings.Count > 0)
            throw new InvariantException($"Seed {_cluster.Scheduler.Seed}: {verdict}\n{Before(verdict.Findings[0].At)}");
        return verdict;
    }

    /// <summary>A batch as a watcher was told it.</summary>
    internal static HistoryEvent.Told Told(TimeSpan at, string watcher, string node, ChangeBatch batch, bool isFirst) => new(
        at, watcher, node, KindOf(batch, isFirst), [.. batch.Changes.Select(Translate)], batch.Cursor);

    private static HistoryBatch KindOf(ChangeBatch batch, bool isFirst) =>
        batch.Kind == ChangeBatchKind.Snapshot ? HistoryBatch.Snapshot : isFirst ? HistoryBatch.Resumption : HistoryBatch.Changes;

    private static HistoryChange Translate(Change change) => new(
        change.Kind switch
        {
            ChangeKind.Put => HistoryChangeKind.Put,
            ChangeKind.Removed => HistoryChangeKind.Removed,
            ChangeKind.Verification => HistoryChangeKind.Verification,
            _ => throw new UnreachableException($"No name for {change.Kind}."),
        },
        new HistoryKey(change.Key.Service, change.Key.Instance),
        change.Epoch,
        change.Entry is null ? null : Translate(change.Entry));

    private static HistoryEntry Translate(ServiceEntry entry) => new(
        entry.Id, entry.Epoch, entry.Version, VersionOf(entry), entry.Status == InstanceStatus.Critical, entry.Unverified,
        entry.Owner.ToString());

    private static string VersionOf(ServiceEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Stamp.Time.UnixMilliseconds:x16}.{entry.Stamp.Time.Counter:x4}@{entry.Stamp.Node.Value:x16}");

    private string Before(TimeSpan moment) =>
        string.Join('\n', _cluster.Trace.Before(moment).TakeLast(120));

    private void Add(HistoryEvent happened) => _events.Add(happened);

    private void Look()
    {
        foreach (var node in _cluster.LiveNodes)
        {
            var (ready, process) = (node.IsServing, node.Node.Self.Uid.ToString());
            foreach (var service in _services)
            {
                var entries = ready ? node.Registry.Find(service)?.Instances.Select(Translate).ToList() ?? [] : [];
                Add(new HistoryEvent.Sampled(Now, Now, node.Name, process, ready, service, entries));
            }
        }

        _cluster.Scheduler.Schedule(_step, Look);
    }
}
