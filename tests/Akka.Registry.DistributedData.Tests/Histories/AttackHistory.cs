using Akka.Registry.Cluster;
using Akka.Registry.TestKit;

namespace Akka.Registry.DistributedData.Tests.Histories;

/// <summary>
/// One random history with a member in wrong hands: it has a certificate of its own and the cluster's secret, and sends what it likes. Four
/// honest nodes register, move and deregister instances, are cut off and rumoured down, and one dies; then the attacker is shut out, and
/// what stands is judged. One seed, one history.
/// </summary>
internal sealed class AttackHistory
{
    private const string Service = "s";
    private static readonly ReplicationOptions Options = new()
    {
        // Longer than a rumour lasts: nobody collects tombstones past a node that is only said to be down.
        AwayGrace = TimeSpan.FromSeconds(10), EndedRetention = TimeSpan.Zero, ChunkBytes = 1_024, WindowBytes = 2_048,
        AckTimeout = TimeSpan.FromMilliseconds(700), SupersededKeysMax = 3,
    };

    private readonly Random _random;
    private readonly MapNetwork _network;
    private readonly string[] _keys = ["k0", "k1", "k2", "k3"];

    /// <summary>Per key the living process: its epoch, and the honest node that owns it.</summary>
    private readonly Dictionary<string, (ulong Epoch, int Node)?> _truth = [];

    private readonly HashSet<(string Key, ulong Epoch)> _over = [];
    private readonly List<MapRecord> _captured = [];
    private readonly MapNode _attacker;
    private ulong _epoch = 100;
    private ulong _number;
    private string? _fault;

    private AttackHistory(int seed, ReplicationRules rules)
    {
        _random = new Random(seed);
        // Every third one passes records from node to node alone, as large clusters do.
        var options = seed % 3 == 2 ? Options with { EagerPushPeers = 0, PushFanOut = 2 } : Options;
        _network = new MapNetwork(_random, options, rules, new SimulatedAuthority()) { Loss = _random.NextDouble() * 0.05, IsChecked = true };
        for (var i = 0; i < 4; i++)
            Honest(_network.Add(TimeSpan.FromMilliseconds(_random.Next(200))));
        _attacker = _network.Add();
    }

    private IEnumerable<MapNode> HonestNodes => _network.Alive.Where(node => node != _attacker);

    /// <summary>Attacks that were made, for the test that they are.</summary>
    public static Dictionary<string, int> Attacks { get; } = [];

    /// <summary>Runs a history.</summary>
    /// <returns>What went wrong; null for nothing.</returns>
    public static string? Run(int seed, ReplicationRules? rules = null) => new AttackHistory(seed, rules ?? ReplicationRules.All).Play();

    private void Honest(MapNode node)
    {
        node.Keeps = (owner, record) => Lives(record, owner.Index);
        node.Shown = Watch;
    }

    private bool Lives(MapRecord record, int node) =>
        _truth.GetValueOrDefault(record.Key.Instance) is { } truth && truth == (record.Order.Epoch, node);

    /// <summary>What an honest node shows of a living instance gives way to its owner's word alone.</summary>
    private void Watch(MapNode node, RecordChange change)
    {
        if (change.Before is not { IsLive: true } before || !Lives(before, (int)before.Dot.Origin.Value - 1))
            return;
        if (NodeOf(before.Dot.Origin).Machine.Shown(before.Key)?.Dot != before.Dot)
            return;                                 // The owner has written again since: it has been elsewhere and is back.
        if (change.After is not { } after || after.Dot.Origin != before.Dot.Origin)
            _fault ??= $"{node.Identity.Name} no longer shows {before} but {change.After}";
    }

    private string? Play()
    {
        _network.SeeAll();
        _network.Run(TimeSpan.FromSeconds(3));
        for (var steps = _random.Next(20, 100); steps > 0 && _fault is null; steps--)
        {
            Live();
            Attack();
            Beat();
            _network.Run(TimeSpan.FromMilliseconds(_random.Next(1, 700)));
        }

        return _fault ?? Quiet() ?? Judge();
    }

