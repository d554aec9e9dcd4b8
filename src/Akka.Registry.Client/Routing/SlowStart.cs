namespace Akka.Registry.Client.Routing;

/// <summary>How a new instance grows to its share of calls, as functions of its age.</summary>
internal static class SlowStart
{
    /// <summary>The part of its share that an instance has.</summary>
    /// <remarks>Envoy's formula: max(min share, (age / window) ^ (1 / aggression)).</remarks>
    /// <param name="age">Since it was new; not below 0.</param>
    /// <param name="options">Window, aggression and the least share.</param>
    /// <returns>From the least share to 1; 1 from the window's end on.</returns>
    /// <seealso href="https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/slow_start">
    /// Envoy: slow start mode</seealso>
    public static double ShareAt(TimeSpan age, RoutingOptions options)
    {
        if (age >= options.SlowStartWindow)
            return 1;
        var grown = age / options.SlowStartWindow;
        return Math.Max(options.SlowStartShareMin, options.SlowStartAggression == 1 ? grown : Math.Pow(grown, 1 / options.SlowStartAggression));
    }

    /// <summary>The part of its share that an instance has now; 1 when it is not new.</summary>
    public static double ShareOf(InstanceCalls calls, TimeSpan now, RoutingOptions options) =>
        calls.NewSince is { } since ? ShareAt(now - since, options) : 1;
}
