using Akka.Registry.Leases;
using Akka.Registry.Ownership;
using Akka.Registry.Subscriptions;

namespace Akka.Registry;

/// <summary>All settings of one node, by concern. Each concern documents its own.</summary>
public sealed record RegistryNodeOptions
{
    /// <summary>Who this node is.</summary>
    public NodeOptions Node { get; init; } = new();

    /// <summary>How long silence is borne, and when a mass of losses is doubted.</summary>
    public LeaseOptions Leases { get; init; } = new();

    /// <summary>Who judges a lease: forwarding and hand-over.</summary>
    public OwnershipOptions Ownership { get; init; } = new();

    /// <summary>What registrations may take.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>What subscribers may take.</summary>
    public SubscriptionOptions Subscriptions { get; init; } = new();
}
