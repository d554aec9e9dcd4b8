namespace Akka.Registry.Routing;

/// <summary>
/// All of them, whatever count was asked for: every tier, the best first, so that whoever may live is told.
/// </summary>
public sealed class BroadcastLogic : IRoutingLogic
{
    /// <inheritdoc/>
    public string Name => "broadcast";

    /// <inheritdoc/>
    public bool TakesAll => true;

    /// <inheritdoc/>
    public void Select(RouteePool pool, in RoutingContext context, Span<int> chosen)
    {
        for (var i = 0; i < chosen.Length; i++)
            chosen[i] = i;
    }
}
