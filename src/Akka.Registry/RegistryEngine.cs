using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Membership;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.DistributedData.Signing;

namespace Akka.Registry;

/// <summary>Which engine a node's members and entries are kept by.</summary>
public enum EngineKind
{
    /// <summary>The nodes themselves: members by SWIM, entries by deltas.</summary>
    Gossip,

    /// <summary>etcd: keys, leases and watches.</summary>
    Etcd,
}

/// <summary>What an engine is built of.</summary>
/// <param name="System">Where its actors live; its clock is theirs.</param>
/// <param name="Self">This node.</param>
/// <param name="Options">The node's settings.</param>
/// <param name="Transport">The way to the other nodes; started once the engine is there.</param>
/// <param name="Random">The engine's alone from now on.</param>
public sealed record EngineSurroundings(
    ActorSystem System, NodeIdentity Self, RegistryNodeOptions Options, IPeerTransport Transport, Random Random)
{
    /// <summary>Signs and verifies records; null where they are not signed.</summary>
    public IRecordSigning? Signing { get; init; }
}

/// <summary>Who keeps the members and the entries: the two seams that the registry sees, and what peers say to them.</summary>
public abstract class RegistryEngine : IAsyncDisposable
{
    /// <summary>Who the members are.</summary>
    public abstract IClusterMembership Membership { get; }

    /// <summary>Where entries live.</summary>
    public abstract IReplicatedMap Map { get; }

    /// <summary>Takes a frame of <see cref="Lane.Membership"/> or <see cref="Lane.Replication"/>. Any thread.</summary>
    public abstract void FrameReceived(NodeIdentity from, Lane lane, Frame frame);

    /// <summary>Takes the transport's hint that a connection broke or could not be made. Any thread.</summary>
    public abstract void LinkBroken(NodeAddress peer);

    /// <summary>Has what is kept on this node's disk written, for as long as it may take at most.</summary>
    public virtual Task FlushAsync(TimeSpan timeout) => Task.CompletedTask;

    /// <summary>Ends what is no actor.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>The engine of the nodes themselves.</summary>
internal sealed class GossipEngine : RegistryEngine
{
    private readonly ClusterMembership _membership;
    private readonly ReplicatedMap _map;

    public GossipEngine(EngineSurroundings surroundings, MapDurability? durability)
    {
        var (system, self, options, transport, random) = surroundings;
        _membership = ClusterMembership.Start(system, self, options.Cluster, transport, new Random(random.Next()));
        _map = ReplicatedMap.Start(
            system, self, options.Replication, _membership, transport, new Random(random.Next()), durability, surroundings.Signing);
    }

    public override IClusterMembership Membership => _membership;

    /// <summary>As <see cref="Membership"/>, for who finds seeds for it.</summary>
    public ClusterMembership Members => _membership;

    public override IReplicatedMap Map => _map;

    public override void FrameReceived(NodeIdentity from, Lane lane, Frame frame)
    {
        if (lane == Lane.Membership)
            _membership.FrameReceived(from, frame);
        else
            _map.FrameReceived(from, frame);
    }

    public override void LinkBroken(NodeAddress peer) => _membership.LinkBroken(peer);

    public override Task FlushAsync(TimeSpan timeout) => _map.FlushAsync(timeout);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
