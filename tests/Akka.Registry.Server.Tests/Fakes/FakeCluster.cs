using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;

namespace Akka.Registry.Server.Tests.Fakes;

/// <summary>Members and a map's figures, as the test sets them.</summary>
public sealed class FakeCluster : IClusterMembership, IReplicatedMap
{
    public static readonly NodeIdentity Self = new(FakeRegistry.Self, "node-1", new NodeAddress("127.0.0.1", 4053))
    {
        HttpUrl = "http://127.0.0.1:8500",
        Zone = "a",
        Version = "0.1.0",
    };

    public static readonly NodeIdentity Other = new(FakeRegistry.Other, "node-2", new NodeAddress("127.0.0.1", 4054));

    public MembershipView View { get; set; } = new(Self, [new Member(Self, MemberState.Up, 3)]);

    public ReplicationStatus Status { get; set; } = new() { Synchronized = true };

    public DurabilityStatus? Durability { get; set; }

    public bool HasJoined => true;

    public IActorRef<MapCommand> Commands => throw new NotSupportedException("The door does not write to the map.");

    public void SetMembers(params Member[] members) => View = View with { Members = [.. members] };

    public void Subscribe(IActorRef<MembershipChanged> subscriber) => throw new NotSupportedException("The door asks for views.");

    public void AnnounceUp() => throw new NotSupportedException("The node's own business.");

    public void AnnounceLeaving() => throw new NotSupportedException("The node's own business.");

    public Task LeaveAsync(TimeSpan timeout) => throw new NotSupportedException("The node's own business.");
}
