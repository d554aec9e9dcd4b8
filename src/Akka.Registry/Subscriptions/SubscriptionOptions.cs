using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Subscriptions;

/// <summary>What subscribers may take.</summary>
public sealed record SubscriptionOptions
{
    /// <summary>
    /// Subscriptions at this node at once; 1 to 1,000,000, default 10,000. More are refused until one ends.
    /// </summary>
    [Range(1, 1_000_000)]
    public int Max { get; init; } = 10_000;

    /// <summary>
    /// Batches that wait for one reader; 1 to 65,536, default 256. Past it the queue is dropped, and the reader gets
    /// the latest states
    /// of what it lacks. More: short stalls cost nothing; fewer: less memory for readers that have stopped.
    /// </summary>
    [Range(1, 65_536)]
    public int Queue { get; init; } = 256;

    /// <summary>
    /// How long a subscriber whose cursor is ahead of this node waits for it to catch up; 0 to 5 min, default 10 s.
    /// After it the
    /// subscription is refused.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan CatchUpTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
