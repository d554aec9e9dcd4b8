using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Values;

namespace Akka.Registry.Etcd.Map;

/// <summary>
/// The map on etcd as a machine: (state, input, surroundings) to effects. What etcd holds is the truth; this follows it by the watch, in the
/// order of revisions, and writes with a comparison of the revisions that it decided on.
/// </summary>
/// <remarks>
/// <para><b>Stamps and vectors.</b> A record's stamp counts its revision from the store's base, one millisecond each; its dot is (owner,
/// revision) in the life of the store's generation. A vector names the revision up to which this node has followed the store, for
/// <see cref="NodeUid.Outside"/> and, as the same number, for each writer that it knows: every node can compare, and a cursor is a
/// revision.</para>
/// <para><b>Removals.</b> A key that goes leaves a note in the same transaction that says why. Events of the two ranges come on two watches, so
/// a key that is gone without a note waits a moment for it. Without one it was taken away by somebody else, or its lease ended: it counts as
/// evicted, and comes back when its instance beats.</para>
/// <para><b>Reading everything again</b> (the history is compacted, or a lease of attention was lost) gives one batch of differences: nothing
/// is out of sight in between. When the store was replaced, this node writes its own entries again, and those of others stay in sight
/// for <see cref="EtcdOptions.RestoreGrace"/>, in which their owners do.</para>
/// </remarks>
internal sealed partial class EtcdMapMachine
{
    private static readonly TimeSpan DigestInterval = TimeSpan.FromSeconds(1);

    private readonly NodeIdentity _self;
    private readonly EtcdOptions _options;
    private readonly StoreRecords _records = new();
    private readonly List<EtcdEffect> _effects = [];
    private readonly ChangeBatch _changes = new();
    private readonly SortedSet<NodeUid> _writers = [];
    private readonly SortedDictionary<NodeUid, PeerState> _peers = [];

    private StoreIdentity? _store;
    private MembershipView? _members;
    private Surroundings _world;
    private ulong _shown;
    private ulong _verified;
    private ulong _collected;
    private ulong _number;
    private Instant? _heardAt;
    private DateTimeOffset _heardWall;
    private string _lastProblem = "";
    private Instant _digestAt = new(long.MinValue);
    private bool _isStale;
    private Instant _staleFrom;
    private VersionVector _published = VersionVector.Empty;

    public EtcdMapMachine(NodeIdentity self, EtcdOptions options)
    {
        (_self, _options) = (self, options);
        _writers.Add(self.Uid);
    }

    /// <summary>Whether everything was read once.</summary>
    public bool HasState => _store is not null;

    /// <summary>All records.</summary>
    public StoreRecords Records => _records;

    /// <summary>Up to which revision this node has followed the store, by writer.</summary>
    public VersionVector Vector { get; private set; } = VersionVector.Empty;

    /// <summary>The stamp of that revision.</summary>
    public HybridTimestamp Clock => _store is null ? default : TimeOf(_shown);

    /// <summary>Since when nothing was heard from etcd; null while it is heard.</summary>
    public DateTimeOffset? StaleSince => _isStale ? _heardWall : null;

    /// <summary>Why writes are refused; null while they are not.</summary>
    public string? Trouble => _isStale || !HasState
        ? $"etcd does not answer ({(_lastProblem.Length > 0 ? _lastProblem : "nothing was heard yet")}): reads go on from memory, " +
          "writes are refused until it does; look at 'etcdctl endpoint status' and at this node's etcd.endpoints."
        : null;

    /// <summary>Values that could not be read.</summary>
    public long UnreadableCount { get; private set; }

    /// <summary>How often the store was another one.</summary>
    public long Generations { get; private set; }

