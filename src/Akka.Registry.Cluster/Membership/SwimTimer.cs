using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Membership;

/// <summary>
/// What a deadline is for. It carries what it believed when it was armed and is ignored when that no longer holds.
/// </summary>
internal abstract record SwimTimer
{
    private SwimTimer() { }

    public sealed record ProbeTurn : SwimTimer;

    public sealed record AckTimeout(ulong Sequence) : SwimTimer;

    public sealed record ProbeEnd(ulong Sequence, Instant Deadline) : SwimTimer;

    public sealed record NackDue(ulong Sequence) : SwimTimer;

    public sealed record SuspicionEnd(NodeUid Member, ulong Incarnation, Instant Deadline) : SwimTimer;

    public sealed record GossipTurn : SwimTimer;

    public sealed record SyncTurn : SwimTimer;

    public sealed record ReconnectTurn : SwimTimer;

    public sealed record SeedRetry : SwimTimer;

    public sealed record FormDeadline : SwimTimer;

    public sealed record FarewellRetry : SwimTimer;
}

/// <summary>All deadlines of one machine, the earliest first, those of one moment in the order armed.</summary>
internal sealed class DeadlineQueue
{
    private readonly PriorityQueue<SwimTimer, (Instant Deadline, long Order)> _queue = new(EarliestFirst.Instance);
    private long _order;

    public Instant? Earliest => _queue.TryPeek(out _, out var priority) ? priority.Deadline : null;

    public void Arm(Instant deadline, SwimTimer timer) => _queue.Enqueue(timer, (deadline, _order++));

    public bool TryTakeDue(Instant now, out SwimTimer timer)
    {
        if (_queue.TryPeek(out timer!, out var priority) && priority.Deadline <= now)
        {
            _queue.Dequeue();
            return true;
        }

        return false;
    }

    private sealed class EarliestFirst : IComparer<(Instant Deadline, long Order)>
    {
        public static EarliestFirst Instance { get; } = new();

        public int Compare((Instant Deadline, long Order) x, (Instant Deadline, long Order) y)
        {
            var deadline = x.Deadline.CompareTo(y.Deadline);
            return deadline != 0 ? deadline : x.Order.CompareTo(y.Order);
        }
    }
}
