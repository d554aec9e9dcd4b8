using System.Buffers;

namespace Akka.Registry.Routing;

/// <summary>Any, each as likely as the other.</summary>
public sealed class RandomLogic(RoutingRandom random) : IRoutingLogic
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public void Select(RouteePool pool, in RoutingContext context, Span<int> chosen)
    {
        if (chosen.Length == 1)
        {
            chosen[0] = (int)random.Below(pool.Count);
            return;
        }

        // The first steps of a Fisher-Yates shuffle.
        var rented = ArrayPool<int>.Shared.Rent(pool.Count);
        var indices = rented.AsSpan(0, pool.Count);
        for (var i = 0; i < indices.Length; i++)
            indices[i] = i;
        for (var i = 0; i < chosen.Length; i++)
        {
            var other = i + (int)random.Below(indices.Length - i);
            (indices[i], indices[other]) = (indices[other], indices[i]);
        }

        indices[..chosen.Length].CopyTo(chosen);
        ArrayPool<int>.Shared.Return(rented);
    }
}
