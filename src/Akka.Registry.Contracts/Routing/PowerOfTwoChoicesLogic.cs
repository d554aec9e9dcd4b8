namespace Akka.Registry.Routing;

/// <summary>Of two that are drawn by weight, the one with fewer calls under way for its weight.</summary>
/// <remarks>
/// <para>Mitzenmacher, "The power of two choices in randomized load balancing" (1996): the longest queue falls from
/// O(log n / log log n) to O(log log n), and no herd runs to the one that looked idle a moment ago. Calls are those of
/// this process alone, so a slow or stuck instance is avoided by each caller on its own evidence.</para>
/// <para>Two that are even are taken as drawn, by weight. Several are the best of what is left, each chosen so.</para>
/// </remarks>
public sealed class PowerOfTwoChoicesLogic(RoutingRandom random) : IRoutingLogic
{
    /// <inheritdoc/>
    public string Name => "power-of-two-choices";

    /// <inheritdoc/>
    public void Select(RouteePool pool, in RoutingContext context, Span<int> chosen)
    {
        for (var i = 0; i < chosen.Length; i++)
        {
            var first = Draw(pool, chosen[..i], except: -1);
            chosen[i] = first;
            if (i + 1 == pool.Count)
                continue;
            var second = Draw(pool, chosen[..i], except: first);
            chosen[i] = IsLess(pool, second, first) ? second : first;
        }
    }

    private static bool IsLess(RouteePool pool, int second, int first)
    {
        var (weight, other) = (pool.WeightOf(second), pool.WeightOf(first));
        if (weight == 0 && other == 0)
            (weight, other) = (1, 1);
        if (weight == 0 || other == 0)
            return other == 0;
        return (long)pool.OutstandingOf(second) * other < (long)pool.OutstandingOf(first) * weight;
    }

    /// <summary>One by weight that is neither taken nor excepted: redrawn a few times, then counted out.</summary>
    private int Draw(RouteePool pool, ReadOnlySpan<int> taken, int except)
    {
        for (var attempt = 0; attempt < 4; attempt++)
        {
            var index = WeightedRandomLogic.One(pool, random);
            if (index != except && !taken.Contains(index))
                return index;
        }

        // Most of the weight is taken: of the rest each as likely as the other, those of weight 0 last.
        var weighted = 0;
        var others = 0;
        for (var i = 0; i < pool.Count; i++)
        {
            if (i != except && !taken.Contains(i))
                _ = pool.WeightOf(i) > 0 ? weighted++ : others++;
        }

        var skip = random.Below(weighted > 0 ? weighted : others);
        for (var i = 0; i < pool.Count; i++)
        {
            if (i != except && !taken.Contains(i) && (weighted == 0 || pool.WeightOf(i) > 0) && skip-- == 0)
                return i;
        }

        throw new System.Diagnostics.UnreachableException("A pool has more routees than are chosen of it.");
    }
}
