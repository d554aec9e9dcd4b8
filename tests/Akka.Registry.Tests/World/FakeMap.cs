using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Values;

namespace Akka.Registry.Tests.World;

/// <summary>A replicated map of one node in memory: the seam's promises and nothing else. Other nodes are played by the test.</summary>
internal sealed class FakeMap : IReplicatedMap
{
    private readonly Dictionary<RecordKey, MapRecord> _records = [];
    private readonly List<IActorRef<MapEvent>> _subscribers = [];
    private readonly NodeUid _self;
    private readonly TimeProvider _time;
    private ulong _sequence;
    private ulong _remoteSequence;
    private ulong _lastStamp;

    public FakeMap(ActorSystem system, NodeUid self)
    {
        (_self, _time) = (self, system.Time);
        Commands = system.SystemActorOf(Props.Of(() => new Shell(this)), "map");
    }

    public IActorRef<MapCommand> Commands { get; }

    public ReplicationStatus Status { get; private set; } = new() { Synchronized = true };

    public VersionVector Vector { get; private set; } = VersionVector.Empty;

    /// <summary>Below this every tombstone is collected.</summary>
    public VersionVector Collected { get; set; } = VersionVector.Empty;

    /// <summary>Commands as they were handled.</summary>
    public List<MapCommand> Log { get; } = [];

    /// <summary>Runs before a write is decided on: the place for a race.</summary>
    public Action<MapWrite>? BeforeWrite { get; set; }

    /// <summary>Whether writes stay without an answer.</summary>
    public bool IsSilent { get; set; }

    public MapRecord? Find(RecordKey key) => _records.GetValueOrDefault(key);

    public MapRecord[] Records => [.. _records.Values];

    public IEnumerable<MapWrite> Writes => Log.SelectMany(command => command switch
    {
        MapCommand.Write write => [write.Operation],
        MapCommand.WriteMany many => many.Operations,
        _ => ImmutableArray<MapWrite>.Empty,
    });

    public void SetSynchronized(bool synchronized) => Status = Status with { Synchronized = synchronized };

    /// <summary>A stamp of this moment, above all before.</summary>
    public Stamp StampOf(NodeUid node) =>
        new(new HybridTimestamp(_lastStamp = Math.Max(_lastStamp + 1, HybridTimestamp.At(_time.GetUtcNow().ToUnixTimeMilliseconds()).Value)), node);

    /// <summary>A record that another node wrote.</summary>
    public MapRecord Remote(NodeUid origin, RecordKey key, ulong epoch, RecordValue value) => MapRecord.Of(
        key, new RecordOrder(epoch, Deregistered: false, StampOf(origin), Evicted: false), new Dot(origin, ++_remoteSequence), value);

    /// <summary>A removal that another node wrote, just above what it removes.</summary>
    public MapRecord RemoteRemoval(NodeUid origin, MapRecord removed, bool deregistered = false) =>
        MapRecord.Of(
            removed.Key, removed.Order with { Evicted = !deregistered, Deregistered = deregistered }, new Dot(origin, ++_remoteSequence), default);

    /// <summary>Records of other nodes arrive, and the vector covers them, or does not yet.</summary>
    public void Receive(bool isCovered, params MapRecord[] records)
    {
        var changes = ImmutableArray.CreateBuilder<RecordChange>();
        foreach (var record in records)
        {
            var before = _records.GetValueOrDefault(record.Key);
            if (before is not null && !record.Beats(before))
                continue;
            _records[record.Key] = record;
            changes.Add(new RecordChange(before, record));
        }

        if (isCovered)
        {
            foreach (var record in records)
                Cover(record.Dot);
        }

        Tell(new MapEvent.Changed(changes.DrainToImmutable(), Vector));
    }

    public void Receive(params MapRecord[] records) => Receive(isCovered: true, records);

    /// <summary>The vector moves on, over these dots.</summary>
    public void MoveOver(params Dot[] dots)
    {
        foreach (var dot in dots)
            Cover(dot);
        Tell(new MapEvent.Changed([], Vector));
    }

    /// <summary>Everything was taken anew.</summary>
    public void TakeAnew(bool synchronized, params MapRecord[] records)
    {
        if (synchronized)
        {
            _records.Clear();
            foreach (var record in records)
            {
                _records[record.Key] = record;
                Cover(record.Dot);
            }
        }

        SetSynchronized(synchronized);
        Tell(new MapEvent.State(records, Vector, synchronized));
    }

    /// <summary>A tombstone is collected.</summary>
    public void Collect(RecordKey key)
    {
        _records.Remove(key, out var record);
        Collected = Collected.Merge(VectorOf(record!.Dot));
        Tell(new MapEvent.Changed([new RecordChange(record, null)], Vector));
    }

    public static VersionVector VectorOf(params Dot[] dots)
    {
        var vector = VersionVector.Empty;
        foreach (var dot in dots)
            vector = vector[dot.Origin] < dot.Sequence ? vector.With(dot.Origin, dot.Sequence) : vector;
        return vector;
    }

    private void Cover(Dot dot) => Vector = Vector.Merge(VectorOf(dot));

    private void Tell(MapEvent told)
    {
        foreach (var subscriber in _subscribers)
            subscriber.Tell(told);
    }

