using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.Etcd.Membership;

/// <summary>Membership by keys of etcd, each under its node's lease: an actor at <c>/system/cluster</c>.</summary>
/// <remarks>All members are safe on any thread; none waits but the task of <see cref="LeaveAsync"/>.</remarks>
internal sealed class EtcdMembership(MembershipView view, TimeProvider time) : IClusterMembership
{
    private volatile MembershipView _view = view;

    /// <inheritdoc/>
    public MembershipView View => _view;

    /// <inheritdoc/>
    public bool HasJoined => _view.HasJoined;

    internal IActorRef<EtcdMembershipMessage> Actor { get; set; } = null!;

    // The actor's, on its turn alone.
    internal List<IActorRef<MembershipChanged>> Subscribers { get; } = [];

    internal bool HasBegun { get; set; }

    /// <inheritdoc/>
    public void Subscribe(IActorRef<MembershipChanged> subscriber) => Actor.Tell(new EtcdMembershipMessage.Subscribe(subscriber));

    /// <inheritdoc/>
    public void AnnounceUp() => Actor.Tell(new EtcdMembershipMessage.Announce(MemberState.Up));

    /// <inheritdoc/>
    public void AnnounceLeaving() => Actor.Tell(new EtcdMembershipMessage.Announce(MemberState.Leaving));

    /// <inheritdoc/>
    public async Task LeaveAsync(TimeSpan timeout)
    {
        try
        {
            await Actor.Ask<EtcdMembershipMessage, EtcdLeft>(reply => new EtcdMembershipMessage.Leave(reply), timeout, time);
        }
        catch (TimeoutException)
        {
            // The others find out when the lease ends.
        }
    }

    internal void Publish(MembershipView shown) => _view = shown;
}

/// <summary>The store knows that this node has left.</summary>
internal sealed record EtcdLeft;

/// <summary>What the membership's actor understands.</summary>
internal abstract record EtcdMembershipMessage
{
    private EtcdMembershipMessage() { }

    public sealed record Subscribe(IActorRef<MembershipChanged> Subscriber) : EtcdMembershipMessage;

    public sealed record Announce(MemberState State) : EtcdMembershipMessage;

    public sealed record Leave(IActorRef<EtcdLeft> ReplyTo) : EtcdMembershipMessage;

    public sealed record Listed(IReadOnlyList<MemberKey> Keys) : EtcdMembershipMessage;

    public sealed record Changed(IReadOnlyList<MemberKey> Keys) : EtcdMembershipMessage;

    /// <summary>The store knows how this node stands.</summary>
    public sealed record Announced(MemberState State, long Revision) : EtcdMembershipMessage;

    public sealed record Tick : EtcdMembershipMessage;
}
