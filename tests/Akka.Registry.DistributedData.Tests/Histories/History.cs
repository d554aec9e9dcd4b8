using Akka.Registry.TestKit;

namespace Akka.Registry.DistributedData.Tests.Histories;

/// <summary>What a history is made of.</summary>
internal sealed record HistoryShape
{
    /// <summary>Whether a living instance beats, and what its node finds missing is written again.</summary>
    public bool Beats { get; init; } = true;

    /// <summary>Whether cut-off nodes are declared down, on each node when it finds out.</summary>
    public bool Downs { get; init; } = true;

    /// <summary>Whether nodes die for good.</summary>
    public bool Deaths { get; init; } = true;

    /// <summary>Whether a live node evicts what a dead one owned (R5); otherwise it just drops it.</summary>
    public bool OrphansEvicted { get; init; } = true;

    public bool Joins { get; init; } = true;

    public double Loss { get; init; } = 0.1;

    /// <summary>Whether records are signed, and owners asked.</summary>
    public bool Signed { get; init; }

    /// <summary>Chance of a link to be full when it is asked.</summary>
    public double Congestion { get; init; }

    public TimeSpan SkewMax { get; init; } = TimeSpan.FromMilliseconds(200);

    public ReplicationOptions Options { get; init; } = new()
    {
        AwayGrace = TimeSpan.Zero, EndedRetention = TimeSpan.Zero, ChunkBytes = 1_024, WindowBytes = 2_048,
        AckTimeout = TimeSpan.FromMilliseconds(700), SupersededKeysMax = 3,
    };
}

/// <summary>
/// One random history on real machines: writes, moves, removals, silent deaths, evictions, cuts, deaths, joins, collection; then
/// quiet; then judged from outside. One seed, one history.
/// </summary>
internal sealed class History
{
    private const string Service = "s";

    private readonly HistoryShape _shape;
    private readonly Random _random;
    private readonly MapNetwork _network;
    private readonly string[] _keys = ["k0", "k1", "k2", "k3"];

    /// <summary>Per key the living process: its epoch, and the node that it beats to.</summary>
    private readonly Dictionary<string, (ulong Epoch, int Node)?> _truth = [];

    private readonly HashSet<(string Key, ulong Epoch)> _over = [];

    private ulong _epoch = 100;

    private History(int seed, HistoryShape shape, ReplicationRules rules)
    {
        _shape = shape;
        _random = new Random(seed);
        var options = shape.Options;
        _network = new MapNetwork(_random, options, rules, shape.Signed ? new SimulatedAuthority() : null)
        {
            Loss = _random.NextDouble() * shape.Loss,
            Duplication = _random.NextDouble() * 0.1,
            IsChecked = shape.OrphansEvicted,
            Congestion = shape.Congestion,
        };
    }

    /// <summary>Runs a history.</summary>
    /// <returns>What went wrong; null for nothing.</returns>
    public static string? Run(int seed, HistoryShape shape, ReplicationRules? rules = null)
    {
        var history = new History(seed, shape, rules ?? ReplicationRules.All);
        return history.Play();
    }

    private string? Play()
    {
        for (var i = 0; i < 4; i++)
            Add();
        _network.SeeAll();
        _network.Run(TimeSpan.FromSeconds(3));
        var steps = _random.Next(20, 120);
        for (var step = 0; step < steps; step++)
        {
            Step();
            EvictSilent(0.2);
            Beat(0.2);
            _network.Run(TimeSpan.FromMilliseconds(_random.Next(1, 700)));
        }

        return Quiet() ?? Judge();
    }

    private MapNode Add()
    {
        var node = _network.Add(_shape.SkewMax * _random.NextDouble());
        node.Keeps = (owner, record) => _truth.GetValueOrDefault(record.Key.Instance) is { } truth && truth == (record.Order.Epoch, owner.Index);
        return node;
    }

    private void Step()
    {
        var alive = _network.Alive.ToList();
        var node = alive[_random.Next(alive.Count)];
        var key = _keys[_random.Next(_keys.Length)];
        var truth = _truth.GetValueOrDefault(key);
        switch (_random.NextDouble())
        {
            case < .20: Start(node, key); break;
            case < .30 when truth is { } t: if (Register(node, key, t.Epoch)) _truth[key] = (t.Epoch, node.Index); break;
            case < .38 when truth is { } t: Stop(node, key, t.Epoch); break;
            case < .42 when truth is { } t: _over.Add((key, t.Epoch)); _truth[key] = null; break;     // It dies without goodbye.
            case < .52: Cut(node); break;
            case < .62: _network.Side[node.Index] = 0; break;
            case < .86: FindOut(node); break;
            case < .92 when _shape.Deaths && alive.Count > 3 && _random.Next(4) == 0: _network.Dead.Add(node.Index); break;
            case < .97: EvictOrphans(node); break;
            case < 1 when _shape.Joins && _network.Nodes.Count < 6: Join(node); break;
            default: break;
        }
    }

    /// <summary>A new process with this id.</summary>
    private void Start(MapNode node, string key)
    {
        if (!Register(node, key, ++_epoch))
            return;
        if (_truth.GetValueOrDefault(key) is { } before)
            _over.Add((key, before.Epoch));
        _truth[key] = (_epoch, node.Index);
    }

    private void Stop(MapNode node, string key, ulong epoch)
    {
        if (_network.Write(node, new MapWrite.Deregister(new RecordKey(Service, key), epoch)).Outcome != MapWriteOutcome.Accepted)
            return;
        _over.Add((key, epoch));
        _truth[key] = null;
    }

    private bool Register(MapNode node, string key, ulong epoch) =>
        _network.Write(node, new MapWrite.Register(new RecordKey(Service, key), epoch, new byte[_random.Next(0, 600)])).Outcome
            == MapWriteOutcome.Accepted;

