namespace Akka.Registry.Routing;

/// <summary>
/// The same routee for the same key, on every node and client; of what comes or goes only its own share of keys moves.
/// Where calls are counted, no routee takes more than its bounded share of them: what is beyond goes to the key's next.
/// </summary>
/// <remarks>
/// <para>Weighted rendezvous hashing: each routee scores -weight / ln(hash of key and id), and the highest wins. Thaler
/// and Ravishankar, "Using name-based mappings to increase hit rates" (1998); Schindelhauer and Schomaker, "Weighted
/// distributed hash tables" (2005). It needs no ring and no virtual nodes, spreads exactly by weight, and names the
/// second best, to which a key goes when the best is gone. A pick looks at each routee once: about a microsecond for a
/// hundred.</para>
/// <para>The bound: with m calls under way to the pool and one to come, a routee of weight w of W has at most
/// ceil(balance × (m + 1) × w / W). Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing with bounded loads" (SODA
/// 2018). The capacities add up to more than m, so one has room always. It holds of the calls that this process has
/// begun when it picks; two threads that pick at one moment may pass it by one.</para>
/// </remarks>
public sealed class ConsistentHashingLogic : IRoutingLogic
{
    /// <summary>The balance factor that is taken where none is given.</summary>
    public const double DefaultBalance = 1.25;

    private readonly double _balance;

    /// <summary>Takes the bound.</summary>
    /// <param name="balance">
    /// How much more than its even share of the calls under way a routee may have; 1.01 to 100, unitless. Nearer to 1 spreads
    /// a hot key sooner; further keeps keys together.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The balance is outside its range.</exception>
    public ConsistentHashingLogic(double balance = DefaultBalance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(balance, 1.01);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(balance, 100);
        _balance = balance;
    }

    /// <inheritdoc/>
    public string Name => "consistent-hashing";

    /// <inheritdoc/>
    public bool NeedsHashKey => true;

    /// <inheritdoc/>
    public void Select(RouteePool pool, in RoutingContext context, Span<int> chosen) =>
        RankedSelection.Fill(pool, new Key(StableHash.Of(context.HashKey ?? ""), PerWeight(pool)), ScoreOf, chosen);

    /// <summary>Calls that a routee may have per unit of weight, not rounded yet; infinite where calls are not counted.</summary>
    private double PerWeight(RouteePool pool)
    {
        if (!pool.CountsCalls || pool.TotalWeight == 0)
            return double.PositiveInfinity;
        var calls = 1L;
        for (var i = 0; i < pool.Count; i++)
            calls += pool.OutstandingOf(i);
        return _balance * calls / pool.TotalWeight;
    }

    private static double ScoreOf(RouteePool pool, int index, in Key key)
    {
        // Above 0 and below 1, so that its logarithm is below 0 and finite.
        var unit = ((StableHash.Of(key.Hash, pool.IdHashes[index]) >> 11) + 0.5) * (1.0 / (1UL << 53));
        var weight = pool.WeightOf(index);

        // Weight 0 stands below all others, and is ordered among its like by its hash.
        if (weight == 0)
            return unit - 1_000;
        var score = -weight / Math.Log(unit);

        // Who is full stands below who has room, in the same order: -1/score rises with it, from above -38 to below 0.
        var isFull = !double.IsPositiveInfinity(key.CallsPerWeight) && pool.OutstandingOf(index) >= Math.Ceiling(key.CallsPerWeight * weight);
        return isFull ? -1 / score : score;
    }

    private readonly record struct Key(ulong Hash, double CallsPerWeight);
}
