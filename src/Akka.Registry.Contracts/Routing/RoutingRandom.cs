namespace Akka.Registry.Routing;

/// <summary>
/// Chance for many threads at once, without a lock: SplitMix64 over a counter that starts where a handed-in generator
/// says.
/// </summary>
/// <remarks>
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. One seed gives one sequence.
/// </remarks>
public sealed class RoutingRandom
{
    private long _state;

    /// <summary>Begins at a drawn state.</summary>
    /// <param name="seed">Drawn from once, on this thread.</param>
    public RoutingRandom(Random seed) => _state = seed.NextInt64(long.MinValue, long.MaxValue);

    /// <summary>64 random bits.</summary>
    public ulong Next() => StableHash.Mix((ulong)Interlocked.Add(ref _state, unchecked((long)0x9E3779B97F4A7C15)));

    /// <summary>A number below the bound, each as likely as the other (up to the bound's part in 2^64).</summary>
    /// <param name="bound">At least 1.</param>
    public long Below(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number above 0 and up to 1.</summary>
    public double Unit() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));
}
