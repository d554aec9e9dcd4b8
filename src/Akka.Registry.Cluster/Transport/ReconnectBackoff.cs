namespace Akka.Registry.Cluster.Transport;

/// <summary>How long a peer is left alone after it could not be reached.</summary>
internal static class ReconnectBackoff
{
    /// <summary><c>min(max, min * 2^(failures - 1)) * (1 - chance / 2)</c>.</summary>
    /// <remarks>The jitter keeps nodes that lost the same peer at the same moment from coming back in step.</remarks>
    /// <param name="failures">Failures in a row, this one included; at least 1.</param>
    /// <param name="min">After the first failure, before jitter.</param>
    /// <param name="max">The longest, before jitter.</param>
    /// <param name="chance">0 to 1.</param>
    public static TimeSpan Delay(int failures, TimeSpan min, TimeSpan max, double chance)
    {
        var doublings = Math.Min(failures - 1, 40);
        var full = Math.Min(max.Ticks, min.Ticks * Math.Pow(2, doublings));
        return TimeSpan.FromTicks((long)(full * (1 - (chance / 2))));
    }
}