    /// <summary>Advances the machine.</summary>
    /// <returns>What to do, in this order. Valid until the next call.</returns>
    public IReadOnlyList<EtcdEffect> Handle(EtcdInput input, Surroundings world)
    {
        _effects.Clear();
        _world = world;
        switch (input)
        {
            case EtcdInput.Listed listed: OnListed(listed.Listing); break;
            case EtcdInput.Changed changed: OnChanged(changed.Changes); break;
            case EtcdInput.Heard: Heard(); break;
            case EtcdInput.Lost lost: _lastProblem = lost.Reason.TrimEnd('.'); break;
            case EtcdInput.Write write: OnWrite(write.Command); break;
            case EtcdInput.WriteMany many: OnWriteMany(many.Operations); break;
            case EtcdInput.ReadSince read: OnReadSince(read.Request); break;
            case EtcdInput.PlanEnded ended: OnPlanEnded(ended.Plan, ended.Outcome); break;
            case EtcdInput.Unchanged unchanged: OnUnchanged(unchanged.Since, unchanged.Revision); break;
            case EtcdInput.Members members: OnMembers(members.View); break;
            case EtcdInput.Told told: OnTold(told.From, told.Digest); break;
            case EtcdInput.Tick: OnTick(); break;
            default: throw new UnreachableException($"No handler for {input.GetType().Name}.");
        }

        PublishChanges();
        SettleWrites();
        SettleReads();
        return _effects;
    }

    /// <summary>The whole state, for a new subscriber.</summary>
    public MapEvent.State ReadState() => new(_records.ToArray(), Vector, HasState);

    private HybridTimestamp TimeOf(ulong revision) => HybridTimestamp.At(_store!.StampBase + (long)revision);

    private Stamp StampOf(ulong revision, NodeUid node) => new(TimeOf(revision), node);

    private Dot DotOf(ulong revision, NodeUid writer) => new(writer, revision, _store!.Generation);

    /// <summary>Follows the store up to that revision.</summary>
    private void Follow(ulong revision)
    {
        if (revision <= _shown)
            return;
        _shown = revision;
        _verified = Math.Max(_verified, revision);
        MakeVector();
    }

    private void MakeVector()
    {
        var vector = VersionVector.Empty;
        foreach (var writer in _writers)
            vector = vector.With(new Origin(writer, _store!.Generation), Math.Max(1, _shown));
        Vector = vector.With(new Origin(NodeUid.Outside, _store!.Generation), Math.Max(1, _shown));
    }

    private void Know(NodeUid writer)
    {
        if (writer != NodeUid.Outside && _writers.Add(writer) && HasState)
            MakeVector();
    }

    private void Note(RecordChange change)
    {
        if (change.After is { } after)
            Know(after.Dot.Origin);
        _changes.Add(change);
    }

    private void PublishChanges()
    {
        if (!HasState || (_changes.Count == 0 && Vector.Equals(_published)))
            return;
        _published = Vector;
        _effects.Add(new EtcdEffect.Publish(new MapEvent.Changed(_changes.Take(), Vector)));
    }

    private void Heard()
    {
        _heardAt = _world.Now;
        _heardWall = DateTimeOffset.FromUnixTimeMilliseconds(_world.UnixMilliseconds);
        if (!_isStale)
            return;
        _isStale = false;
        _effects.Add(new EtcdEffect.Report(new EtcdReport.CameBack(_world.Now - _staleFrom)));
        RetryAll();
    }

    private void OnTick()
    {
        if (_heardAt is { } heard && !_isStale && _world.Now - heard > _options.StaleAfter)
        {
            (_isStale, _staleFrom) = (true, heard);
            _effects.Add(new EtcdEffect.Report(new EtcdReport.WentStale(_lastProblem)));
        }

        Drain();
        DropDue();
        TickPeers();
    }

    /// <summary>Tombstones whose time is over, and entries that nobody has written again.</summary>
    private void DropDue()
    {
        while (_records.TakeDue(_world.Now) is { } held)
        {
            if (held.IsCarried && held.Record.Dot.Origin == _self.Uid)
                continue; // Its write is under way.
            if (held.IsCarried)
            {
                Note(_records.Put(Removed(held.Record, Math.Max(1, _shown), deregistered: false, NodeUid.Outside)));
                _records.Remind(held, _world.Now + _options.EndedRetention);
            }
            else if (!held.Record.IsLive && held.NoteAt == 0)
            {
                _collected = Math.Max(_collected, held.Record.Dot.Life == _store!.Generation ? held.Record.Dot.Sequence : 0);
                Note(_records.Drop(held));
            }
        }
    }

    private MapRecord Removed(MapRecord record, ulong revision, bool deregistered, NodeUid by) => MapRecord.Of(
        record.Key,
        record.Order with { Deregistered = deregistered, Evicted = !deregistered, Stamp = StampOf(revision, by) },
        DotOf(revision, by),
        default);
}
