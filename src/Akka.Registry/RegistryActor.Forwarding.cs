using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Tracing;
using Google.Protobuf.Collections;

namespace Akka.Registry;

/// <summary>Beats and statuses whose lease another node owns: theirs to that node, and that node's of others.</summary>
internal sealed partial class RegistryActor
{
    private const int ForwardedBeatsMax = 4_096;

    /// <summary>How long a frame that no link took waits before it is offered again.</summary>
    private static readonly TimeSpan OfferInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// What waits for a link to an owner, which may be dying: then the calls are decided anew once it is called down, and fail no sooner.
    /// </summary>
    private readonly List<(NodeIdentity Owner, Frame Frame, Instant Until)> _unsent = [];

    void ICallSurroundings.ForwardBeat(Call call, NodeIdentity owner, RecordKey key, ulong epoch)
    {
        Await(call, _surroundings.Options.Ownership.ForwardTimeout, owner.Uid);
        var first = !_forwarder.HasCollected;
        if (_forwarder.Collect(owner, call.Id, key, epoch))
            SendForwards();
        else if (first)
            Context.StartTimer(ForwardTimer, new RegistryMessage.SendForwards(), _surroundings.Options.Ownership.ForwardInterval);
    }

    void ICallSurroundings.ForwardStatus(Call call, NodeIdentity owner, ForwardedStatus status)
    {
        Await(call, _surroundings.Options.Ownership.ForwardTimeout, owner.Uid);
        status.Request = (ulong)call.Id;
        call.Step = RegistryTracing.Forward(nameof(ForwardedStatus), call.Span, owner, _surroundings.Self);
        status.Traceparent = TraceContext.Of(call.Step ?? call.Span);
        Offer(owner, Frame.Of(FrameKind.ForwardedStatus, status), call.Until);
    }

    private void SendForwards()
    {
        var now = Now;
        foreach (var (to, frame) in _forwarder.TakeCollected(now))
            Offer(to, frame, now + _surroundings.Options.Ownership.ForwardTimeout);
    }

    private void Offer(NodeIdentity owner, in Frame frame, Instant until)
    {
        if (Send(owner, frame))
            return;
        _unsent.Add((owner, frame, until));
        if (_unsent.Count == 1)
            Context.StartTimer(OfferTimer, new RegistryMessage.OfferAgain(), OfferInterval);
    }

    private void OfferAgain()
    {
        var now = Now;
        _unsent.RemoveAll(waiting => waiting.Until <= now || Send(waiting.Owner, waiting.Frame));
        if (_unsent.Count > 0)
            Context.StartTimer(OfferTimer, new RegistryMessage.OfferAgain(), OfferInterval);
    }

    private void OnForwardedBeats(NodeIdentity from, ForwardedBeats message)
    {
        if (message.Beats.Count is 0 or > ForwardedBeatsMax)
        {
            Report(FrameKind.ForwardedBeats, from, $"it holds {message.Beats.Count} beats");
            return;
        }

        var beats = ImmutableArray.CreateBuilder<(RecordKey, ulong)>(message.Beats.Count);
        foreach (var beat in message.Beats)
            beats.Add((new RecordKey(beat.Service, beat.Instance), beat.Epoch));
        var (asked, batch) = (beats.MoveToImmutable(), message.Batch);
        _scheduler.Tell(new SchedulerMessage.BeatMany(asked, Context.Adapt<ImmutableArray<BeatAnswer>>(
            answers => new RegistryMessage.BeatenFor(from, batch, asked, answers))));
    }

    private void OnBeatenFor(RegistryMessage.BeatenFor beaten)
    {
        var results = new ForwardedBeatResults { Batch = beaten.Batch };
        for (var i = 0; i < beaten.Answers.Length; i++)
        {
            var (key, answer) = (beaten.Beats[i].Key, beaten.Answers[i]);
            results.Outcomes.Add(answer.Outcome switch
            {
                BeatOutcome.Renewed => WireBeatOutcome.Renewed,
                BeatOutcome.StaleEpoch => WireBeatOutcome.StaleEpoch,
                BeatOutcome.Unknown when IsMineWithoutLease(key, beaten.Beats[i].Epoch) => WireBeatOutcome.Renewed,
                BeatOutcome.Unknown => WireBeatOutcome.Unknown,
                _ => throw new System.Diagnostics.UnreachableException($"No outcome for {answer.Outcome}."),
            });
            if (answer.Outcome == BeatOutcome.Renewed)
                _ledger.Beaten(key, answer.Epoch, _views.Find(key));
        }

        Send(beaten.From, Frame.Of(FrameKind.ForwardedBeatResults, results)); // Lost: the asker's time runs out.
    }

