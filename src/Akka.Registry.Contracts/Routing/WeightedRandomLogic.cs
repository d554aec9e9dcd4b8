namespace Akka.Registry.Routing;

/// <summary>Any, as likely as its weight says. Weight 0 is chosen only when there is nothing else.</summary>
/// <remarks>
/// One is found in the running sum of weights. Several are drawn without replacement by giving each u^(1/weight) and
/// taking the highest: Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006); here by its
/// logarithm, which orders alike.
/// </remarks>
public sealed class WeightedRandomLogic(RoutingRandom random) : IRoutingLogic
{
    /// <inheritdoc/>
    public string Name => "weighted-random";

    /// <inheritdoc/>
    public void Select(RouteePool pool, in RoutingContext context, Span<int> chosen)
    {
        if (chosen.Length > 1)
            RankedSelection.Fill(pool, random, ScoreOf, chosen);
        else
            chosen[0] = One(pool, random);
    }

    /// <summary>One by weight; each alike when all weights are 0.</summary>
    internal static int One(RouteePool pool, RoutingRandom random) =>
        pool.TotalWeight == 0 ? (int)random.Below(pool.Count) : FirstAbove(pool.WeightsUpTo, random.Below(pool.TotalWeight));

    private static double ScoreOf(RouteePool pool, int index, in RoutingRandom random)
    {
        var logarithm = Math.Log(random.Unit());

        // Weight 0 stands below all others (whose logarithms over weights are above -37), and among its like by chance.
        var weight = pool.WeightOf(index);
        return weight > 0 ? logarithm / weight : logarithm - 1000;
    }

    private static int FirstAbove(ReadOnlySpan<long> weightsUpTo, long point)
    {
        var low = 0;
        var high = weightsUpTo.Length - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (weightsUpTo[middle] > point)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
