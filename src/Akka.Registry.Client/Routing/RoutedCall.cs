using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Routing;

/// <summary>A call that is under way to an instance: counted from <c>Begin</c> until it is disposed of, once. One thread at a time.</summary>
/// <remarks>
/// Report what it came to before; without a report the call says nothing of the instance, as one that its caller gave up.
/// <code>
/// using var call = router.Begin("orders");
/// await SendAsync(call.Instance);
/// call.Report(CallOutcome.Succeeded);
/// </code>
/// </remarks>
public readonly struct RoutedCall : IDisposable, IEquatable<RoutedCall>
{
    private readonly ServiceRoutes _routes;
    private readonly Routee _routee;

    internal RoutedCall(ServiceRoutes routes, Routee routee)
    {
        (_routes, _routee) = (routes, routee);
        routee.Calls.Begin();
    }

    /// <summary>Whom to call.</summary>
    public ServiceInstance Instance => _routee.Instance;

    /// <summary>Says what the call came to; once.</summary>
    public void Report(CallOutcome outcome) => _routes.Report(_routee, outcome);

    /// <summary>The call is over.</summary>
    public void Dispose() => _routee?.Calls.End();

    /// <inheritdoc/>
    public bool Equals(RoutedCall other) => ReferenceEquals(_routee, other._routee);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RoutedCall other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _routee?.GetHashCode() ?? 0;

    /// <summary>Whether both are calls to the same instance of the same view.</summary>
    public static bool operator ==(RoutedCall left, RoutedCall right) => left.Equals(right);

    /// <summary>Whether they are not.</summary>
    public static bool operator !=(RoutedCall left, RoutedCall right) => !left.Equals(right);
}
