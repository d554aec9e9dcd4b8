namespace Akka.Registry.Leases;

/// <summary>Rules that end what the governor holds. All hold in production; tests take one away and show what breaks.</summary>
internal sealed record GovernorRules
{
    /// <summary>All rules.</summary>
    public static GovernorRules All { get; } = new();

    /// <summary>What is held falls when its loss is confirmed.</summary>
    public bool TheConfirmedFall { get; init; } = true;

    /// <summary>What is held falls after the longest hold.</summary>
    public bool HoldsEnd { get; init; } = true;

    /// <summary>Silence is no evidence: only a refusal confirms a loss.</summary>
    public bool OnlyRefusalsConfirm { get; init; } = true;
}
