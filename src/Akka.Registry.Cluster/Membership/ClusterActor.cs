using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Cluster.Membership;

/// <summary>The shell of <see cref="SwimMachine"/>: brings it frames and the time, does what it wants done.</summary>
/// <remarks>
/// The machine and the subscribers belong to the <see cref="ClusterMembership"/> and outlive a restart of the actor: a
/// programmer's error costs the message that caused it, not the membership.
/// </remarks>
internal sealed class ClusterActor(
    ClusterMembership membership, SwimMachine machine, IPeerTransport transport, ILogger logger) : Actor<ClusterMessage>
{
    private const string WakeUpTimer = "wake-up";

    private static readonly ClusterMessage.WakeUp WakeUp = new();
    private static readonly TimeSpan MalformedLogInterval = TimeSpan.FromSeconds(10);

    private readonly string _self = machine.View.Self.ToString();
    private Instant? _malformedLoggedAt;
    private Instant? _wakeUpAt;

    protected override void PreStart()
    {
        if (membership.TryBegin())
            Step(new SwimInput.Start());
        else
            Resume();
    }

    protected override void Receive(ClusterMessage message)
    {
        switch (message)
        {
            case ClusterMessage.FrameReceived received:
                OnFrame(received.From, received.Frame);
                break;
            case ClusterMessage.SeedsFound found:
                Step(new SwimInput.SeedsFound(found.Seeds));
                break;
            case ClusterMessage.LinkBroken broken:
                Step(new SwimInput.LinkBroken(broken.Peer));
                break;
            case ClusterMessage.WakeUp:
                _wakeUpAt = null;
                Step(new SwimInput.DeadlineReached());
                break;
            case ClusterMessage.Subscribe subscribe:
                OnSubscribe(subscribe.Subscriber);
                break;
            case ClusterMessage.AnnounceUp:
                Step(new SwimInput.AnnounceUp());
                break;
            case ClusterMessage.AnnounceLeaving:
                Step(new SwimInput.AnnounceLeaving());
                break;
            case ClusterMessage.Leave leave:
                OnLeave(leave.ReplyTo);
                break;
            default:
                throw new UnreachableException($"No handler for {message.GetType().Name}.");
        }
    }

    protected override void OnTerminated(IActorRef actor) =>
        membership.Subscribers.RemoveAll(subscriber => subscriber == actor);

    private void OnFrame(NodeIdentity from, Frame frame)
    {
        var isMessage = SwimCodec.TryDecode(frame, out var message, out var malformedRumours);
        if (!isMessage || malformedRumours > 0)
            OnMalformed(from, isMessage ? malformedRumours : 1);
        if (isMessage)
            Step(new SwimInput.Received(from, message));
    }

    private void OnMalformed(NodeIdentity from, int count)
    {
        membership.CountMalformed(count);
        var now = Context.Time.GetInstant();
        if (_malformedLoggedAt is { } loggedAt && now - loggedAt < MalformedLogInterval)
            return;
        _malformedLoggedAt = now;
        Log.MalformedReceived(logger, _self, from, membership.MalformedCount);
    }

    // After a restart: what the failed step had to tell may be lost, so everything is told anew.
    private void Resume()
    {
        membership.Publish(machine.View);
        foreach (var subscriber in membership.Subscribers)
        {
            Context.Watch(subscriber);
            TellAll(subscriber);
        }

        ArmWakeUp(Context.Time.GetInstant());
    }

    private void OnSubscribe(IActorRef<MembershipChanged> subscriber)
    {
        if (membership.Subscribers.Contains(subscriber))
            return;
        membership.Subscribers.Add(subscriber);
        Context.Watch(subscriber);
        TellAll(subscriber);
    }

    private void TellAll(IActorRef<MembershipChanged> subscriber)
    {
        var asNew = machine.View.Members.Select(member => new MemberChange(Before: null, member));
        subscriber.Tell(new MembershipChanged(machine.View, [.. asNew]));
    }

    private void OnLeave(IActorRef<LeaveSpread> replyTo)
    {
        if (membership.HasLeaveSpread)
            replyTo.Tell(new LeaveSpread());
        else
            membership.Leavers.Add(replyTo);
        Step(new SwimInput.AnnounceLeft());
    }

    private void Step(SwimInput input)
    {
        var now = Context.Time.GetInstant();
        foreach (var effect in machine.Handle(input, now))
            Do(effect);
        membership.LocalHealth = machine.LocalHealth;
        ArmWakeUp(now);
    }

    private void Do(SwimEffect effect)
    {
        switch (effect)
        {
            case SwimEffect.Send send:
                if (!transport.Send(send.To, Lane.Membership, SwimCodec.Encode(send.Message)))
                    membership.CountRefusedSend(); // As good as lost on the way, which SWIM expects.
                break;
            case SwimEffect.Publish publish:
                membership.Publish(publish.Changed.View);
                foreach (var subscriber in membership.Subscribers)
                    subscriber.Tell(publish.Changed);
                break;
            case SwimEffect.LeaveSpread:
                membership.HasLeaveSpread = true;
                foreach (var leaver in membership.Leavers)
                    leaver.Tell(new LeaveSpread());
                membership.Leavers.Clear();
                break;
            case SwimEffect.Noted noted:
                Log.Write(logger, _self, noted.Event);
                break;
            default:
                throw new UnreachableException($"No handler for {effect.GetType().Name}.");
        }
    }

    // A timer that comes too early costs one empty step; one that is moved with every message would cost more.
    private void ArmWakeUp(Instant now)
    {
        if (machine.NextDeadline is not { } next || (_wakeUpAt is { } armed && armed <= next))
            return;
        _wakeUpAt = next;

        // Timers count whole milliseconds: one that is rounded down would find nothing due, again and again.
        var delay = TimeSpan.FromMilliseconds(Math.Ceiling((next - now).TotalMilliseconds));
        Context.StartTimer(WakeUpTimer, WakeUp, delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
    }
}