    /// <summary>What needs no beats takes them all the same.</summary>
    private bool IsMineWithoutLease(RecordKey key, ulong epoch) =>
        _views.Find(key) is { NeedsBeats: false } entry && entry.Owner == Self && (epoch == 0 || epoch == entry.Epoch);

    private void OnBeatResults(NodeIdentity from, ForwardedBeatResults message)
    {
        if (_forwarder.Take(message.Batch, from.Uid) is not { } calls)
            return; // Late.
        if (calls.Count == message.Outcomes.Count)
            Answer(calls, from.Uid, message.Outcomes);
        else
            Report(FrameKind.ForwardedBeatResults, from, $"it holds {message.Outcomes.Count} outcomes for {calls.Count} beats");
    }

    private void Answer(List<long> calls, NodeUid owner, RepeatedField<WireBeatOutcome> outcomes)
    {
        for (var i = 0; i < calls.Count; i++)
        {
            if (_calls.Find(calls[i]) is { } call && call.AsksOwner == owner)
                call.OnOwner(new OwnerAnswer(outcomes[i], default));
        }
    }

    private void OnForwardedStatus(NodeIdentity from, ForwardedStatus message)
    {
        if (message.Check is { } wire)
        {
            OnForwardedCheck(from, message, wire);
            return;
        }

        var key = new RecordKey(message.Service, message.Instance);
        InstanceStatus? status = message.Status == WireInstanceStatus.Unspecified ? null : (InstanceStatus)message.Status;
        var isValid = message.Operator
            ? status is null or (>= InstanceStatus.Starting and <= InstanceStatus.OutOfService)
            : status is >= InstanceStatus.Starting and <= InstanceStatus.Draining;
        if (!isValid)
        {
            Report(FrameKind.ForwardedStatus, from, $"its status is {message.Status}");
            return;
        }

        var span = RegistryTracing.ServeForwarded(nameof(ForwardedStatus), message.Traceparent, key, from, _surroundings.Self);
        Begin(
            new StatusCall(
                this, key, message.Epoch == 0 ? null : message.Epoch, new StatusChange(message.Operator, status), mayForward: false,
                PeerCaller(from, message.Request, span)),
            span);
    }

    private StatusCaller PeerCaller(NodeIdentity from, ulong request, Activity? span) => new(
        (_, dot) =>
        {
            Reply(from, request, WireBeatOutcome.Renewed, dot);
            TraceContext.End(span);
        },
        refusal => ReplyRefused(from, request, refusal, span))
    {
        Abandoned = () => TraceContext.End(span, "no answer in time"),
    };

    private void ReplyRefused(NodeIdentity to, ulong request, RegistryException refusal, Activity? span)
    {
        RegistryTracing.Failed(span, refusal);
        TraceContext.End(span);
        if (refusal.Error == RegistryError.NotFound)
            Reply(to, request, WireBeatOutcome.Unknown);
        else if (refusal.Error == RegistryError.StaleEpoch)
            Reply(to, request, WireBeatOutcome.StaleEpoch);

        // Otherwise this node could not do it now: silence says that, and the caller may retry.
    }

    private void Reply(NodeIdentity to, ulong request, WireBeatOutcome outcome, Dot dot = default) =>
        Send(to, Frame.Of(FrameKind.ForwardedStatusResult, new ForwardedStatusResult
        {
            Request = request,
            Outcome = outcome,
            Written = dot == default ? null : DotCodec.ToWire(dot),
        }));

    private void OnStatusResult(NodeIdentity from, ForwardedStatusResult message)
    {
        if (_calls.Find((long)message.Request) is (StatusCall or CheckCall) and { } call && call.AsksOwner == from.Uid)
            call.OnOwner(new OwnerAnswer(message.Outcome, DotCodec.Read(message.Written)));
    }
}
