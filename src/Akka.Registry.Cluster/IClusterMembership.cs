using Akka.Registry.Actors;

namespace Akka.Registry.Cluster;

/// <summary>The first of the registry's two seams to its engine: who the members are.</summary>
public interface IClusterMembership
{
    /// <summary>The latest view; any thread, no waiting.</summary>
    MembershipView View { get; }

    /// <summary>Whether this node belongs to a cluster (joined one, or formed one as the first seed).</summary>
    bool HasJoined { get; }

    /// <summary>Tells every change from now on, beginning with the present view. Ends when the subscriber stops.</summary>
    void Subscribe(IActorRef<MembershipChanged> subscriber);

    /// <summary>This node holds what its peers hold: joining becomes up.</summary>
    void AnnounceUp();

    /// <summary>Announces leaving: peers stop giving leases to this node. The caller hands them over, then calls <see cref="LeaveAsync"/>.</summary>
    void AnnounceLeaving();

    /// <summary>Announces that this node has left, and completes when peers were told or the time-out has passed.</summary>
    Task LeaveAsync(TimeSpan timeout);
}
