using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Subscriptions;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.TestKit;

/// <summary>A reader of all changes that goes on elsewhere, with its cursor, whenever its node fails it; and its judge.</summary>
/// <remarks>It folds what it is told into a view of its own, and notes at once what it should never have been told.</remarks>
public sealed class SimulatedWatcher
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly SimulatedCluster _cluster;
    private readonly string _name;
    private readonly Dictionary<RecordKey, MapRecord> _view = [];
    private readonly Dictionary<RecordKey, RecordOrder> _seen = [];
    private ISubscription? _subscription;
    private string? _cursor;
    private int _at;
    private NodeUid _process;
    private int _generation;
    private int _refusals;
    private (NodeUid Node, long Generation) _teller;

    /// <summary>How long it takes over each batch before it asks for the next; default none.</summary>
    public TimeSpan Slowness { get; set; }

    /// <summary>Begins at the node of that index as soon as it serves.</summary>
    public SimulatedWatcher(SimulatedCluster cluster, string name, int at)
    {
        (_cluster, _name, _at) = (cluster, name, at);
        Connect();
        cluster.Scheduler.Schedule(Pause, Look);
    }

    /// <summary>Is told what it is told; by default nobody.</summary>
    public Action<HistoryEvent>? Witness { get; set; }

    /// <summary>What it should never have been told, in order.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>What it was told to be gone, in order, with the epoch.</summary>
    public List<(RecordKey Key, ulong Epoch)> Removals { get; } = [];

    /// <summary>What it was told to be there that was not before, in order, with the time.</summary>
    public List<(RecordKey Key, TimeSpan At)> Arrivals { get; } = [];

    /// <summary>How often it was told that an entry is critical, or held by nobody.</summary>
    public int Doubts { get; private set; }

    /// <summary>Batches taken.</summary>
    public int Batches { get; private set; }

    /// <summary>Snapshots among them.</summary>
    public int Snapshots { get; private set; }

    /// <summary>Goes on at that node.</summary>
    public void MoveTo(int at)
    {
        _at = at;
        Connect();
    }

    /// <summary>Its view equals that of every node that serves, and nothing was ever told wrongly.</summary>
    /// <exception cref="InvariantException">It does not.</exception>
    public void Check()
    {
        if (Complaints.Count > 0)
            throw Failure(Complaints[0]);
        foreach (var node in _cluster.LiveNodes)
        {
            var count = 0;
            foreach (var service in node.Registry.Services())
            {
                foreach (var entry in node.Registry.Find(service.Name)!.Instances)
                {
                    count++;
                    if (!_view.TryGetValue(entry.Record.Key, out var record) || record.Dot != entry.Record.Dot)
                        throw Failure($"{node.Name} has {entry.Record.Key} as {entry.Record.Dot}, " +
                            $"the reader {record?.Dot.ToString() ?? "nothing"}");
                }
            }

            if (count != _view.Count)
                throw Failure($"{node.Name} has {count} entries, the reader {_view.Count}");
        }
    }

    private InvariantException Failure(string what) =>
        new($"Seed {_cluster.Scheduler.Seed}, reader {_name}: {what}.\n{_cluster.Tail(80)}");

    private void Look()
    {
        var node = _cluster[_at % _cluster.Nodes.Count];
        if (!node.IsRunning || node.IsPaused || node.Node.Self.Uid != _process)
        {
            _at++;
            Connect();
        }

        _cluster.Scheduler.Schedule(Pause, Look);
    }

    private void Connect()
    {
        var generation = ++_generation;
        var before = _subscription;
        _subscription = null;
        if (before is not null)
            _ = before.DisposeAsync().AsTask();
        var node = _cluster[_at % _cluster.Nodes.Count];
        _process = node is { IsRunning: true, IsPaused: false } ? node.Node.Self.Uid : default;
        if (!_process.IsNone)
            _ = ReadAsync(generation, node);
    }

    private async Task ReadAsync(int generation, SimulatedNode node)
    {
        try
        {
            var subscription = await node.Registry.SubscribeAsync(new SubscriptionRequest { Cursor = _cursor }).ConfigureAwait(false);
            if (generation != _generation)
            {
                await subscription.DisposeAsync().ConfigureAwait(false);
                return;
            }

            (_subscription, _refusals) = (subscription, 0);
            var isFirst = true;
            await foreach (var batch in subscription.ReadAllAsync().ConfigureAwait(false))
            {
                if (generation != _generation)
                    return;
                Witness?.Invoke(SimulatedHistory.Told(_cluster.Scheduler.Elapsed, _name, node.Name, batch, isFirst));
                isFirst = false;
                Fold(batch, node);
                if (Slowness > TimeSpan.Zero)
                    await _cluster.Delay(Slowness).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is RegistryException or TimeoutException)
        {
            // Not ready, or behind the cursor: the next node. When all refuse, what it was told has died with its teller.
            if (generation == _generation && ++_refusals >= _cluster.Nodes.Count)
                Forget();
        }

        if (generation == _generation)
            _process = default;
    }

    private void Forget()
    {
        (_cursor, _refusals) = (null, 0);
        _seen.Clear();
        Witness?.Invoke(new HistoryEvent.Forgot(_cluster.Scheduler.Elapsed, _name));
    }

    private void Fold(ChangeBatch batch, SimulatedNode at)
    {
        Batches++;
        if (batch.Kind == ChangeBatchKind.Snapshot)
        {
            Snapshots++;
            _view.Clear();
        }

        // What a node shows that was away for too long is what its peers hold: of its own writes those are lost that nobody had from it.
        var state = (at.Node.Self.Uid, at.Node.Map.Status.Generation);
        if (batch.Kind == ChangeBatchKind.Snapshot && state.Uid == _teller.Node && state.Generation > _teller.Generation)
            _seen.Clear();
        if (batch.Kind == ChangeBatchKind.Snapshot || state.Uid != _teller.Node)
            _teller = state;
        foreach (var change in batch.Changes)
        {
            switch (change.Kind)
            {
                case ChangeKind.Put: Put(change.Entry!, batch.Kind, at.Name); break;
                case ChangeKind.Removed: Remove(change, at.Name); break;
                case ChangeKind.Verification: Doubts += change.Entry!.Unverified ? 1 : 0; break;
                default: Complaints.Add($"{at.Name} sent a change of kind {change.Kind}"); break;
            }
        }

        _cursor = batch.Cursor;
    }

    private void Put(ServiceEntry entry, ChangeBatchKind kind, string at)
    {
        var record = entry.Record;
        var known = _seen.TryGetValue(record.Key, out var seen);
        // Where records are signed nodes may differ for a moment in what they show of an entry that moves: who changes nodes then is told so.
        var isStrict = _cluster.Authority is null;
        if (isStrict && known && record.Order.CompareTo(seen) < 0)
            Complaints.Add($"{at} showed {record.Key} as it stood before ({kind}): {record.Order} after {seen}");
        if (isStrict && kind == ChangeBatchKind.Changes && _view.TryGetValue(record.Key, out var held) && held.Dot == record.Dot)
            Complaints.Add($"{at} told {record.Key} {record.Dot} twice");
        if (entry.Status == InstanceStatus.Critical || entry.Unverified)
            Doubts++;
        if (!_view.ContainsKey(record.Key))
            Arrivals.Add((record.Key, _cluster.Scheduler.Elapsed));
        _view[record.Key] = record;
        _seen[record.Key] = record.Order;
    }

    private void Remove(Change change, string at)
    {
        if (_seen.TryGetValue(change.Key, out var seen) && change.Epoch < seen.Epoch)
            Complaints.Add($"{at} removed {change.Key} in epoch {change.Epoch} after {seen.Epoch}");
        if (_view.Remove(change.Key))
            Removals.Add((change.Key, change.Epoch));
    }
}
