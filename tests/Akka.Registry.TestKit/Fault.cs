namespace Akka.Registry.TestKit;

/// <summary>Something that goes wrong at a time, and for how long. Nodes are meant by their index, 0 for the first.</summary>
/// <param name="At">When it begins, from the start of its schedule.</param>
/// <param name="Span">How long it lasts; of no meaning to what happens in an instant.</param>
public abstract record Fault(TimeSpan At, TimeSpan Span)
{
    /// <summary>What it is, beside its kind and span, for the trace.</summary>
    protected abstract string Details { get; }

    /// <summary>As in the trace: kind, what it concerns, and for how long.</summary>
    public sealed override string ToString() => $"{GetType().Name} {Details}, {Span.TotalSeconds:0.000} s";

    /// <summary>The process ends as <c>kill -9</c> does, and another is started when the span is over.</summary>
    public sealed record Crash(TimeSpan At, TimeSpan Span, int Node) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => $"of {Node}";
    }

    /// <summary>Every process ends at once; all are started when the span is over.</summary>
    public sealed record CrashAll(TimeSpan At, TimeSpan Span) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => "of every node";
    }

    /// <summary>The process is frozen.</summary>
    public sealed record Pause(TimeSpan At, TimeSpan Span, int Node) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => $"of {Node}";
    }

    /// <summary>These nodes are cut off from all others, both ways.</summary>
    public sealed record Partition(TimeSpan At, TimeSpan Span, IReadOnlyList<int> Nodes) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => $"of {string.Join(", ", Nodes)}";
    }

    /// <summary>Nothing passes from one node to another; the other way is open.</summary>
    public sealed record OneWay(TimeSpan At, TimeSpan Span, int From, int To) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => $"from {From} to {To}";
    }

    /// <summary>One node believes in its links to another, nothing arrives, and nobody is told.</summary>
    public sealed record HalfOpen(TimeSpan At, TimeSpan Span, int From, int To) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => $"from {From} to {To}";
    }

    /// <summary>The connections between two nodes are reset: in an instant.</summary>
    public sealed record Reset(TimeSpan At, int Node, int Other) : Fault(At, TimeSpan.Zero)
    {
        /// <inheritdoc/>
        protected override string Details => $"between {Node} and {Other}";
    }

    /// <summary>A node's links to another become narrow and far.</summary>
    /// <param name="At">When it begins.</param>
    /// <param name="Span">How long it lasts.</param>
    /// <param name="From">Who sends.</param>
    /// <param name="To">Who receives.</param>
    /// <param name="BytesPerSecond">What each lane carries; at least 1.</param>
    /// <param name="Latency">How much longer each frame is on its way.</param>
    public sealed record SlowLink(TimeSpan At, TimeSpan Span, int From, int To, long BytesPerSecond, TimeSpan Latency) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => $"from {From} to {To}, {BytesPerSecond} bytes/s, {Latency.TotalMilliseconds:0} ms";
    }

    /// <summary>The whole network is like this.</summary>
    public sealed record Weather(TimeSpan At, TimeSpan Span, LinkConditions Conditions) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => $"of the network: {Conditions}";
    }

    /// <summary>A wall clock jumps by so much, and back when the span is over.</summary>
    public sealed record ClockStep(TimeSpan At, TimeSpan Span, int Node, TimeSpan Offset) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => $"of {Node} by {Offset}";
    }

    /// <summary>A clock runs too fast by so many millionths; negative, too slow.</summary>
    public sealed record ClockDrift(TimeSpan At, TimeSpan Span, int Node, int Ppm) : Fault(At, Span)
    {
        /// <inheritdoc/>
        protected override string Details => $"of {Node} by {Ppm} ppm";
    }
}
