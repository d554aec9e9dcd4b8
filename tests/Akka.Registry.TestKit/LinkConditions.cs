namespace Akka.Registry.TestKit;

/// <summary>How frames travel from one node to another, in that direction.</summary>
public sealed record LinkConditions
{
    /// <summary>A quiet local network: 0.2 to 1 ms, nothing lost, as wide as one could wish.</summary>
    public static LinkConditions Good { get; } = new();

    /// <summary>The shortest way of a frame; default 0.2 ms.</summary>
    public TimeSpan LatencyMin { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>The longest way of an ordinary frame, drawn evenly between; default 1 ms.</summary>
    public TimeSpan LatencyMax { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The share of frames that take far longer, 0 to 1; default 0.</summary>
    /// <remarks>
    /// Their way is drawn from the tail between <see cref="LatencyMax"/> and <see cref="LatencyTailMax"/>, each doubling of time as
    /// likely as the next.
    /// </remarks>
    public double LatencyTail { get; init; }

    /// <summary>The longest way of any frame; default 1 s. Only with <see cref="LatencyTail"/>.</summary>
    public TimeSpan LatencyTailMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The share of frames that never arrive, 0 to 1. Harsher than a stream, which breaks instead.</summary>
    public double Loss { get; init; }

    /// <summary>The share of frames that arrive twice, 0 to 1.</summary>
    public double Duplication { get; init; }

    /// <summary>Whether a frame may overtake those sent before it. A stream never does this; the protocols bear it all the same.</summary>
    public bool Reordering { get; init; }

    /// <summary>What each lane may carry, in bytes a second; 0, the default, for no limit. The rest waits in the sender's queue.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Packets are dropped on the way: frames wait at the sender until it gives the link up.</summary>
    public bool Blocked { get; init; }

    /// <summary>The sender believes in the link, nothing arrives, and nobody is told, however long it lasts.</summary>
    public bool HalfOpen { get; init; }
}
