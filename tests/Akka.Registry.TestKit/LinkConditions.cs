namespace Akka.Registry.TestKit;

/// <summary>How frames travel from one node to another.</summary>
public sealed record LinkConditions
{
    /// <summary>A quiet local network: 0.2 to 1 ms, nothing lost.</summary>
    public static LinkConditions Good { get; } = new();

    /// <summary>The shortest way of a frame; default 0.2 ms.</summary>
    public TimeSpan LatencyMin { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>The longest way of a frame, drawn evenly between; default 1 ms.</summary>
    public TimeSpan LatencyMax { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The share of frames that never arrive, 0 to 1. Harsher than a stream, which breaks instead.</summary>
    public double Loss { get; init; }

    /// <summary>The share of frames that arrive twice, 0 to 1.</summary>
    public double Duplication { get; init; }

    /// <summary>Whether a frame may overtake those sent before it. A stream never does this; the protocols bear it all the same.</summary>
    public bool Reordering { get; init; }

    /// <summary>Nothing passes, and nobody is told: packets are dropped on the way.</summary>
    public bool Blocked { get; init; }
}