    private void Cut(MapNode node) => _network.Side[node.Index] = _random.Next(1, 3);

    /// <summary>The node finds out who can be reached: one of the others, or all.</summary>
    private void FindOut(MapNode node)
    {
        if (!_shape.Downs)
            return;
        var all = _random.Next(3) == 0;
        var chosen = _network.Nodes[_random.Next(_network.Nodes.Count)];
        foreach (var other in _network.Nodes)
        {
            if (other != node && (all || other == chosen))
                _network.See(node, other, _network.Reaches(node, other));
        }
    }

    private void Join(MapNode node)
    {
        var joiner = Add();
        _network.Side[joiner.Index] = _network.Side[node.Index];
        foreach (var other in _network.Alive.Where(other => other != joiner && _network.Reaches(other, joiner)).ToList())
        {
            _network.See(other, joiner, true);
            joiner.Current.Add(other.Index);
        }

        foreach (var dead in _network.Dead)
            joiner.Down.Add(dead);

        _network.Handle(joiner, new ReplicatorInput.Members(joiner.View(_network.Nodes)));
    }

    /// <summary>An owner judges its own leases, also while it is cut off.</summary>
    private void EvictSilent(double share)
    {
        foreach (var node in _network.Alive.ToList())
        {
            foreach (var record in node.Machine.ShownRecords().Where(record => record.IsLive && record.Dot.Origin == node.Uid).ToList())
            {
                var lives = _truth.GetValueOrDefault(record.Key.Instance) is { } truth && truth == (record.Order.Epoch, node.Index);
                if (!lives && _random.NextDouble() < share)
                    _network.Handle(node, new ReplicatorInput.WriteMany([new MapWrite.Evict(record.Key, record.Order)]));
            }
        }
    }

    /// <summary>A beat that finds its entry missing, evicted or elsewhere writes it again.</summary>
    private void Beat(double share)
    {
        if (!_shape.Beats)
            return;
        foreach (var (key, truth) in _truth.ToList())
        {
            if (truth is not { } t || _network.Dead.Contains(t.Node) || _random.NextDouble() >= share)
                continue;
            var node = _network.Nodes[t.Node];
            var record = node.Machine.Shown(new RecordKey(Service, key));
            if (record is null || !record.IsLive || record.Order.Epoch != t.Epoch || record.Dot.Origin != node.Uid)
                Register(node, key, t.Epoch);
        }
    }

    private void EvictOrphans(MapNode node)
    {
        if (!_shape.Downs)
            return;
        foreach (var record in node.Machine.ShownRecords())
        {
            var owner = (int)record.Dot.Origin.Value - 1;
            if (!record.IsLive || !node.Down.Contains(owner) || !node.Machine.IsSynchronized)
                continue;
            if (_shape.OrphansEvicted)
                _network.Handle(node, new ReplicatorInput.WriteMany([new MapWrite.Evict(record.Key, record.Order)]));
            else
                node.Machine.Map.Drop(record);
        }
    }

    /// <summary>All cuts heal, nothing is lost any more, those that live beat, what is silent is evicted.</summary>
    private string? Quiet()
    {
        _network.Loss = _network.Duplication = _network.Congestion = 0;
        foreach (var node in _network.Nodes)
            _network.Side[node.Index] = 0;
        _network.SeeAll();
        for (var round = 0; round < 12; round++)
        {
            _network.Run(TimeSpan.FromSeconds(4));
            Beat(1);
            EvictOrphans(_network.Alive.First());
            EvictSilent(1);
        }

        _network.Run(TimeSpan.FromSeconds(20));
        foreach (var node in _network.Alive)
        {
            if (!node.Machine.IsSynchronized)
                return $"{node.Identity.Name} is not synchronized";
            if (!_shape.Downs && !_shape.Joins && node.Reports.OfType<ReplicatorReport.TakingAnew>().Any())
                return "took everything anew, having never been away";
            if (node.Revived is not null)
                return "revived";
            if (_shape.OrphansEvicted && node.MirrorFault() is { } fault)
                return $"{node.Identity.Name}: {fault}";
        }

        return null;
    }

    private static Dictionary<string, ulong> LiveEpochs(ReplicatorMachine machine) =>
        machine.ShownRecords().Where(record => record.IsLive).ToDictionary(record => record.Key.Instance, record => record.Order.Epoch);

    /// <summary>The vector without what either has retired: they do so one after the other.</summary>
    private static VersionVector Counted(ReplicatorMachine one, ReplicatorMachine other)
    {
        var vector = one.Map.Vector;
        foreach (var entry in one.Retired.Merge(other.Retired))
            vector = vector.With(entry.Origin, 0);
        return vector;
    }

    private string? Judge()
    {
        var first = _network.Alive.First().Machine;
        var live = LiveEpochs(first);
        foreach (var node in _network.Alive)
        {
            var other = LiveEpochs(node.Machine);
            if (other.Count != live.Count || other.Except(live).Any())
                return "diverged";
            if (node.Machine.Map.StateHash != first.Map.StateHash)
                return "unequal hashes";
            if (!Counted(node.Machine, first).Equals(Counted(first, node.Machine)))
                return "unequal vectors";
            if (node.Machine.Divergences > 0)
                return "divergence repaired";
        }

        foreach (var (key, epoch) in live)
        {
            if (_over.Contains((key, epoch)))
                return "zombie";
            if (_truth.GetValueOrDefault(key) is null)
                return "ghost";
        }

        foreach (var (key, truth) in _truth)
        {
            if (truth is { } t && !_network.Dead.Contains(t.Node) && (!live.TryGetValue(key, out var epoch) || epoch != t.Epoch))
                return "living instance lost";
        }

        return null;
    }
}
