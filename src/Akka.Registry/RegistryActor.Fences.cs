using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Fences;
using Akka.Registry.Subscriptions;

namespace Akka.Registry;

/// <summary>Drains, and whatever else must know that all members have certain writes.</summary>
internal sealed partial class RegistryActor : ISubscriptionOwner
{
    private const string FenceTimer = "fences";

    private readonly Dictionary<ulong, (FenceRound Round, Action<FenceRound> Done)> _rounds = [];
    private readonly FencePost _post;
    private ulong _fences;
    private int _drains;
    private Instant? _fencesDueAt;

    void ISubscriptionOwner.Resume(Subscription subscription) => _self.Tell(new RegistryMessage.ResumeSubscription(subscription));

    void ISubscriptionOwner.End(Subscription subscription) => _self.Tell(new RegistryMessage.EndSubscription(subscription));

    void ISubscriptionOwner.Confirmed(Subscription subscription, long token) =>
        _self.Tell(new RegistryMessage.SubscriberConfirmed(subscription, token));

    private void OnDrain(RegistryMessage.Drain drain)
    {
        var options = _surroundings.Options.Drains;
        if (_drains >= options.Pending)
        {
            drain.ReplyTo.Tell(new RegistryReply<DrainResult>(null, Refusals.LimitReached(
                "drains.pending", $"{_drains} drains wait at this node, and no more are allowed; retry, or go to another node")));
            return;
        }

        if (_views.Find(drain.Key) is { Override: InstanceStatus.Starting or InstanceStatus.Passing or InstanceStatus.Warning } entry)
        {
            drain.ReplyTo.Tell(RegistryReply.Refuse<DrainResult>(RegistryError.Invalid,
                $"An operator has set the instance to {entry.Override}, which stands over what a drain sets; take the override back first."));
            return;
        }

        _drains++;
        var until = Now + drain.Deadline;
        var caller = new StatusCaller((set, dot) => AwaitDrained(drain, set, dot, until), refusal => RefuseDrain(drain, refusal))
        {
            Abandoned = () => _drains--,
        };
        Begin(
            new StatusCall(
                this, drain.Key, drain.Epoch, new StatusChange(false, InstanceStatus.Draining), mayForward: true, caller),
            drain.Span);
    }

    private void RefuseDrain(RegistryMessage.Drain drain, RegistryException refusal)
    {
        _drains--;
        drain.ReplyTo.Tell(new RegistryReply<DrainResult>(null, refusal));
    }

    private void AwaitDrained(RegistryMessage.Drain drain, ServiceEntry entry, Dot written, Instant until)
    {
        var dot = written == default ? entry.Record.Dot : written;
        BeginFence(VersionVector.Of(dot.Writer, dot.Sequence), drain.Key.Service, until, round =>
        {
            _drains--;
            var (named, count) = round.Laggards();
            drain.ReplyTo.Tell(RegistryReply.Of(new DrainResult(_views.Find(drain.Key) ?? entry, named, count)));
        });
    }

    /// <summary>Asks every member until all have confirmed, or time is over.</summary>
    private void BeginFence(VersionVector writes, string service, Instant until, Action<FenceRound> done)
    {
        var round = new FenceRound(((ulong)_life << 40) + ++_fences, writes, service, until);
        _rounds.Add(round.Id, (round, done));
        round.Observe(_members);
        Poll(round, Now);
        Conclude(round);
        ArmFences();
    }

    private void Poll(FenceRound round, Instant now)
    {
        round.NextPoll = now + _surroundings.Options.Drains.PollInterval;
        var message = round.Message;
        var frame = Frame.Of(FrameKind.Fence, message);
        foreach (var node in round.Missing())
        {
            if (node.Uid == Self)
                OnFence(_surroundings.Self, message);
            else
                Send(node, frame); // What the link does not take is sent again.
        }
    }

    private void Conclude(FenceRound round)
    {
        if ((round.IsConfirmed || Now >= round.Until) && _rounds.Remove(round.Id, out var known))
            known.Done(round);
    }

    private void OnFencesDue()
    {
        _fencesDueAt = null;
        var now = Now;
        foreach (var (round, _) in _rounds.Values.ToArray())
        {
            if (now < round.Until && now >= round.NextPoll)
                Poll(round, now);
            Conclude(round);
        }

        ArmFences();
    }

    private void ArmFences()
    {
        Instant? next = null;
        foreach (var (round, _) in _rounds.Values)
        {
            var due = round.NextPoll < round.Until ? round.NextPoll : round.Until;
            if (next is null || due < next)
                next = due;
        }

        if (next is not { } at || at >= _fencesDueAt)
            return;
        _fencesDueAt = at;
        var delay = at - Now;
        Context.StartTimer(FenceTimer, new RegistryMessage.FencesDue(), delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
    }

    /// <summary>Members have changed: some count no longer, others do from now on.</summary>
    private void ObserveFences()
    {
        foreach (var (round, _) in _rounds.Values.ToArray())
        {
            round.Observe(_members);
            Conclude(round);
        }
    }

    private void OnFence(NodeIdentity from, Fence message)
    {
        if (!VersionVector.TryFromWire(message.Writes, out var writes))
        {
            Report(FrameKind.Fence, from, "its vector cannot be read");
            return;
        }

        _post.Ask(from, message.Fence_, writes, message.Service, _surroundings.IsWhole ? _views.Cursor.Vector : null, Now);
        SendAnswers();
    }

    private void OnFenceAnswer(NodeIdentity from, FenceAnswer answer)
    {
        if (!_rounds.TryGetValue(answer.Fence, out var known))
            return; // Late.
        known.Round.Answered(from.Uid, answer);
        Conclude(known.Round);
    }

    private void OnSubscriberConfirmed(RegistryMessage.SubscriberConfirmed confirmed)
    {
        _post.OnConfirmed(confirmed.Subscription, confirmed.Token);
        SendAnswers();
    }

    private void OnVectorMoved(VersionVector vector)
    {
        if (_post.Count == 0)
            return;
        _post.OnVector(vector);
        SendAnswers();
    }

    private void SendAnswers()
    {
        while (_post.Answers.TryDequeue(out var answer))
        {
            if (answer.To.Uid == Self)
                OnFenceAnswer(_surroundings.Self, answer.Answer);
            else
                Send(answer.To, Frame.Of(FrameKind.FenceAnswer, answer.Answer)); // Lost: it is asked for again.
        }
    }
}