    private void Handle(MapCommand command)
    {
        Log.Add(command);
        switch (command)
        {
            case MapCommand.Subscribe subscribe:
                _subscribers.Add(subscribe.Subscriber);
                subscribe.Subscriber.Tell(new MapEvent.State([.. _records.Values], Vector, Status.Synchronized));
                break;
            case MapCommand.Write write:
                BeforeWrite?.Invoke(write.Operation);
                if (!IsSilent)
                    write.ReplyTo.Tell(Write(write.Operation));
                break;
            case MapCommand.WriteMany many:
                MapWriteResult[] results = [.. many.Operations.Select(Write)];
                if (IsSilent)
                    break;
                many.ReplyTo?.Tell([.. results]);
                many.TakenTo?.Tell(WritesTaken.Instance);
                break;
            case MapCommand.ReadSince read:
                read.Subscriber.Tell(Since(read));
                break;
            default:
                throw new InvalidOperationException($"Not played here: {command}.");
        }
    }

    private MapEvent.Since Since(MapCommand.ReadSince read)
    {
        var outcome = !Vector.Covers(read.Cursor.Vector) || !read.Cursor.Beyond.All(HoldsOrCovers) ? SinceOutcome.Behind
            : !read.Cursor.Vector.Covers(Collected) ? SinceOutcome.TooOld : SinceOutcome.Delta;
        var records = _records.Values
            .Where(record => outcome == SinceOutcome.Delta && !read.Cursor.Knows(record.Dot))
            .Where(record => read.Service is null || record.Key.Service == read.Service)
            .OrderBy(record => record.Dot);
        return new MapEvent.Since(read.Token, outcome, [.. records], Vector);
    }

    private bool HoldsOrCovers(Dot dot) => Vector.Covers(dot) || _records.Values.Any(record => record.Dot == dot);

    private MapWriteResult Write(MapWrite write)
    {
        var before = _records.GetValueOrDefault(write.Key);
        if (!Status.Synchronized)
            return Refuse(MapWriteOutcome.NotReady, before);
        var (outcome, order, value) = Decide(write, before);
        if (outcome != MapWriteOutcome.Accepted)
            return Refuse(outcome, before);
        var record = MapRecord.Of(write.Key, order, new Dot(_self, ++_sequence), value);
        _records[write.Key] = record;
        Cover(record.Dot);
        Tell(new MapEvent.Changed([new RecordChange(before, record)], Vector));
        return new MapWriteResult(MapWriteOutcome.Accepted, record, before, 1, 1, ConsistencyReached: true);
    }

    private static MapWriteResult Refuse(MapWriteOutcome outcome, MapRecord? standing) =>
        new(outcome, standing, null, 0, 1, ConsistencyReached: false);

    private (MapWriteOutcome Outcome, RecordOrder Order, RecordValue Value) Decide(MapWrite write, MapRecord? standing)
    {
        switch (write)
        {
            case MapWrite.Register register:
                var now = (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();
                var minted = standing is null ? now : standing.IsLive ? standing.Order.Epoch : Math.Max(standing.Order.Epoch + 1, now);
                var epoch = register.Epoch ?? minted;
                if (epoch < standing?.Order.Epoch)
                    return (MapWriteOutcome.StaleEpoch, default, default);
                if (epoch == standing?.Order.Epoch && standing.Order.Deregistered)
                    return (MapWriteOutcome.EpochEnded, default, default);
                return (MapWriteOutcome.Accepted, new RecordOrder(epoch, false, StampOf(_self), false), register.Value);
            case MapWrite.Replace when standing is null:
                return (MapWriteOutcome.NotFound, default, default);
            case MapWrite.Replace replace when standing.Order != replace.Expected:
                return (MapWriteOutcome.Superseded, default, default);
            case MapWrite.Replace replace when standing.Order.Deregistered || (standing.Order.Evicted && !replace.Revive):
                return (MapWriteOutcome.NotFound, default, default);
            case MapWrite.Replace { IsVerdict: true } replace:
                var stamp = standing.Order.Stamp;
                var above = new Stamp(new HybridTimestamp(stamp.Time.Value + 1), replace.Judge.IsNone ? stamp.Node : replace.Judge);
                return (MapWriteOutcome.Accepted, standing.Order with { Stamp = above, Evicted = false }, replace.Value);
            case MapWrite.Replace replace:
                return (MapWriteOutcome.Accepted, new RecordOrder(standing.Order.Epoch, false, StampOf(_self), false), replace.Value);
            case MapWrite.Deregister deregister when standing is null || (deregister.Epoch is null && !standing.IsLive):
                return (MapWriteOutcome.NotFound, default, default);
            case MapWrite.Deregister deregister when deregister.Epoch < standing.Order.Epoch:
                return (MapWriteOutcome.StaleEpoch, default, default);
            case MapWrite.Deregister when standing.Order.Deregistered:
                return (MapWriteOutcome.EpochEnded, default, default);
            case MapWrite.Deregister:
                return (MapWriteOutcome.Accepted, standing.Order with { Deregistered = true, Evicted = false }, default);
            case MapWrite.Evict evict when standing is null || standing.Order != evict.Expected || !standing.IsLive:
                return (MapWriteOutcome.Superseded, default, default);
            case MapWrite.Evict:
                return (MapWriteOutcome.Accepted, standing.Order with { Evicted = true }, default);
            default:
                throw new InvalidOperationException($"Not played here: {write}.");
        }
    }

    private sealed class Shell(FakeMap map) : Actor<MapCommand>
    {
        protected override void Receive(MapCommand message) => map.Handle(message);
    }
}
