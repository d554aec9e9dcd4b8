namespace Akka.Registry.Ownership;

/// <summary>
/// Rules that the living rely on when nodes come and go. All hold in production; tests take one away and show what
/// breaks.
/// </summary>
internal sealed record OwnershipRules
{
    /// <summary>All rules.</summary>
    public static OwnershipRules All { get; } = new();

    /// <summary>The entries of a lost node are kept for a grace, so that their instances can be adopted.</summary>
    public bool OrphansWait { get; init; } = true;

    /// <summary>The entries of a lost node that nobody adopted are evicted (R5).</summary>
    public bool OrphansEvicted { get; init; } = true;

    /// <summary>What others evicted is written again only when its instance was heard of within its TTL.</summary>
    public bool OnlyTheHeardReturn { get; init; } = true;

    /// <summary>What others evicted is written again when its lease still runs.</summary>
    public bool TheHeardReturn { get; init; } = true;

    /// <summary>What others evicted, or call silent, stays in sight as it is for a moment where its owner is heard.</summary>
    public bool VerdictsDoubted { get; init; } = true;

    /// <summary>Whom this node hears is not condemned by one that does not.</summary>
    public bool TheHeardStand { get; init; } = true;

    /// <summary>
    /// That an instance is silent is ordered just above what it is said of, never at the time of saying.
    /// </summary>
    public bool VerdictsJustAbove { get; init; } = true;
}
