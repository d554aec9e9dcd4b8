using System.Collections.Immutable;
using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Membership;

/// <summary>Finds the cluster, or forms it; exchanges tables; finds again what was lost.</summary>
internal sealed class Joiner(SwimState state, RumourJudge judge)
{
    // Rumours of one message; a larger table goes in several.
    private const int SyncBytesMax = 256 * 1024;

    // Nodes that wait for a cluster as this one does and are told when it is formed; others find it by their next try.
    private const int WaitingMax = 1_024;

    private readonly Bootstrap _bootstrap = new(state);

    private readonly List<NodeAddress> _otherSeeds =
        [.. state.Settings.Seeds.Where(seed => seed != state.Self.Address).Distinct()];

    // Seeds that turned out to be this node, for as long as DNS names them.
    private readonly HashSet<NodeAddress> _ownNames = [];

    // Who was knocked at, by sequence, until the next round of knocks.
    private readonly Dictionary<ulong, NodeAddress> _knocks = [];
    private readonly Dictionary<NodeAddress, NodeIdentity> _waiting = [];

    private Instant? _nextRepair;
    private bool _hasFound;

    private int _seedRounds;
    private int _seedTurn;

    private bool IsFirstSeed { get; set; } = state.Settings.Seeds.Count > 0 && state.Settings.Seeds[0] == state.Self.Address;

    public void Start()
    {
        if (_otherSeeds.Count == 0 && !_bootstrap.IsOn)
        {
            Form();
            return;
        }

        OnSeedRetry();
        if (IsFirstSeed)
            state.Arm(state.Settings.SeedFormTimeout, new SwimTimer.FormDeadline());
    }

    /// <summary>A look-up has found these. New ones are asked at once.</summary>
    public void OnSeedsFound(IReadOnlyList<NodeAddress> found)
    {
        _ownNames.IntersectWith(found);
        var others = found.Where(seed => seed != state.Self.Address && !_ownNames.Contains(seed)).Distinct().ToList();
        var added = others.Except(_otherSeeds).ToList();
        if (added.Count == 0 && others.Count == _otherSeeds.Count && _hasFound)
            return;
        _hasFound = true;
        _bootstrap.OnSeedsChanged();
        _otherSeeds.Clear();
        _otherSeeds.AddRange(others);
        state.Note(new SwimEvent.SeedsFound(others));
        if (state.HasJoined || state.HasLeft)
            return;
        foreach (var seed in added)
            SendTable(seed, replyWanted: true);
    }

    public void OnSeedRetry()
    {
        if (state.HasJoined || state.HasLeft)
            return;
        if (_bootstrap.IsOn && _bootstrap.MayForm())
        {
            Form();
            return;
        }

        _knocks.Clear();
        foreach (var seed in _otherSeeds)
        {
            SendTable(seed, replyWanted: true);
            if (_seedRounds > 0 && !_waiting.ContainsKey(seed))
                Knock(seed); // It may be one of this node's own names, and then never says anything else.
        }

        _seedRounds++;
        state.Arm(state.Settings.SeedRetryInterval, new SwimTimer.SeedRetry());
    }

    /// <summary>A knock came back to the one that knocked: that seed is this node under another name.</summary>
    public void OnOwnKnock(ulong sequence)
    {
        if (!state.Settings.Rules.AliasesOfSelf || !_knocks.Remove(sequence, out var seed) || !_otherSeeds.Remove(seed))
            return;
        state.Note(new SwimEvent.SeedIsSelf(seed));
        _ownNames.Add(seed);
        if (_bootstrap.IsOn)
            return;
        if (state.Settings.Seeds[0] == seed)
            IsFirstSeed = true;
        if (state.HasJoined || state.HasLeft)
            return;
        if (_otherSeeds.Count == 0)
            Form();
        else if (state.Settings.Seeds[0] == seed)
            state.Arm(state.Settings.SeedFormTimeout, new SwimTimer.FormDeadline());
    }

    public void OnFormDeadline()
    {
        if (!state.HasJoined && !state.HasLeft)
            Form();
    }

    public void OnSync(NodeIdentity from, SwimMessage.Sync sync)
    {
        if (state.HasLeft)
            return; // Nobody finds a cluster through one that is no part of it.
        if (!state.HasJoined && sync.Joining)
        {
            OnWaiting(from, sync);
            return;
        }

        // The cluster that a joining node enters knows all of this already.
        var isJoining = !state.HasJoined;
        foreach (var rumour in sync.Rumours)
            judge.Hear(rumour, from, isTable: true, passOn: !isJoining);
        if (isJoining)
        {
            Enter(new SwimEvent.ClusterJoined(from));
            state.Rumours.Add(state.Members.Self.ToRumour(state.Now));
        }

        if (sync.ReplyWanted)
            SendTable(from.Address, replyWanted: false);
    }

    /// <summary>
    /// Exchanges tables with a node that has nothing to tell either and yet knows something else: a rumour missed one
    /// of the two.
    /// </summary>
    /// <remarks>
    /// Rumours reach all but a few in a thousand. Waiting for the next sync would leave those behind for half a minute.
    /// </remarks>
    public void OnFingerprint(NodeIdentity from, ulong theirs)
    {
        var ours = state.Fingerprint;
        if (!state.Settings.Rules.FingerprintRepair || ours == 0 || theirs == 0 || ours == theirs)
            return;
        if (_nextRepair is { } next && state.Now < next)
            return;
        _nextRepair = state.Now + state.Settings.ProbeInterval;
        SendTable(from.Address, replyWanted: true);
    }

