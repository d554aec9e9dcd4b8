using System.ComponentModel.DataAnnotations;

namespace Akka.Registry;

/// <summary>Taking an instance out and waiting until everybody knows.</summary>
public sealed record DrainOptions
{
    /// <summary>
    /// The longest deadline that a drain may have; 1 s to 1 hour, default 10 minutes. A longer one is refused.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan DeadlineMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Drains that were asked for at this node and still wait; 1 to 10,000, default 256. More are refused.</summary>
    [Range(1, 10_000)]
    public int Pending { get; init; } = 256;

    /// <summary>
    /// Drains of all nodes whose readers at this node are waited for; 1 to 100,000, default 4,096. Past it this node does not
    /// answer, and stands among the laggards until there is room.
    /// </summary>
    [Range(1, 100_000)]
    public int PendingOfPeers { get; init; } = 4_096;

    /// <summary>
    /// How often a node that has not confirmed is asked again; 10 ms to 10 s, default 250 ms. What is said of a laggard may be as
    /// old as this. Shorter: fresher, and more messages (one a node and drain each time).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);
}
