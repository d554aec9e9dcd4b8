using System.Runtime.ExceptionServices;
using Akka.Registry.Actors;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Cluster.Membership;

/// <summary>Membership by gossip: SWIM with Lifeguard, in an actor at <c>/system/cluster</c>.</summary>
/// <remarks>All members are safe on any thread; none waits but the task of <see cref="LeaveAsync"/>.</remarks>
public sealed class ClusterMembership : IClusterMembership
{
    private readonly TimeProvider _time;
    private IActorRef<ClusterMessage> _actor = null!;
    private bool _hasBegun;
    private volatile int _localHealth;
    private long _malformedCount;
    private long _refusedSendCount;
    private volatile MembershipView _view;

    private ClusterMembership(MembershipView view, TimeProvider time) => (_view, _time) = (view, time);

    /// <inheritdoc/>
    public MembershipView View => _view;

    /// <inheritdoc/>
    public bool HasJoined => _view.HasJoined;

    /// <summary>
    /// Lifeguard's local health: 0 when this node is healthy, up to 8 when it has reason to mistrust its own eyes.
    /// </summary>
    public int LocalHealth { get => _localHealth; internal set => _localHealth = value; }

    /// <summary>Messages and single rumours received that could not be read, since the start.</summary>
    public long MalformedCount => Interlocked.Read(ref _malformedCount);

    /// <summary>Messages that the transport had no room for, since the start.</summary>
    public long RefusedSendCount => Interlocked.Read(ref _refusedSendCount);

    // The following is the actor's, on its turn alone.
    internal List<IActorRef<MembershipChanged>> Subscribers { get; } = [];

    internal List<IActorRef<LeaveSpread>> Leavers { get; } = [];

    internal bool HasLeaveSpread { get; set; }

    /// <summary>Starts the actor, which begins to look for the cluster at once.</summary>
    /// <param name="system">Where it lives; its clock is the membership's.</param>
    /// <param name="self">This node; its address as the seeds name it.</param>
    /// <param name="options">Seeds, limits and timings.</param>
    /// <param name="transport">
    /// Started already, or about to be: what is sent before may be lost and is sent again.
    /// </param>
    /// <param name="random">The membership's alone from now on.</param>
    /// <exception cref="ArgumentException">A seed node is no address. Nothing was started.</exception>
    public static ClusterMembership Start(
        ActorSystem system, NodeIdentity self, ClusterOptions options, IPeerTransport transport, Random random)
    {
        var machine = new SwimMachine(self, SwimSettings.Of(options), random);
        var membership = new ClusterMembership(machine.View, system.Time);
        var logger = system.Options.LoggerFactory.CreateLogger<ClusterMembership>();
        membership._actor = system.SystemActorOf(
            Props.Of(() => new ClusterActor(membership, machine, transport, logger)), "cluster");
        return membership;
    }

    /// <summary>Takes a frame of <see cref="Lane.Membership"/> from the transport.</summary>
    /// <param name="from">Who the handshake said it is.</param>
    /// <param name="frame">What came.</param>
    public void FrameReceived(NodeIdentity from, Frame frame) =>
        _actor.Tell(new ClusterMessage.FrameReceived(from, frame));

    /// <summary>Takes what a look-up of seeds has found: all that there are now.</summary>
    public void SeedsFound(IReadOnlyList<NodeAddress> seeds) => _actor.Tell(new ClusterMessage.SeedsFound(seeds));

    /// <summary>Takes the transport's hint that a connection broke or could not be made.</summary>
    public void LinkBroken(NodeAddress peer) => _actor.Tell(new ClusterMessage.LinkBroken(peer));

    /// <inheritdoc/>
    public void Subscribe(IActorRef<MembershipChanged> subscriber) =>
        _actor.Tell(new ClusterMessage.Subscribe(subscriber));

    /// <inheritdoc/>
    public void AnnounceUp() => _actor.Tell(new ClusterMessage.AnnounceUp());

    /// <inheritdoc/>
    public void AnnounceLeaving() => _actor.Tell(new ClusterMessage.AnnounceLeaving());

    /// <inheritdoc/>
    public Task LeaveAsync(TimeSpan timeout) =>
        _actor.Ask<ClusterMessage, LeaveSpread>(reply => new ClusterMessage.Leave(reply), timeout, _time)
            .ContinueWith(
                EndLeave,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, // On virtual time nothing hops to another thread.
                TaskScheduler.Default);

    /// <returns>True once: the machine has not been started before.</returns>
    internal bool TryBegin()
    {
        if (_hasBegun)
            return false;
        return _hasBegun = true;
    }

    private static void EndLeave(Task asked)
    {
        // After a time-out the others will find out by their probes.
        if (asked.Exception?.InnerException is { } error and not TimeoutException)
            ExceptionDispatchInfo.Throw(error);
    }

    internal void Publish(MembershipView view) => _view = view;

    internal void CountMalformed(int count) => Interlocked.Add(ref _malformedCount, count);

    internal void CountRefusedSend() => Interlocked.Increment(ref _refusedSendCount);
}
