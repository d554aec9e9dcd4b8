using Akka.Registry.Routing;

namespace Akka.Registry.Client.Routing;

/// <summary>Which part of a tier a choice is made from.</summary>
internal enum ZonePart
{
    /// <summary>All of it: no zone is preferred.</summary>
    All,

    /// <summary>The own zone.</summary>
    Inside,

    /// <summary>All other zones.</summary>
    Outside,
}

/// <summary>Instances of equal standing, split by the own zone where one is preferred. Immutable.</summary>
internal sealed class RouteTier
{
    private readonly RouteePool<Routee>?[] _parts = new RouteePool<Routee>?[3];

    /// <summary>Splits a tier.</summary>
    /// <param name="routees">At least one, by id.</param>
    /// <param name="options">The own zone, and when it is preferred.</param>
    /// <param name="zoneInstances">Instances of the own zone that serve or ought to.</param>
    public RouteTier(Routee[] routees, RoutingOptions options, int zoneInstances)
    {
        var all = new InstancePool(routees);
        _parts[(int)ZonePart.All] = all;
        IsAllNew = Array.TrueForAll(routees, routee => routee.Calls.NewSince is not null);
        if (options.Zone.Length == 0 || all.Inside(options.Zone) is not { } inside || inside.Count < options.ZoneInstancesMin)
            return;
        _parts[(int)ZonePart.Inside] = inside;
        _parts[(int)ZonePart.Outside] = all.Outside(options.Zone);
        InsideShare = _parts[(int)ZonePart.Outside] is null ? 1 : ShareInside(inside.Count, zoneInstances, options.ZoneOverprovisioning);
    }

    /// <summary>The share of calls that stays in the own zone; 0 when none is preferred.</summary>
    public double InsideShare { get; }

    /// <summary>Whether all were new at one time or another, so that their shares have to be compared with the largest.</summary>
    public bool IsAllNew { get; }

    /// <summary>All of it.</summary>
    public RouteePool<Routee> All => _parts[(int)ZonePart.All]!;

    /// <summary>A part; null when there is none.</summary>
    public RouteePool<Routee>? this[ZonePart part] => _parts[(int)part];

    /// <summary>The share of calls that stays in a zone: min(1, overprovisioning × healthy / all).</summary>
    /// <param name="healthy">Instances of the zone that may be called; at least 1.</param>
    /// <param name="all">Those that ought to be; taken as at least the healthy ones.</param>
    /// <param name="overprovisioning">At least 1.</param>
    public static double ShareInside(int healthy, int all, double overprovisioning) =>
        Math.Min(1, overprovisioning * healthy / Math.Max(healthy, all));
}
