namespace Akka.Registry.TestKit.History;

/// <summary>One epoch of one instance: what it asked for, and what was acknowledged.</summary>
internal sealed class InstanceLife(HistoryEvent.Offered offered)
{
    private readonly List<Acknowledgement> _acks = [];
    private readonly List<Chain> _chains = [];

    public HistoryKey Key => offered.Key;

    public ulong Epoch => offered.Epoch;

    public string Mark => offered.Mark;

    public TimeSpan Ttl => offered.Ttl;

    public TimeSpan DeregisterAfter => offered.DeregisterAfter;

    public TimeSpan OfferedAt => offered.At;

    /// <summary>When it began to ask for nothing more; null while it lives.</summary>
    public TimeSpan? EndedAt { get; private set; }

    /// <summary>Its goodbye, when one was acknowledged.</summary>
    public HistoryEvent.Deregistered? Goodbye { get; private set; }

    public void Add(HistoryEvent.Registered ack) => _acks.Add(new Acknowledgement(ack.AskedAt, ack.At, ack.Node, IsRegistration: true));

    public void Add(HistoryEvent.Beaten ack) => _acks.Add(new Acknowledgement(ack.AskedAt, ack.At, ack.Node, IsRegistration: false));

    public void End(TimeSpan at) => EndedAt ??= at;

    public void Add(HistoryEvent.Deregistered goodbye) => Goodbye ??= goodbye;

    /// <summary>All has been added: finds the times in which no lease of it could have run out.</summary>
    public void Seal(FaultTimeline faults, HistoryBounds bounds)
    {
        Acknowledgement? before = null;
        foreach (var ack in _acks)
        {
            // A registration begins anew: who asked for it was told that nobody knew it.
            if (before is null || ack.IsRegistration || ack.At - before.AskedAt > Ttl)
                _chains.Add(new Chain(ack.At));
            var chain = _chains[^1];
            chain.Until = ack.AskedAt + Ttl;
            // Whoever acknowledged it was there to pass it on.
            if (chain.SecuredAt is null && !faults.Touched(ack.Node, ack.AskedAt, ack.At + bounds.Spread))
                chain.SecuredAt = ack.At;
            before = ack;
        }
    }

    /// <summary>Since when it has been known beyond the node that first took it, with beats acknowledged each TTL until past the time
    /// given; null if that cannot be said.</summary>
    public TimeSpan? SecuredSince(TimeSpan from, TimeSpan to)
    {
        if (EndedAt <= to)
            return null;
        foreach (var chain in _chains)
        {
            if (chain.From <= from && to < chain.Until && chain.SecuredAt is { } secured)
                return secured;
        }

        return null;
    }

    /// <summary>Whether every node that acknowledged a beat in that time satisfies the condition.</summary>
    public bool BeatOnlyAt(TimeSpan from, TimeSpan to, Predicate<string> node)
    {
        foreach (var ack in _acks)
        {
            if (ack.At >= from && ack.AskedAt <= to && !node(ack.Node))
                return false;
        }

        return true;
    }

    private sealed record Acknowledgement(TimeSpan AskedAt, TimeSpan At, string Node, bool IsRegistration);

    /// <summary>Acknowledgements none of which came later than a TTL after the one before it was asked for.</summary>
    private sealed class Chain(TimeSpan from)
    {
        public TimeSpan From { get; } = from;

        public TimeSpan Until { get; set; }

        public TimeSpan? SecuredAt { get; set; }
    }
}
