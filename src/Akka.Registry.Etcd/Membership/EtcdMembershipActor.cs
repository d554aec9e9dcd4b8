using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.Etcd.Membership;

/// <summary>The shell of <see cref="MemberRoll"/>.</summary>
/// <param name="membership">What outlives this actor.</param>
/// <param name="roll">The machine.</param>
/// <param name="store">The way to etcd.</param>
internal sealed class EtcdMembershipActor(EtcdMembership membership, MemberRoll roll, IMemberStore store) : Actor<EtcdMembershipMessage>
{
    private readonly List<IActorRef<EtcdLeft>> _leavers = [];
    private MemberState _announced = MemberState.Joining;

    protected override void PreStart()
    {
        foreach (var subscriber in membership.Subscribers)
            Context.Watch(subscriber);
        if (!membership.HasBegun)
        {
            membership.HasBegun = true;
            var self = Context.Self;
            store.Begin(message => self.Tell(message));
            store.Announce(MemberState.Joining);
        }

        Context.StartPeriodicTimer("tick", new EtcdMembershipMessage.Tick(), TimeSpan.FromSeconds(1));
    }

    protected override void Receive(EtcdMembershipMessage message)
    {
        var now = Context.Time.GetInstant();
        switch (message)
        {
            case EtcdMembershipMessage.Subscribe subscribe: OnSubscribe(subscribe.Subscriber); break;
            case EtcdMembershipMessage.Announce announce: OnAnnounce(announce.State); break;
            case EtcdMembershipMessage.Leave leave:
                _leavers.Add(leave.ReplyTo);
                OnAnnounce(MemberState.Left);
                break;
            case EtcdMembershipMessage.Listed listed: Show(roll.Listed(listed.Keys, now)); break;
            case EtcdMembershipMessage.Changed changed: Show(roll.Changed(changed.Keys, now)); break;
            case EtcdMembershipMessage.Announced announced: OnAnnounced(announced); break;
            case EtcdMembershipMessage.Tick: Show(roll.Tick(now)); break;
            default: throw new UnreachableException($"No handler for {message.GetType().Name}.");
        }
    }

    protected override void OnTerminated(IActorRef actor) => membership.Subscribers.RemoveAll(subscriber => subscriber == actor);

    private void OnSubscribe(IActorRef<MembershipChanged> subscriber)
    {
        if (membership.Subscribers.Contains(subscriber))
            return;
        membership.Subscribers.Add(subscriber);
        Context.Watch(subscriber);
        subscriber.Tell(new MembershipChanged(roll.View, [.. roll.View.Members.Select(member => new MemberChange(null, member))]));
    }

    private void OnAnnounce(MemberState state)
    {
        // A node goes forward only: what is announced late does not take it back.
        if (state <= _announced || state is MemberState.Suspect or MemberState.Down)
            return;
        _announced = state;
        store.Announce(state);
    }

    private void OnAnnounced(EtcdMembershipMessage.Announced announced)
    {
        Show(roll.Announced(announced.State, announced.Revision));
        if (announced.State != MemberState.Left)
            return;
        foreach (var leaver in _leavers)
            leaver.Tell(new EtcdLeft());
        _leavers.Clear();
    }

    private void Show(MembershipChanged? changed)
    {
        if (changed is null)
            return;
        membership.Publish(changed.View);
        foreach (var subscriber in membership.Subscribers)
            subscriber.Tell(changed);
    }
}

/// <summary>The way from the membership's actor to etcd.</summary>
internal interface IMemberStore
{
    /// <summary>Begins to follow the members.</summary>
    /// <param name="tell">Takes what happens; any thread.</param>
    void Begin(Action<EtcdMembershipMessage> tell);

    /// <summary>Shows how this node stands, until it is shown; <see cref="EtcdMembershipMessage.Announced"/> follows.</summary>
    void Announce(MemberState state);
}
