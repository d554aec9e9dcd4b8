using Akka.Registry.DistributedData;

namespace Akka.Registry.Views;

/// <summary>The scalar that long polls go by: derived from the stamps of the changes, so that it is comparable between nodes.</summary>
/// <remarks>
/// 42 bits of milliseconds (until the year 2109) and 11 bits of counter: below 2^53, so that JavaScript keeps it exact. A removal carries
/// the stamp of what it removed, which says nothing of when it was removed; it counts as of the moment at which it is seen. The same
/// holds for a change of verification and for a state that is loaded: a poll that arrives with the revision of another node, or with one
/// from before a restart, then neither stalls (what happens later is later everywhere) nor runs backwards. Nodes' clocks disagree and
/// replication takes time, so that within these milliseconds a poll that changes nodes may wait for the change after; the cursor is the
/// exact measure.
/// </remarks>
internal static class Revisions
{
    private const int CounterBits = 11;
    private const long CounterMax = (1L << CounterBits) - 1;

    /// <summary>The revision that a write's stamp stands for.</summary>
    public static long Of(HybridTimestamp stamp) =>
        (stamp.UnixMilliseconds << CounterBits) | Math.Min(stamp.Counter, CounterMax);

    /// <summary>The revision that a moment of the wall clock stands for.</summary>
    public static long At(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds() << CounterBits;

    /// <summary>The next revision of something that stood at <paramref name="current"/>: the derived one, or one more where that would not grow.</summary>
    public static long Next(long current, long derived) => Math.Max(current + 1, derived);
}
