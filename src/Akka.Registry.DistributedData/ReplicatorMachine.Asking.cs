using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>
/// What owners and others say to each other of contested entries, and what the registry is told. Each question is asked again until it is
/// answered, and each word is said again now and then, so none need arrive.
/// </summary>
internal sealed partial class ReplicatorMachine
{
    /// <summary>How often, in gossip intervals, an owner that has answered is asked again, and tells again.</summary>
    private const int Patience = 10;

    /// <summary>Own entries that are contested, and that the registry was not told of yet.</summary>
    private readonly Queue<RecordKey> _untold = new();

    private Instant _contestToldAt = new(long.MinValue / 2);
    private bool _retells;
    private uint _turn;

    /// <summary>Another node asks, or says what it thinks of its own entries.</summary>
    private void OnOwnerWord(NodeIdentity from, PeerFrame.OwnerWord word)
    {
        if (_views is null || !IsSynchronized)
            return;
        if (word.Questions.Count > 0)
            Answer(from, word.Questions);
        foreach (var key in word.Released)
        {
            if (_guards.TryGetValue(key, out var guard) && guard.Owner == from.Uid)
                LetGo(key);
        }

        foreach (var kept in word.Kept)
        {
            if (kept.IsLive && kept.Dot.Origin == from.Uid)
                Claim(kept);
        }
    }

    /// <summary>An owner stands by a record of its own. It never enters the map: that is what intervals are for.</summary>
    private void Claim(MapRecord kept)
    {
        var held = _map.Find(kept.Key);
        if (held is not null && (held.Dot.Origin == kept.Dot.Origin || kept.Beats(held)))
            return;                                 // It comes, or has come, as a record does.
        if (_guards.TryGetValue(kept.Key, out var guard) && guard.Owner == kept.Dot.Origin)
        {
            guard.AskAt = _world.Now + (_options.GossipInterval * Patience);
            if (!kept.Beats(guard.Record))
                return;
            _viewsDiffer = true;
            _views!.Add(new RecordChange(guard.Record, kept));
            guard.Record = kept;
            return;
        }

        var shown = guard?.Record ?? held;
        if (shown is { IsLive: true } && IsReachable(shown.Dot.Origin) && _rules.ClaimsYield)
            return;                                 // Shown first, and its owner has not let go: no claim of another changes that.
        _guards[kept.Key] = new Guard(kept) { AskAt = _world.Now + (_options.GossipInterval * Patience) };
        _viewsDiffer = true;
        _views!.Add(new RecordChange(shown, kept));
    }

    private void Answer(NodeIdentity asker, IReadOnlyList<RecordKey> keys)
    {
        var released = new List<RecordKey>();
        var kept = new List<MapRecord>();
        foreach (var key in keys)
        {
            if (Shown(key) is not { IsLive: true } shown || !IsOwn(shown))
                released.Add(key);
            else if (_guards.TryGetValue(key, out var guard) && guard.Stands)
                kept.Add(shown);
        }

        foreach (var part in Parts(kept))
            Say(asker, new PeerFrame.OwnerWord(NextNumber(), Generation) { Kept = part });
        if (released.Count > 0 || kept.Count == 0)  // Empty, it says that this node lives, and does not know yet.
            Say(asker, new PeerFrame.OwnerWord(NextNumber(), Generation) { Released = released });
    }

    /// <summary>Tells the peer what this node stands by, unless it was told lately.</summary>
    private void TellKept(Peer peer)
    {
        if (_guards.Count == 0 || _world.Now < peer.KeptToldAt + (_options.GossipInterval * Patience))
            return;
        peer.KeptToldAt = _world.Now;
        foreach (var part in Parts(_guards.Values.Where(guard => guard.Stands).Select(guard => guard.Record)))
            Say(peer.Node, new PeerFrame.OwnerWord(NextNumber(), Generation) { Kept = part });
    }

