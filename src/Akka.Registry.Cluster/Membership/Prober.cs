using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Membership;

/// <summary>One probe of one member, until it is answered or over.</summary>
internal sealed class Probe(ulong sequence, MemberEntry target, int linkBreaks)
{
    public ulong Sequence { get; } = sequence;

    public MemberEntry Target { get; } = target;

    /// <summary>What is probed; a verdict on it says nothing about a later incarnation.</summary>
    public ulong Incarnation { get; } = target.Standing.Incarnation;

    /// <summary>When it has failed.</summary>
    public Instant Deadline { get; set; }

    /// <summary>Connections to the target that broke or were refused, the one that caused the probe included.</summary>
    public int LinkBreaks { get; set; } = linkBreaks;

    /// <summary>Members asked that have not said anything yet; null before others were asked.</summary>
    public List<NodeUid>? Helpers { get; set; }

    /// <summary>Members asked.</summary>
    public int HelpersAsked { get; set; }

    /// <summary>Whether the connection broke and then could not be made again.</summary>
    public bool IsLinkRefused => LinkBreaks >= 2;
}

/// <summary>Asks members whether they are there: by turns, out of turn when a link broke, and for others.</summary>
internal sealed class Prober(SwimState state, RumourJudge judge)
{
    // Requests of others that are under way; past it they are dropped, and the asker counts a missed nack.
    private const int RelaysMax = 1_024;

    private readonly Dictionary<ulong, Probe> _probes = [];
    private readonly Dictionary<ulong, Relay> _relays = [];

    /// <summary>The next member's turn.</summary>
    public void OnProbeTurn()
    {
        if (!state.IsActive)
            return;
        var interval = state.Health.Scale(state.Settings.ProbeInterval);
        if (state.Members.NextToProbe() is { Probe: null } target)
            Begin(target, linkBreaks: 0, state.Health.Scale(state.Settings.AckTimeout), interval);

        // Last, so that of one moment the end of this probe comes first.
        state.Arm(interval, new SwimTimer.ProbeTurn());
    }

    /// <summary>A hint that the member may be gone: looks at once, condemns nothing.</summary>
    public void OnLinkBroken(NodeAddress peer)
    {
        NackAll(peer);
        if (!state.Settings.Rules.ProbeOnBrokenLink || !state.IsActive || state.Members.CurrentAt(peer) is not { } member)
            return;
        if (member.Probe is { } probe)
            OnLinkBrokenAgain(probe);
        else if (member.NextProbeOutOfTurn is not { } next || next <= state.Now)
            BeginOutOfTurn(member);
    }

    public void OnAckTimeout(ulong sequence)
    {
        if (_probes.TryGetValue(sequence, out var probe))
            AskOthers(probe);
    }

    public void OnProbeEnd(SwimTimer.ProbeEnd timer)
    {
        if (_probes.TryGetValue(timer.Sequence, out var probe) && probe.Deadline == timer.Deadline)
            Fail(probe);
    }

    public void OnPing(NodeIdentity from, SwimMessage.Ping ping) =>
        state.Send(from.Address, new SwimMessage.PingAck(ping.Sequence, state.Fingerprint, state.RumoursFor(from.Uid)));

    /// <returns>Whether it answers a probe of this node's or another's.</returns>
    public bool OnAck(NodeIdentity from, ulong sequence)
    {
        if (_relays.Remove(sequence, out var relay))
        {
            var ack = new SwimMessage.PingAck(relay.Sequence, state.Fingerprint, state.RumoursFor(relay.Asker.Uid));
            state.Send(relay.Asker.Address, ack);
            return true;
        }

        if (!_probes.TryGetValue(sequence, out var probe))
            return false; // Late: its probe has failed, and only a refutation helps now.
        if (from.Uid != probe.Target.Uid && probe.Helpers is null)
            return false;
        End(probe);
        state.ChangeHealth(-1);
        return true;
    }

    public void OnNack(NodeIdentity from, ulong sequence)
    {
        if (!_probes.TryGetValue(sequence, out var probe) || probe.Helpers is not { } helpers)
            return;
        helpers.Remove(from.Uid);
        if (helpers.Count == 0 && probe.IsLinkRefused)
            Fail(probe);
    }