    private void Live()
    {
        var nodes = HonestNodes.ToList();
        var node = nodes[_random.Next(nodes.Count)];
        var key = _keys[_random.Next(_keys.Length)];
        var truth = _truth.GetValueOrDefault(key);
        switch (_random.NextDouble())
        {
            case < .25 when truth is null: Start(node, key); break;
            case < .35 when truth is { } t && Reaches(node, t.Node): Move(node, key, t.Epoch); break;
            case < .45 when truth is { } t: Stop(_network.Nodes[t.Node], key, t.Epoch); break;
            case < .55: _network.Side[node.Index] = 1; break;
            case < .70: _network.Side[node.Index] = 0; break;
            case < .72 when nodes.Count > 3: Die(node); break;
            default: break;
        }
    }

    private bool Reaches(MapNode node, int other) => _network.Reaches(node, _network.Nodes[other]);

    private bool Register(MapNode node, string key, ulong epoch) =>
        _network.Write(node, new MapWrite.Register(new RecordKey(Service, key), epoch, new byte[_random.Next(1, 300)])).Outcome
            == MapWriteOutcome.Accepted;

    private void Start(MapNode node, string key)
    {
        if (Register(node, key, ++_epoch))
            _truth[key] = (_epoch, node.Index);
    }

    private void Move(MapNode node, string key, ulong epoch)
    {
        // The old owner keeps the lease no longer once its client is elsewhere.
        var before = _truth[key];
        _truth[key] = (epoch, node.Index);
        if (!Register(node, key, epoch))
            _truth[key] = before;
    }

    private void Stop(MapNode owner, string key, ulong epoch)
    {
        _truth[key] = null;
        if (_network.Write(owner, new MapWrite.Deregister(new RecordKey(Service, key), epoch)).Outcome == MapWriteOutcome.Accepted)
            _over.Add((key, epoch));
        else
            _truth[key] = (epoch, owner.Index);
    }

    private void Die(MapNode node)
    {
        foreach (var (key, truth) in _truth.ToList())
        {
            if (truth is { } t && t.Node == node.Index)
                _truth[key] = null;
        }

        _network.Dead.Add(node.Index);
        foreach (var other in _network.Alive.ToList())
            _network.See(other, node, false);
    }

    /// <summary>A beat that finds its entry not there writes it again, as registries do.</summary>
    private void Beat()
    {
        foreach (var (key, truth) in _truth.ToList())
        {
            if (truth is not { } t)
                continue;
            var node = _network.Nodes[t.Node];
            var shown = node.Machine.Shown(new RecordKey(Service, key));
            if (shown is null || !shown.IsLive || shown.Dot.Origin != node.Uid)
                Register(node, key, t.Epoch);
        }
    }

    private void Attack()
    {
        _captured.AddRange(_attacker.Machine.Map.ToArray());
        var victims = _captured.Where(record => record.IsLive && record.Dot.Origin != _attacker.Uid).ToList();
        if (victims.Count == 0)
            return;
        var victim = victims[_random.Next(victims.Count)];
        var honest = HonestNodes.ToList();
        var target = honest[_random.Next(honest.Count)];
        var ahead = victim.Order.Epoch + (ulong)_random.Next(0, 1_000_000);
        _epoch = Math.Max(_epoch, ahead + 1);       // What it ends for epochs to come, while nobody lives there, stays ended.
        switch (_random.Next(9))
        {
            case 0: Own("takes over", new MapWrite.Register(victim.Key, ahead, new byte[] { 66 })); break;
            case 1:
                Own("takes over", new MapWrite.Register(victim.Key, ahead, new byte[] { 66 }));
                Own("removes", new MapWrite.Deregister(victim.Key, null));
                break;
            case 2: Own("removes", new MapWrite.Deregister(victim.Key, null)); break;
            case 3: Forge(target, victim, ahead, passport: false); break;
            case 4: Forge(target, victim, ahead, passport: true); break;
            case 5: Inject("replays", target, _attacker.Identity, Passed(_captured[_random.Next(_captured.Count)])); break;
            case 6: Claim(target, victim); break;
            case 7: LetGo(target, victim); break;
            case 8: Rumour(target, victim); break;
        }

        if (_captured.Count > 2_000)
            _captured.RemoveRange(0, 1_000);
    }