    /// <summary>Records of as many frames as they need: a thousand, or a chunk, in each.</summary>
    private IEnumerable<List<MapRecord>> Parts(IEnumerable<MapRecord> records)
    {
        var (part, bytes) = (new List<MapRecord>(), 0);
        foreach (var record in records)
        {
            if (part.Count == PeerFrame.OwnerWord.KeysMax || (part.Count > 0 && bytes + ReplicationCodec.SizeOf(record) > _options.ChunkBytes))
            {
                yield return part;
                (part, bytes) = ([], 0);
            }

            part.Add(record);
            bytes += ReplicationCodec.SizeOf(record);
        }

        if (part.Count > 0)
            yield return part;
    }

    private void Say(NodeIdentity to, PeerFrame.OwnerWord word) =>
        _effects.Add(new ReplicatorEffect.Send(to, word with { Passports = [OwnPassport] }));

    /// <summary>What this turn has brought up: questions, answers that nobody asked for, what the registry is to judge.</summary>
    private void SpeakOfOwners()
    {
        if (_views is null)
            return;
        if (_isContested && IsServing)
            TellContested();
        if (_asks)
            Ask();
        if (_tellsKept)
        {
            foreach (var peer in _peers.Values)
            {
                peer.KeptToldAt = new Instant(long.MinValue / 2);
                TellKept(peer);
            }
        }

        for (var i = 0; i < _released.Count; i += PeerFrame.OwnerWord.KeysMax)
        {
            var part = _released.GetRange(i, Math.Min(PeerFrame.OwnerWord.KeysMax, _released.Count - i));
            foreach (var peer in _peers.Values)
                Say(peer.Node, new PeerFrame.OwnerWord(NextNumber(), Generation) { Released = part });
        }

        _released.Clear();
        _asks = _tellsKept = false;
    }

    private void Ask()
    {
        var questions = new SortedDictionary<NodeUid, List<RecordKey>>();
        foreach (var (key, guard) in _guards)
        {
            if (guard.Owner == _self.Uid || _world.Now < guard.AskAt)
                continue;
            if (!questions.TryGetValue(guard.Owner, out var keys))
                questions.Add(guard.Owner, keys = []);
            if (keys.Count == PeerFrame.OwnerWord.KeysMax)
                continue;                           // At the next gossip: who has answered is left out then.
            keys.Add(key);
            guard.AskAt = _world.Now + _options.GossipInterval;
        }

        foreach (var (owner, keys) in questions)
        {
            if (NodeOf(owner) is { } node)
                Say(node, new PeerFrame.OwnerWord(NextNumber(), Generation) { Questions = keys });
        }
    }

    private NodeIdentity? NodeOf(NodeUid uid) =>
        _peers.TryGetValue(uid, out var peer) ? peer.Node : _missing.TryGetValue(uid, out var missing) ? missing.Node : null;

    private void TellContested()
    {
        _isContested = false;
        var entries = ImmutableArray.CreateBuilder<Contest>();
        while (entries.Count < PeerFrame.OwnerWord.KeysMax && _untold.TryDequeue(out var key))
        {
            if (_guards.TryGetValue(key, out var guard) && IsOwn(guard.Record) && guard.ToldAt is null)
                Tell(guard);
        }

        if (_retells)
            TellAgain();
        _retells = false;
        if (entries.Count > 0)
            _effects.Add(new ReplicatorEffect.Publish(new MapEvent.Contested(entries.ToImmutable())));

        void TellAgain()
        {
            // By turns: of many, each comes round.
            var own = _guards.Values.Where(guard => IsOwn(guard.Record) && guard.ToldAt is not null && guard.ToldAt != _world.Now).ToList();
            for (var i = 0; i < own.Count && entries.Count < PeerFrame.OwnerWord.KeysMax; i++)
                Tell(own[(int)(_turn++ % (uint)own.Count)]);
            if (own.Find(guard => guard.Stands) is { } standing)
                ReportContest(standing, own.Count(guard => guard.Stands));
        }

        void Tell(Guard guard) =>
            entries.Add(new Contest(guard.Record, _map.Find(guard.Record.Key), guard.ToldAt ??= _world.Now));
    }

    private void ReportContest(Guard guard, int total)
    {
        if (_world.Now - _contestToldAt < TellPause || _map.Find(guard.Record.Key) is not { } by)
            return;
        _contestToldAt = _world.Now;
        Report(new ReplicatorReport.Contested(by.Dot.Origin, by.Key, total));
    }
}
