using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.TestKit;

namespace Akka.Registry.DistributedData.Tests.Histories;

/// <summary>One real machine with a mirror of what it told its subscribers.</summary>
internal sealed class MapNode
{
    private readonly Dictionary<RecordKey, MapRecord> _mirror = [];
    private readonly Dictionary<RecordKey, ulong> _ended = [];

    public MapNode(int index, ReplicationOptions options, ReplicationRules rules, int seed, TimeSpan skew, Func<long> queuedBytes,
        SimulatedAuthority? authority = null)
    {
        Index = index;
        Skew = skew;
        Identity = new NodeIdentity(new NodeUid((ulong)index + 1), $"node-{index}", new NodeAddress("127.0.0.1", 4053 + index));
        Machine = new ReplicatorMachine(Identity, options, new Random(seed), _ => queuedBytes(), rules, authority?.Issue(Identity));
    }

    public int Index { get; }

    public NodeIdentity Identity { get; }

    public NodeUid Uid => Identity.Uid;

    public ReplicatorMachine Machine { get; }

    public TimeSpan Skew { get; }

    public bool AnnouncedUp { get; private set; }

    public List<ReplicatorReport> Reports { get; } = [];

    public List<MapEvent> Events { get; } = [];

    /// <summary>Members that it holds for current, itself included.</summary>
    public SortedSet<int> Current { get; } = [];

    /// <summary>Members that it holds for down.</summary>
    public SortedSet<int> Down { get; } = [];

    /// <summary>Whether what it tells its subscribers is checked against what they know.</summary>
    public bool IsChecked { get; init; } = true;

    /// <summary>The registry, where records are signed: whether this node keeps the lease of its own contested entry.</summary>
    public Func<MapNode, MapRecord, bool> Keeps { get; set; } = (_, _) => true;

    /// <summary>Looks at each change of what is shown.</summary>
    public Action<MapNode, RecordChange>? Shown { get; set; }

    public IReadOnlyDictionary<RecordKey, MapRecord> Mirror => _mirror;

    /// <summary>When it next wants to be woken.</summary>
    public Instant Deadline { get; private set; } = new(long.MaxValue);

    /// <summary>What showed again after it had been deregistered; null for nothing.</summary>
    public string? Revived { get; private set; }

    public bool KeepEvents { get; set; }

    public MembershipView View(IReadOnlyList<MapNode> all) => new(Identity, [.. all
        .Where(node => Current.Contains(node.Index) || Down.Contains(node.Index))
        .Select(node => new Member(node.Identity, Current.Contains(node.Index) ? MemberState.Up : MemberState.Down, 0))]) { HasJoined = true };

    public Surroundings World(Instant now) =>
        new(now, 1_700_000_000_000 + (long)(TimeSpan.FromTicks(now.Ticks) + Skew).TotalMilliseconds);

    /// <summary>Lets the machine handle the input.</summary>
    public void Handle(ReplicatorInput input, Instant now, Action<MapNode, NodeUid, Frame> send)
    {
        var (yields, stands, writes) = (new List<RecordKey>(), new List<RecordKey>(), new List<MapWrite>());
        foreach (var effect in Machine.Handle(input, World(now)))
        {
            switch (effect)
            {
                case ReplicatorEffect.Send frame: send(this, frame.To.Uid, ReplicationCodec.Encode(frame.Frame)); break;
                case ReplicatorEffect.Publish { Event: MapEvent.Contested contested }: Judge(contested, yields, stands, writes); break;
                case ReplicatorEffect.Publish publish: Apply(publish.Event); break;
                case ReplicatorEffect.Reply reply: reply.To.Tell(reply.Answer); break;
                case ReplicatorEffect.AnnounceUp: AnnouncedUp = true; break;
                case ReplicatorEffect.Report report: Reports.Add(report.What); break;
                default: throw new InvalidOperationException(effect.ToString());
            }
        }

        Deadline = Machine.NextDeadline();
        if (yields.Count > 0)
            Handle(new ReplicatorInput.Yield([.. yields]), now, send);
        if (stands.Count > 0)
            Handle(new ReplicatorInput.StandBy([.. stands]), now, send);
        if (writes.Count > 0)
            Handle(new ReplicatorInput.WriteMany([.. writes]), now, send);
    }

    /// <summary>As a registry does: it lets go, or writes above what it can write above, or stands by what it has.</summary>
    private void Judge(MapEvent.Contested contested, List<RecordKey> yields, List<RecordKey> stands, List<MapWrite> writes)
    {
        foreach (var (own, by, _) in contested.Entries)
        {
            (Keeps(this, own) ? stands : yields).Add(own.Key);
            if (Keeps(this, own) && by is { Order.Deregistered: false } && by.Order.Epoch == own.Order.Epoch)
                writes.Add(new MapWrite.Replace(own.Key, by.Order, Revive: true, own.Value));
        }
    }

    /// <summary>Why the mirror is not what the map holds; null when it is.</summary>
    public string? MirrorFault()
    {
        var records = Machine.ShownRecords();
        if (records.Length != _mirror.Count)
            return $"the mirror holds {_mirror.Count} records, the map {records.Length}";
        foreach (var record in records)
        {
            if (!_mirror.TryGetValue(record.Key, out var seen) || seen.Dot != record.Dot || seen.Order != record.Order)
                return $"the mirror holds {seen}, the map {record}";
        }

        return null;
    }

    private void Apply(MapEvent told)
    {
        if (KeepEvents)
            Events.Add(told);
        switch (told)
        {
            case MapEvent.State state:
                _mirror.Clear();
                _ended.Clear();
                foreach (var record in state.Records)
                    _mirror.Add(record.Key, record);
                break;
            case MapEvent.Changed changed:
                Apply(changed.Changes);
                break;
            default:
                throw new InvalidOperationException(told.ToString());
        }
    }

    private void Apply(ImmutableArray<RecordChange> changes)
    {
        var keys = new HashSet<RecordKey>();
        foreach (var change in changes)
        {
            var key = (change.After ?? change.Before)!.Key;
            if (!keys.Add(key))
                throw new InvalidOperationException($"{key} changes twice in one event.");
            if (IsChecked && _mirror.GetValueOrDefault(key)?.Dot != change.Before?.Dot)
                throw new InvalidOperationException($"Before is {change.Before}, the mirror holds {_mirror.GetValueOrDefault(key)}.");
            Judge(change.After);
            Shown?.Invoke(this, change);
            if (change.After is null)
                _mirror.Remove(key);
            else
                _mirror[key] = change.After;
        }
    }

    /// <summary>What was seen to end never shows again, collected or not, until everything is taken anew.</summary>
    private void Judge(MapRecord? record)
    {
        if (record is { Order.Deregistered: true })
            _ended[record.Key] = Math.Max(record.Order.Epoch, _ended.GetValueOrDefault(record.Key));
        else if (record is { IsLive: true } && _ended.TryGetValue(record.Key, out var ended) && record.Order.Epoch <= ended)
            Revived ??= $"revived at {Identity.Name}: {record}";
    }
}

/// <summary>Takes the answers to writes.</summary>
internal sealed class Answers : IActorRef<MapWriteResult>
{
    public List<MapWriteResult> All { get; } = [];

    public ActorPath Path => ActorPath.Root;

    public void Tell(MapWriteResult message) => All.Add(message);
}
