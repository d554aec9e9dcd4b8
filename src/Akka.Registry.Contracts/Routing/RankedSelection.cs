using System.Buffers;

namespace Akka.Registry.Routing;

/// <summary>Keeps the indices of the highest scores, the highest first; of equal ones the lower index.</summary>
internal static class RankedSelection
{
    /// <summary>A score for an index of the pool.</summary>
    public delegate double Score<TState>(RouteePool pool, int index, in TState state);

    /// <summary>Fills <paramref name="chosen"/> with the indices of the highest scores.</summary>
    public static void Fill<TState>(RouteePool pool, in TState state, Score<TState> score, Span<int> chosen)
    {
        if (chosen.Length == 1)
        {
            chosen[0] = Best(pool, state, score);
            return;
        }

        var scores = ArrayPool<double>.Shared.Rent(pool.Count);
        var indices = ArrayPool<int>.Shared.Rent(pool.Count);
        for (var i = 0; i < pool.Count; i++)
        {
            scores[i] = -score(pool, i, state);
            indices[i] = i;
        }

        // Introsort is not stable, but scores are drawn or hashed from 53 bits: equal ones are a curiosity, and any
        // order of them will do.
        scores.AsSpan(0, pool.Count).Sort(indices.AsSpan(0, pool.Count));
        indices.AsSpan(0, chosen.Length).CopyTo(chosen);
        ArrayPool<double>.Shared.Return(scores);
        ArrayPool<int>.Shared.Return(indices);
    }

    private static int Best<TState>(RouteePool pool, in TState state, Score<TState> score)
    {
        var best = 0;
        var bestScore = double.NegativeInfinity;
        for (var i = 0; i < pool.Count; i++)
        {
            var own = score(pool, i, state);
            if (own > bestScore)
                (best, bestScore) = (i, own);
        }

        return best;
    }
}