    /// <summary>By the attacker's own machine, which judges nothing: with its own dots, and well signed.</summary>
    private void Own(string what, MapWrite write)
    {
        Count(what);
        _network.Write(_attacker, write);
    }

    /// <summary>In the owner's name, signed by the attacker.</summary>
    private void Forge(MapNode target, MapRecord victim, ulong epoch, bool passport)
    {
        var forged = MapRecord.Of(
            victim.Key, victim.Order with { Epoch = epoch, Deregistered = _random.Next(2) == 0 },
            victim.Dot with { Sequence = victim.Dot.Sequence + (ulong)_random.Next(0, 3) }, default);
        forged = forged.WithSignature(_random.Next(3) == 0 ? default : SimulatedAuthority.Sign(_attacker.Uid, forged).Span);
        var frame = Passed(forged);
        if (passport)
            frame = frame with { Passports = [SimulatedAuthority.Passport(victim.Dot.Origin, _attacker.Identity.Name)] };
        Inject(passport ? "forges a passport" : "forges", target, _attacker.Identity, frame);
    }

    /// <summary>Stands by a record of its own that it has just made up, below what the owner has.</summary>
    private void Claim(MapNode target, MapRecord victim)
    {
        var own = MapRecord.Of(
            victim.Key, victim.Order with { Epoch = victim.Order.Epoch - 1 }, new Dot(_attacker.Uid, 1), new byte[] { 67 });
        own = own.WithSignature(SimulatedAuthority.Sign(_attacker.Uid, own).Span);
        Inject("claims", target, _attacker.Identity, new PeerFrame.OwnerWord(0, 0) { Kept = [own], Passports = [OwnPassport] });
    }

    /// <summary>Says that the owner has let go: under its own uid, or under the owner's.</summary>
    private void LetGo(MapNode target, MapRecord victim)
    {
        Own("takes over", new MapWrite.Register(victim.Key, victim.Order.Epoch + 1, new byte[] { 66 }));
        _network.Run(TimeSpan.FromMilliseconds(300));
        var uid = _random.Next(2) == 0 ? _attacker.Uid : victim.Dot.Origin;
        if (_network.Dead.Contains(target.Index))
            return;
        Inject("lets go for it", target, _attacker.Identity with { Uid = uid },
            new PeerFrame.OwnerWord(0, 0) { Released = [victim.Key], Passports = [OwnPassport] });
    }

    /// <summary>Has the target hold the owner for down, which it refutes.</summary>
    private void Rumour(MapNode target, MapRecord victim)
    {
        var owner = _network.Nodes[(int)victim.Dot.Origin.Value - 1];
        if (owner == target || owner == _attacker || !_network.Reaches(owner, target))
            return;
        Own("takes over", new MapWrite.Register(victim.Key, victim.Order.Epoch + 1, new byte[] { 66 }));
        Count("rumours");
        _network.See(target, owner, false);
        _network.Run(TimeSpan.FromMilliseconds(_random.Next(100, 1_500)));
        _network.See(target, owner, !_network.Dead.Contains(owner.Index));
    }

    private ReadOnlyMemory<byte> OwnPassport => SimulatedAuthority.Passport(_attacker.Uid, _attacker.Identity.Name);

