using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;
using Akka.Registry.Remoting;
using Akka.Registry.Security;
using Akka.Registry.Sessions;
using Akka.Registry.Subscriptions;
using Akka.Registry.Suspicion;
using Akka.Registry.Tls;

namespace Akka.Registry;

/// <summary>All settings of one node, by concern. Each concern documents its own.</summary>
public sealed record RegistryNodeOptions
{
    /// <summary>Who keeps the members and the entries: <c>gossip</c> (the nodes themselves, the default) or <c>etcd</c>.</summary>
    /// <remarks>The same on all nodes. With <c>etcd</c> the section of that name says where it is.</remarks>
    public EngineKind Engine { get; init; } = EngineKind.Gossip;

    /// <summary>Who this node is.</summary>
    public NodeOptions Node { get; init; } = new();

    /// <summary>Which cluster it belongs to, and how its members are found and watched.</summary>
    public ClusterOptions Cluster { get; init; } = new();

    /// <summary>The port that peers talk to.</summary>
    public TransportOptions Transport { get; init; } = new();

    /// <summary>TLS: which doors speak it, with which certificate, and who is believed.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>How entries reach the other nodes.</summary>
    public ReplicationOptions Replication { get; init; } = new();

    /// <summary>Whether and where this node keeps the registry over restarts.</summary>
    public DurabilityOptions Durability { get; init; } = new();

    /// <summary>How long silence is borne, and when a mass of losses is doubted.</summary>
    public LeaseOptions Leases { get; init; } = new();

    /// <summary>Who judges a lease: forwarding and hand-over.</summary>
    public OwnershipOptions Ownership { get; init; } = new();

    /// <summary>What this node does about the checks of its entries.</summary>
    public CheckOptions Checks { get; init; } = new();

    /// <summary>What registrations may take.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>What subscribers may take.</summary>
    public SubscriptionOptions Subscriptions { get; init; } = new();

    /// <summary>What one client's session may take.</summary>
    public SessionOptions Sessions { get; init; } = new();

    /// <summary>Who may do what.</summary>
    public SecurityOptions Security { get; init; } = new();

    /// <summary>When failure reports of clients count.</summary>
    public SuspicionOptions Suspicion { get; init; } = new();

    /// <summary>Taking an instance out and waiting until everybody knows.</summary>
    public DrainOptions Drains { get; init; } = new();

    /// <summary>What messages to actors of other processes may take.</summary>
    public RemotingOptions Remoting { get; init; } = new();

    /// <summary>Reads entries. A test of many nodes in one process lets them share what they read. Not a setting.</summary>
    internal Func<InstanceCodec> Codec { get; init; } = static () => new InstanceCodec();
}
