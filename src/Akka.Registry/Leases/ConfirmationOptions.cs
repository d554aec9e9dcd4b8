using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Leases;

/// <summary>
/// Confirmation of losses: while the governor holds entries, this node and some other members try to connect to their addresses. Where a
/// host answers that nobody listens, and nobody could connect, the process is gone, and its entry falls. Nothing is sent over the
/// connections.
/// </summary>
public sealed record ConfirmationOptions
{
    /// <summary>
    /// Other members that are asked to try, besides this node; 0 to 16, default 3. 0 switches confirmation off: what is held
    /// waits for its beat or for the longest hold. More: surer where parts of the network are cut, and more connections.
    /// </summary>
    [Range(0, 16)]
    public int Members { get; init; } = 3;

    /// <summary>
    /// From one try of an entry to the next while it is held; 1 s to 1 hour, default 10 s. Shorter finds a loss sooner that was
    /// not to be seen at first, and costs connections.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a connect may take; 10 ms to 1 minute, default 1 s. A refusal comes within a round trip; only silence lasts longer.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Entries that this node has tried in one second, by itself and by each member that it asks; 1 to 10,000, default 200. More:
    /// a mass of dead entries is gone sooner; fewer: no burst of connections.
    /// </summary>
    [Range(1, 10_000)]
    public int PerSecond { get; init; } = 200;

    /// <summary>
    /// Connects of this node that wait for an answer, for itself and for others; 1 to 10,000, default 512. What is more is not
    /// tried, and counts as silence.
    /// </summary>
    [Range(1, 10_000)]
    public int Concurrent { get; init; } = 512;
}