    private static PeerFrame.Delta Passed(MapRecord record) => new(0, 0)
    {
        Interval = 0, Part = 0, Last = true, Records = [record], AckWanted = false, ReceiverGeneration = 0,
    };

    private void Inject(string what, MapNode target, NodeIdentity sender, PeerFrame frame)
    {
        if (!_network.Reaches(_attacker, target))
            return;
        Count(what);
        _number = Math.Max(_number + 1, HybridTimestamp.At(target.World(_network.Now).UnixMilliseconds + 1_000).Value);
        frame = frame with { Number = _number, Generation = (sender.Uid == _attacker.Uid ? _attacker : NodeOf(sender.Uid)).Machine.Generation };
        if (frame is PeerFrame.Delta delta)
            frame = delta with { ReceiverGeneration = target.Machine.Generation };
        ReplicationCodec.TryDecode(ReplicationCodec.Encode(frame), out var decoded);
        _network.Handle(target, new ReplicatorInput.Received(sender.Uid, decoded) { Sender = sender });
    }

    private MapNode NodeOf(NodeUid uid) => _network.Nodes[(int)uid.Value - 1];

    private static void Count(string what) => Attacks[what] = Attacks.GetValueOrDefault(what) + 1;

    /// <summary>All cuts heal, and the attacker is shut out.</summary>
    private string? Quiet()
    {
        _network.Loss = 0;
        _network.Dead.Add(_attacker.Index);
        foreach (var node in _network.Nodes)
            _network.Side[node.Index] = 0;
        _network.SeeAll();
        for (var round = 0; round < 10; round++)
        {
            _network.Run(TimeSpan.FromSeconds(5));
            Beat();
            foreach (var node in HonestNodes.ToList())
                Evict(node, isFirst: node == HonestNodes.First());
        }

        foreach (var node in HonestNodes)
            node.Reports.Clear();                   // While it was in, the attacker could have them disagree on its own entries.
        _network.Run(TimeSpan.FromSeconds(20));
        foreach (var node in HonestNodes)
        {
            if (!node.Machine.IsServing)
                return $"{node.Identity.Name} does not serve";
            if (node.MirrorFault() is { } fault)
                return $"{node.Identity.Name}: {fault}";
        }

        return _fault;
    }

    /// <summary>Each owner evicts what is silent, and one node what nobody owns.</summary>
    private void Evict(MapNode node, bool isFirst)
    {
        foreach (var record in node.Machine.ShownRecords().Where(record => record.IsLive))
        {
            var owner = (int)record.Dot.Origin.Value - 1;
            if ((owner == node.Index && !Lives(record, owner)) || (isFirst && _network.Dead.Contains(owner)))
                _network.Handle(node, new ReplicatorInput.WriteMany([new MapWrite.Evict(record.Key, record.Order)]));
        }
    }

    private string? Judge()
    {
        foreach (var node in HonestNodes)
        {
            var live = node.Machine.ShownRecords().Where(record => record.IsLive).ToDictionary(record => record.Key.Instance);
            foreach (var (key, truth) in _truth)
            {
                if (truth is not { } t)
                    continue;
                if (!live.Remove(key, out var shown) || shown.Order.Epoch != t.Epoch || shown.Dot.Origin != _network.Nodes[t.Node].Uid)
                    return $"{node.Identity.Name} does not show {key} of epoch {t.Epoch} at node {t.Node}, but {shown}";
            }

            foreach (var (key, shown) in live)
                return $"{node.Identity.Name} shows {(_over.Contains((key, shown.Order.Epoch)) ? "what has ended" : "a ghost")}: {shown}";
            if (node.Machine.Map.StateHash != HonestNodes.First().Machine.Map.StateHash)
                return "unequal hashes";
            if (node.Reports.OfType<ReplicatorReport.Diverged>().FirstOrDefault() is { } diverged)
                return $"{node.Identity.Name} has found: {diverged}";
        }

        return null;
    }
}
