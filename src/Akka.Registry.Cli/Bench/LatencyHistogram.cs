namespace Akka.Registry.Cli.Bench;

/// <summary>Counts times by size, to about one per cent, in a memory that does not grow. Any thread may record.</summary>
internal sealed class LatencyHistogram
{
    private const double Growth = 1.01;
    private const double SmallestMicroseconds = 1;
    private static readonly double LogGrowth = Math.Log(Growth);

    // Up to about 100 s; longer times count as that.
    private readonly long[] _counts = new long[1_860];
    private long _total;
    private long _maxTicks;

    /// <summary>Times that were recorded.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>The longest, exactly.</summary>
    public TimeSpan Max => new(Interlocked.Read(ref _maxTicks));

    /// <summary>Records one.</summary>
    public void Record(TimeSpan time)
    {
        var steps = Math.Log(Math.Max(time.TotalMicroseconds, SmallestMicroseconds)) / LogGrowth;
        Interlocked.Increment(ref _counts[Math.Min((int)steps, _counts.Length - 1)]);
        Interlocked.Increment(ref _total);
        long seen;
        while (time.Ticks > (seen = Interlocked.Read(ref _maxTicks)) && Interlocked.CompareExchange(ref _maxTicks, time.Ticks, seen) != seen)
        {
            // Another thread recorded a longer one meanwhile: compare with that.
        }
    }

    /// <summary>The time that the given share of all did not exceed; zero when there is none.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public TimeSpan Quantile(double share)
    {
        var wanted = (long)Math.Ceiling(Total * share);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += Interlocked.Read(ref _counts[i]);
            if (seen >= wanted && wanted > 0)
            {
                var upper = TimeSpan.FromMicroseconds(Math.Pow(Growth, i + 1));
                return upper < Max ? upper : Max;
            }
        }

        return TimeSpan.Zero;
    }
}
