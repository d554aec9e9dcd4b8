using System.Diagnostics;
using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Membership;

/// <summary>SWIM with Lifeguard as a machine: inputs and the time go in, effects come out.</summary>
/// <remarks>
/// Same inputs, same times and same random numbers: same effects. Where it departs from the papers: rumours also go out
/// on their own every gossip interval and whole tables are exchanged now and then, as memberlist does; a death is
/// refutable, as a suspicion is, so that nobody has to restart after a partition; a broken connection brings a probe
/// forward.
/// </remarks>
internal sealed class SwimMachine
{
    private readonly Farewell _farewell;
    private readonly Joiner _joiner;
    private readonly RumourJudge _judge;
    private readonly Prober _prober;
    private readonly SwimState _state;

    /// <param name="self">This node.</param>
    /// <param name="settings">All timings and limits.</param>
    /// <param name="random">Used by this machine alone from now on.</param>
    public SwimMachine(NodeIdentity self, SwimSettings settings, Random random)
    {
        _state = new SwimState(self, settings, random);
        _judge = new RumourJudge(_state);
        _prober = new Prober(_state, _judge);
        _joiner = new Joiner(_state, _judge);
        _farewell = new Farewell(_state);
    }

    /// <summary>All members after the last step.</summary>
    public MembershipView View => _state.Members.View;

    /// <summary>Whether this node belongs to a cluster.</summary>
    public bool HasJoined => _state.HasJoined;

    /// <summary>0 (healthy) to 8.</summary>
    public int LocalHealth => _state.Health.Score;

    /// <summary>When <see cref="SwimInput.DeadlineReached"/> is due next; null when nothing waits for time.</summary>
    public Instant? NextDeadline => _state.Deadlines.Earliest;

    /// <summary>One step.</summary>
    /// <param name="input">What happened.</param>
    /// <param name="now">When; never before the last step.</param>
    /// <returns>What to do, in order. The list is reused by the next step.</returns>
    public IReadOnlyList<SwimEffect> Handle(SwimInput input, Instant now)
    {
        _state.BeginStep(now);
        if (_state.Settings.Rules.LocalHealth && NextDeadline is { } due && now - due > _state.Settings.ProbeInterval)
            OnOverslept(now - due);
        switch (input)
        {
            case SwimInput.Start:
                _joiner.Start();
                break;
            case SwimInput.SeedsFound found:
                _joiner.OnSeedsFound(found.Seeds);
                break;
            case SwimInput.Received received:
                OnReceived(received.From, received.Message);
                break;
            case SwimInput.LinkBroken broken:
                _prober.OnLinkBroken(broken.Peer);
                break;
            case SwimInput.DeadlineReached:
                OnDeadlineReached();
                break;
            case SwimInput.AnnounceUp:
                Announce(MemberState.Up);
                break;
            case SwimInput.AnnounceLeaving:
                Announce(MemberState.Leaving);
                break;
            case SwimInput.AnnounceLeft:
                if (Announce(MemberState.Left))
                    _farewell.Tell();
                break;
            default:
                throw new UnreachableException($"No rule for {input.GetType().Name}.");
        }

        return _state.EndStep();
    }

    private void OnDeadlineReached()
    {
        while (_state.Deadlines.TryTakeDue(_state.Now, out var timer))
            OnTimer(timer);
    }

    private void OnTimer(SwimTimer timer)
    {
        switch (timer)
        {
            case SwimTimer.ProbeTurn:
                _prober.OnProbeTurn();
                break;
            case SwimTimer.AckTimeout timeout:
                _prober.OnAckTimeout(timeout.Sequence);
                break;
            case SwimTimer.ProbeEnd end:
                _prober.OnProbeEnd(end);
                break;
            case SwimTimer.NackDue due:
                _prober.OnNackDue(due.Sequence);
                break;
            case SwimTimer.SuspicionEnd end:
                _judge.OnSuspicionEnd(end);
                break;
            case SwimTimer.GossipTurn:
                _state.OnGossipTurn();
                break;
            case SwimTimer.SyncTurn:
                _joiner.OnSyncTurn();
                break;
            case SwimTimer.ReconnectTurn:
                _joiner.OnReconnectTurn();
                break;
            case SwimTimer.SeedRetry:
                _joiner.OnSeedRetry();
                break;
            case SwimTimer.FormDeadline:
                _joiner.OnFormDeadline();
                break;
            case SwimTimer.FarewellRetry:
                _farewell.Tell();
                break;
            default:
                throw new UnreachableException($"No rule for {timer.GetType().Name}.");
        }
    }

    private void OnReceived(NodeIdentity from, SwimMessage message)
    {
        if (from.Uid == _state.Self.Uid)
        {
            if (message is SwimMessage.Ping knock)
                _joiner.OnOwnKnock(knock.Sequence);
            return; // A seed's other name led back here.
        }

        if (message is not SwimMessage.Sync && _state.HasJoined)
            HearAll(from, message);
        switch (message)
        {
            case SwimMessage.Ping ping:
                OnPing(from, ping);
                break;
            case SwimMessage.PingAck ack:
                if (!_prober.OnAck(from, ack.Sequence))
                    _farewell.OnAck(from, ack.Sequence);
                _joiner.OnFingerprint(from, ack.Fingerprint);
                break;
            case SwimMessage.PingRequest request:
                _prober.OnPingRequest(from, request);
                break;
            case SwimMessage.PingNack nack:
                _prober.OnNack(from, nack.Sequence);
                break;
            case SwimMessage.Sync sync:
                _joiner.OnSync(from, sync);
                break;
            case SwimMessage.Gossip:
                break; // All of it was heard above.
            default:
                throw new UnreachableException($"No rule for {message.GetType().Name}.");
        }
    }

    private void HearAll(NodeIdentity from, SwimMessage message)
    {
        foreach (var rumour in message.Rumours)
            _judge.Hear(rumour, from, isTable: false, passOn: true);
    }

    // A successor does not answer for the process that had its address before it; nor does one keep silent towards a
    // node that it does not know but that knows it. Either way the two have something to tell each other.
    private void OnPing(NodeIdentity from, SwimMessage.Ping ping)
    {
        var isMeant = ping.Target == _state.Self.Uid;
        if (isMeant)
            _prober.OnPing(from, ping);
        var isFromStranger = _state.HasJoined && _state.Members.Find(from.Uid) is null;
        if (!_state.HasLeft && (!isMeant || isFromStranger))
            _joiner.SendTable(from.Address, replyWanted: true);
    }

    // A life goes one way: joining, up, leaving, left.
    private bool Announce(MemberState announced)
    {
        if (_state.Members.Self.Standing.State >= announced)
            return false;
        _judge.Announce(announced);
        return true;
    }

    // The answers that were waited for may lie in the mailbox behind this very step.
    private void OnOverslept(TimeSpan lateness)
    {
        _state.Note(new SwimEvent.Overslept(lateness));
        _state.ChangeHealth(+1);
        _prober.Void();
        _judge.RestartSuspicions();
        OnDeadlineReached();
    }
}
