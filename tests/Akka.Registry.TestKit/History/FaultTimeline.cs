namespace Akka.Registry.TestKit.History;

/// <summary>When which node was harmed.</summary>
internal sealed class FaultTimeline
{
    private readonly List<Span> _spans = [];

    public FaultTimeline(IEnumerable<HistoryEvent> events)
    {
        foreach (var happened in events)
        {
            if (happened is HistoryEvent.FaultBegan began)
                _spans.Add(new Span(began.Node, began.Fault, began.Peer) { From = began.At });
            else if (happened is HistoryEvent.FaultEnded ended)
                Close(ended);
        }
    }

    /// <summary>When the last harm ended; <see cref="TimeSpan.MaxValue"/> while one goes on.</summary>
    public TimeSpan QuietSince => LastBefore(TimeSpan.MaxValue);

    /// <summary>When the last harm before that moment ended; the moment itself while one goes on.</summary>
    public TimeSpan LastBefore(TimeSpan moment)
    {
        var last = TimeSpan.Zero;
        foreach (var span in _spans)
        {
            if (span.From <= moment && span.Fault != Harm.Unreachable)
                last = Max(last, span.To < moment ? span.To : moment);
        }

        return last;
    }

    /// <summary>Whether anything but its clients' trouble touched the node in that time.</summary>
    public bool Touched(string node, TimeSpan from, TimeSpan to) =>
        Any(from, to, span => span.Fault != Harm.Unreachable && (span.Node is null || span.Node == node || span.Peer == node));

    /// <summary>Whether the node stood still in that time.</summary>
    public bool Frozen(string node, TimeSpan from, TimeSpan to) =>
        Any(from, to, span => span.Fault == Harm.Paused && (span.Node is null || span.Node == node));

    /// <summary>Whether the node's process ended or was absent in that time.</summary>
    public bool Dead(string node, TimeSpan from, TimeSpan to) => Any(from, to, span => span.Fault == Harm.Killed && span.Node == node);

    /// <summary>When the node was last started again before that moment; zero if never.</summary>
    public TimeSpan StartedBefore(string node, TimeSpan moment)
    {
        var started = TimeSpan.Zero;
        foreach (var span in _spans)
        {
            if (span.Fault == Harm.Killed && span.Node == node && span.To <= moment)
                started = Max(started, span.To);
        }

        return started;
    }

    /// <summary>Whether anything stood between two nodes in that time.</summary>
    public bool Separated(string a, string b, TimeSpan from, TimeSpan to) => a != b && Any(from, to, span =>
        span.Fault is Harm.Cut or Harm.Deaf or Harm.Mute or Harm.Lossy or Harm.Slow
        && ((span.Node == a && (span.Peer is null || span.Peer == b)) || (span.Node == b && (span.Peer is null || span.Peer == a))));

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private bool Any(TimeSpan from, TimeSpan to, Predicate<Span> what)
    {
        foreach (var span in _spans)
        {
            if (span.From <= to && span.To >= from && what(span))
                return true;
        }

        return false;
    }

    private void Close(HistoryEvent.FaultEnded ended)
    {
        var open = _spans.FindIndex(span =>
            span.To == TimeSpan.MaxValue && span.Node == ended.Node && span.Fault == ended.Fault && span.Peer == ended.Peer);
        if (open < 0)
            throw new ArgumentException($"A fault ends that never began: {ended}.", nameof(ended));
        _spans[open] = _spans[open] with { To = ended.At };
    }

    private sealed record Span(string? Node, Harm Fault, string? Peer)
    {
        public TimeSpan From { get; init; }

        public TimeSpan To { get; init; } = TimeSpan.MaxValue;
    }
}
