using Akka.Registry.DistributedData;

namespace Akka.Registry.Queries;

/// <summary>
/// The rule by which revisions grow: one number for long polls, comparable between nodes, exact in JavaScript (below
/// 2^53).
/// </summary>
/// <remarks>
/// <para>
/// A change's own number is 41 bits of milliseconds since <see cref="Epoch"/> (they last until 2093) and 12 bits of the
/// stamp's counter, which stays at 4,095 where it is greater. The next revision is the change's number, or one more
/// than the last revision where that would not grow: a change that comes late, or trust that changed here alone.
/// </para>
/// <para>
/// A fresh view begins with the number of the node's hybrid clock, which is above every stamp that the node has seen:
/// so nothing goes back over a restart. Nodes that hold the same may differ by what came late to one of them; a poll
/// therefore waits while the revision is equal to the caller's, and answers at once when it differs in either
/// direction.
/// </para>
/// </remarks>
public static class RevisionClock
{
    /// <summary>The greatest revision: 2^53 - 1.</summary>
    public const long Max = (1L << 53) - 1;

    private const int CounterBits = 12;
    private const int CounterMax = (1 << CounterBits) - 1;

    /// <summary>Millisecond 0 of revisions: 2024-01-01T00:00:00Z.</summary>
    public static DateTimeOffset Epoch { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The number of a moment: 0 before <see cref="Epoch"/>, never above <see cref="Max"/>.</summary>
    public static long Of(HybridTimestamp time)
    {
        var milliseconds = time.UnixMilliseconds - Epoch.ToUnixTimeMilliseconds();
        if (milliseconds < 0)
            return 0;
        return Math.Min(Max, (milliseconds << CounterBits) | (long)Math.Min(time.Counter, CounterMax));
    }

    /// <summary>The revision after a change.</summary>
    /// <param name="current">The revision before it; 0 for none.</param>
    /// <param name="change">The stamp of the change; of several, the greatest.</param>
    public static long Next(long current, HybridTimestamp change) => Math.Max(Next(current), Of(change));

    /// <summary>The revision after a change that bears no stamp.</summary>
    public static long Next(long current) => current + 1;
}