    public void OnPingRequest(NodeIdentity from, SwimMessage.PingRequest request)
    {
        if (_relays.Count >= RelaysMax)
            return;
        var sequence = state.NextSequence();
        _relays.Add(sequence, new Relay(from, request.Sequence, request.Target.Address));
        SendPing(sequence, request.Target);
        state.Arm(ClusterMath.NackDelay(state.Settings.AckTimeout), new SwimTimer.NackDue(sequence));
    }

    public void OnNackDue(ulong sequence)
    {
        if (_relays.Remove(sequence, out var relay))
            Nack(relay);
    }

    /// <summary>Ends all probes without a verdict.</summary>
    public void Void()
    {
        foreach (var probe in _probes.Values)
            probe.Target.Probe = null;
        _probes.Clear();
    }

    private void Begin(MemberEntry target, int linkBreaks, TimeSpan ackTimeout, TimeSpan whole)
    {
        var probe = new Probe(state.NextSequence(), target, linkBreaks) { Deadline = state.Now + whole };
        _probes.Add(probe.Sequence, probe);
        target.Probe = probe;
        SendPing(probe.Sequence, target.Node);
        state.Arm(ackTimeout, new SwimTimer.AckTimeout(probe.Sequence));
        state.Deadlines.Arm(probe.Deadline, new SwimTimer.ProbeEnd(probe.Sequence, probe.Deadline));
    }

    private void BeginOutOfTurn(MemberEntry member)
    {
        member.NextProbeOutOfTurn = state.Now + state.Settings.ProbeInterval;
        var ackTimeout = state.Health.Scale(state.Settings.AckTimeout);
        Begin(member, linkBreaks: 1, ackTimeout / 2, ackTimeout * 1.5);
    }

    private void OnLinkBrokenAgain(Probe probe)
    {
        probe.LinkBreaks++;
        if (!probe.IsLinkRefused)
            SendPing(probe.Sequence, probe.Target.Node); // The first ping may have gone down with the link.
        else if (probe.Helpers is null)
            AskOthers(probe);
        else if (probe.Helpers.Count == 0)
            Fail(probe);
    }

    private void AskOthers(Probe probe)
    {
        if (probe.Helpers is not null)
            return;
        var count = state.Settings.Rules.IndirectProbes ? state.Settings.IndirectProbes : 0;
        var helpers = state.Pick(count, except: probe.Target.Uid, suspectsToo: false);
        probe.Helpers = new List<NodeUid>(helpers.Count);
        foreach (var helper in helpers)
        {
            probe.Helpers.Add(helper.Uid);
            var request = new SwimMessage.PingRequest(probe.Sequence, probe.Target.Node, state.RumoursFor(helper.Uid));
            state.Send(helper.Node.Address, request);
        }

        probe.HelpersAsked = probe.Helpers.Count;
        if (probe.Helpers.Count == 0 && probe.IsLinkRefused)
            Fail(probe);
    }

    private void Fail(Probe probe)
    {
        End(probe);
        state.ChangeHealth(PenaltyOf(probe));
        judge.ProbeFailed(probe.Target, probe.Incarnation, probe.IsLinkRefused);
    }

    // Lifeguard, LHA-Probe: a failed probe costs one point of local health, and one more when a nack is missing, for
    // then it may be this node that is cut off. As in memberlist (state.go, probeNode) it costs nothing when all who were
    // asked have said that they had no answer either, nor when the target's host refuses the connection: this node's eyes
    // were good, and many deaths must not make all of them look away.
    private static int PenaltyOf(Probe probe)
    {
        if (probe.Helpers is { Count: > 0 })
            return +2;
        return probe.IsLinkRefused || probe.HelpersAsked > 0 ? 0 : +1;
    }

    private void End(Probe probe)
    {
        _probes.Remove(probe.Sequence);
        probe.Target.Probe = null;
    }

    private void SendPing(ulong sequence, NodeIdentity target) =>
        state.Send(target.Address, new SwimMessage.Ping(sequence, target.Uid, state.RumoursFor(target.Uid)));

    private void Nack(Relay relay) =>
        state.Send(relay.Asker.Address, new SwimMessage.PingNack(relay.Sequence, state.RumoursFor(relay.Asker.Uid)));

    private void NackAll(NodeAddress target)
    {
        foreach (var (sequence, relay) in _relays)
        {
            if (relay.Target == target && _relays.Remove(sequence)) // A dictionary may be enumerated over removals.
                Nack(relay);
        }
    }

    private sealed record Relay(NodeIdentity Asker, ulong Sequence, NodeAddress Target);
}