    public void OnSyncTurn()
    {
        if (!state.IsActive)
            return;
        state.Members.ForgetDeparted(state.Now);
        ArmSyncTurn();
        if (!state.Settings.Rules.PushPull)
            return;
        foreach (var member in state.Pick(1, suspectsToo: false))
            SendTable(member.Node.Address, replyWanted: true);
    }

    /// <summary>
    /// Tries the one that is down, and the seed that is no member, that was tried longest ago: for ever, so that what was
    /// cut off is found again.
    /// </summary>
    public void OnReconnectTurn()
    {
        if (!state.IsActive)
            return;
        state.Arm(state.Settings.ReconnectInterval * (0.5 + state.Random.NextDouble()), new SwimTimer.ReconnectTurn());
        _knocks.Clear();
        if (state.Settings.Rules.DownAreContacted && NextDown() is { } down)
        {
            down.ContactedAt = state.Now;
            Knock(down.Node.Address);
        }

        if (state.Settings.Rules.SeedsAreContacted && NextAbsentSeed() is { } seed)
            Knock(seed);
    }

    private MemberEntry? NextDown()
    {
        var down = state.Members.Down;
        var next = default(MemberEntry);
        var first = down.Count > 0 ? state.Random.Next(down.Count) : 0; // Nodes do not all begin with the same one.
        for (var i = 0; i < down.Count; i++)
        {
            // Who stands at the address now has superseded whom it belonged to.
            var entry = down[(first + i) % down.Count];
            var address = entry.Node.Address;
            var isSuperseded = state.Members.CurrentAt(address) is not null || address == state.Self.Address;
            if (!isSuperseded && (next is null || IsLongerAgo(entry.ContactedAt, next.ContactedAt)))
                next = entry;
        }

        return next;
    }

    private static bool IsLongerAgo(Instant? one, Instant? other) =>
        other is { } at && (one is not { } before || before < at);

    private NodeAddress? NextAbsentSeed()
    {
        for (var i = 0; i < _otherSeeds.Count; i++)
        {
            var seed = _otherSeeds[_seedTurn++ % _otherSeeds.Count];
            if (state.Members.CurrentAt(seed) is null)
                return seed;
        }

        return null;
    }

    // A ping for this node itself: whoever else gets it answers with its table and asks for this one's. So a table, which
    // grows with the cluster, goes only to one that is there; and if it comes back, that address is one's own.
    private void Knock(NodeAddress at)
    {
        var sequence = state.NextSequence();
        _knocks.Add(sequence, at);
        state.Send(at, new SwimMessage.Ping(sequence, state.Self.Uid, []));
    }

    /// <summary>Sends all that this node knows; before it belongs to a cluster, only itself.</summary>
    public void SendTable(NodeAddress to, bool replyWanted)
    {
        var count = state.HasJoined ? state.Members.Count : 1;
        var rumours = ImmutableArray.CreateBuilder<Rumour>(count);
        var bytes = 0;
        for (var i = 0; i < count; i++)
        {
            var entry = state.HasJoined ? state.Members.All[i] : state.Members.Self;
            var rumour = entry.ToRumour(state.Now);
            var rumourBytes = SwimCodec.WireBytes(rumour);
            if (bytes + rumourBytes > SyncBytesMax)
            {
                state.Send(to, new SwimMessage.Sync(ReplyWanted: false, !state.HasJoined, rumours.ToImmutable()));
                rumours.Clear();
                bytes = 0;
            }

            rumours.Add(rumour);
            bytes += rumourBytes;
        }

        state.Send(to, new SwimMessage.Sync(replyWanted, !state.HasJoined, rumours.ToImmutable()));
    }

    private void OnWaiting(NodeIdentity from, SwimMessage.Sync sync)
    {
        if (_waiting.Count < WaitingMax)
            _waiting[from.Address] = from;
        if (_bootstrap.OnWaiting(from, sync.Rumours) is { } stranger)
            SendTable(stranger, replyWanted: true);
        if (sync.ReplyWanted && _bootstrap.LowestBelow(from) is { } lowest)
            state.Send(from.Address, new SwimMessage.Sync(false, Joining: true, [state.Members.Self.ToRumour(state.Now), lowest]));
        else if (sync.ReplyWanted)
            SendTable(from.Address, replyWanted: false);
        if (IsFirstSeed && _otherSeeds.TrueForAll(_waiting.ContainsKey))
            OnFormDeadline(); // No other seed can still answer as a member.
    }

    private void Form()
    {
        Enter(new SwimEvent.ClusterFormed());
        foreach (var (address, _) in _waiting)
            SendTable(address, replyWanted: true);
        _waiting.Clear();
    }

    private void Enter(SwimEvent how)
    {
        state.Members.Join();
        state.Note(how);

        // Nodes that start together do not probe together.
        state.Arm(state.Settings.ProbeInterval * state.Random.NextDouble(), new SwimTimer.ProbeTurn());
        state.Arm(state.Settings.ReconnectInterval * (0.5 + state.Random.NextDouble()), new SwimTimer.ReconnectTurn());
        state.Arm(state.Settings.SyncInterval * state.Random.NextDouble(), new SwimTimer.SyncTurn());
    }

    private void ArmSyncTurn() =>
        state.Arm(ClusterMath.SyncInterval(state.Members.Size, state.Settings.SyncInterval), new SwimTimer.SyncTurn());
}
