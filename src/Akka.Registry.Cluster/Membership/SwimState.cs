using System.Collections.Immutable;
using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Membership;

/// <summary>
/// What the parts of one machine share: the table, the rumours, the deadlines, this step's time and effects.
/// </summary>
internal sealed class SwimState
{
    private readonly List<SwimEffect> _effects = [];
    private readonly List<MemberEntry> _picked = [];
    private ulong _fingerprint;
    private Instant _fingerprintSince;
    private bool _gossipIsArmed;
    private ulong _sequence;

    public SwimState(NodeIdentity self, SwimSettings settings, Random random)
    {
        (Settings, Random) = (settings, random);
        Members = new MemberTable(self, settings, random);
        Rumours = new RumourQueue(settings.RumourBytesMax);
        _sequence = (ulong)random.NextInt64(1L << 32); // A predecessor's late answers name other sequences.
    }

    public SwimSettings Settings { get; }

    public Random Random { get; }

    public MemberTable Members { get; }

    public RumourQueue Rumours { get; }

    public DeadlineQueue Deadlines { get; } = new();

    public LocalHealth Health { get; } = new();

    public Instant Now { get; private set; }

    public bool HasJoined => Members.HasJoined;

    public bool HasLeft => Members.Self.Standing.State is MemberState.Left;

    public NodeIdentity Self => Members.Self.Node;

    /// <summary>Whether this node looks after others: it belongs to a cluster and has not left it.</summary>
    public bool IsActive => HasJoined && !HasLeft;

    /// <summary>
    /// What two nodes compare to see whether they know the same; 0 while this one still has something to tell, or is no
    /// member.
    /// </summary>
    /// <remarks>
    /// Nor does it speak before the last change had the time to reach everyone: of two that hear of it one after the other
    /// neither has missed anything, and a table that repairs nothing is dear in a large cluster.
    /// </remarks>
    public ulong Fingerprint => IsActive && Rumours.Count == 0 && Now - _fingerprintSince >= SpreadTime
        ? Members.Fingerprint
        : 0;

    private TimeSpan SpreadTime =>
        ClusterMath.SpreadTime(Members.Size, Settings.GossipFanout, Settings.GossipInterval);

    public void BeginStep(Instant now)
    {
        Now = now;
        _effects.Clear();
    }

    /// <summary>The step's effects; the list is emptied when the next step begins.</summary>
    public IReadOnlyList<SwimEffect> EndStep()
    {
        // With nobody left to tell, rumours would wait for whoever is found again, and bury as news whom this node gave up
        // while it was alone. That one gets the table, of which old deaths are only doubts.
        if (HasJoined && Members.Others.Count == 0 && Settings.Rules.LonelyRumoursEnd)
            Rumours.Clear();
        if (Rumours.Count > 0 && HasJoined && !_gossipIsArmed && Settings.Rules.Dissemination)
        {
            _gossipIsArmed = true;
            Arm(Settings.GossipInterval, new SwimTimer.GossipTurn());
        }

        if (Members.Fingerprint != _fingerprint)
            (_fingerprint, _fingerprintSince) = (Members.Fingerprint, Now);
        if (Members.TakeChanges() is { } changed)
            _effects.Add(new SwimEffect.Publish(changed));
        return _effects;
    }

    public ulong NextSequence() => ++_sequence;

    public void Arm(TimeSpan delay, SwimTimer timer) => Deadlines.Arm(Now + delay, timer);

    public void Emit(SwimEffect effect) => _effects.Add(effect);

    public void Note(SwimEvent what) => _effects.Add(new SwimEffect.Noted(what));

    public void Send(NodeAddress to, SwimMessage message) => _effects.Add(new SwimEffect.Send(to, message));

    public void ChangeHealth(int by)
    {
        if (by != 0 && Settings.Rules.LocalHealth && Health.Change(by))
            Note(new SwimEvent.LocalHealthChanged(Health.Score));
    }

    /// <summary>Rumours to go along with a message to that node.</summary>
    /// <remarks>
    /// Lifeguard, buddy system: whoever is suspected is told so first of all, with the next message to
    /// it; here whoever is held dead as well, which is how a node that was away hears that it was given up.
    /// </remarks>
    public ImmutableArray<Rumour> RumoursFor(NodeUid receiver)
    {
        var accused = Settings.Rules.BuddySystem ? Members.Find(receiver) : null;
        var first = accused?.Standing.State is MemberState.Suspect or MemberState.Down ? accused.ToRumour(Now) : null;
        return TakeRumours(first);
    }

    public ImmutableArray<Rumour> TakeRumours(Rumour? first = null)
    {
        var limit = ClusterMath.TransmitLimit(Members.Size, Settings.RetransmitMultiplier);
        if (!Settings.Rules.Dissemination)
            return first is null ? [] : [first];
        return Rumours.Take(Settings.Rules.TransmitLimit ? limit : int.MaxValue, first);
    }

    /// <summary>Other members by chance. The list is good until the next call.</summary>
    public List<MemberEntry> Pick(int count, NodeUid except = default, bool suspectsToo = true)
    {
        Members.Others.Pick(Random, count, except, suspectsToo, _picked);
        return _picked;
    }

    /// <summary>Passes rumours on to a few members; goes on while there are any.</summary>
    public void OnGossipTurn()
    {
        _gossipIsArmed = false;
        foreach (var member in Pick(Settings.GossipFanout))
        {
            var rumours = RumoursFor(member.Uid);
            if (rumours.IsEmpty)
                return;
            Send(member.Node.Address, new SwimMessage.Gossip(rumours));
        }
    }
}
