namespace Akka.Registry.Cluster.Membership;

/// <summary>Tells a few members directly that this node has left, until they confirm.</summary>
internal sealed class Farewell(SwimState state)
{
    // Each passes the news on, so a few that know it are enough.
    private const int Witnesses = 3;
    private const int AttemptsMax = 20;

    private readonly Dictionary<ulong, NodeUid> _asked = [];
    private readonly HashSet<NodeUid> _confirmed = [];
    private int _attempts;
    private bool _isOver;

    /// <summary>Begins, or goes on with whoever has not confirmed.</summary>
    public void Tell()
    {
        if (_isOver)
            return;
        var missing = Math.Min(Witnesses, state.Members.Others.Count) - _confirmed.Count;
        if (missing <= 0)
        {
            End();
            return;
        }

        if (++_attempts > AttemptsMax)
            return; // Nobody answers; the caller's time-out ends the wait.
        foreach (var member in state.Pick(Witnesses))
        {
            if (_confirmed.Contains(member.Uid))
                continue;
            var sequence = state.NextSequence();
            _asked.Add(sequence, member.Uid);
            var rumours = state.TakeRumours(first: state.Members.Self.ToRumour(state.Now));
            state.Send(member.Node.Address, new SwimMessage.Ping(sequence, member.Uid, rumours));
        }

        state.Arm(state.Settings.AckTimeout, new SwimTimer.FarewellRetry());
    }

    public void OnAck(NodeIdentity from, ulong sequence)
    {
        if (!_asked.TryGetValue(sequence, out var asked) || asked != from.Uid)
            return;
        _confirmed.Add(asked);
        if (_confirmed.Count >= Math.Min(Witnesses, state.Members.Others.Count))
            End();
    }

    private void End()
    {
        if (_isOver)
            return;
        _isOver = true;
        _asked.Clear();
        state.Emit(new SwimEffect.LeaveSpread());
    }
}
