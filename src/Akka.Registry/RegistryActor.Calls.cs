using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;
using Akka.Registry.Subscriptions;
using Akka.Registry.Tracing;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Akka.Registry;

/// <summary>Calls of this node's callers and of other nodes.</summary>
internal sealed partial class RegistryActor
{
    private const int ForwardedBeatsMax = 4_096;

    private long _subscribers;

    NodeUid ICallSurroundings.Self => Self;

    RegistryNodeOptions ICallSurroundings.Options => _surroundings.Options;

    DateTimeOffset ICallSurroundings.WallClock => WallClock;

    LeaseLedger ICallSurroundings.Ledger => _ledger;

    CheckLedger ICallSurroundings.Checks => _checks;

    InstanceCodec ICallSurroundings.Codec => _codec;

    RegistryMetrics ICallSurroundings.Metrics => _surroundings.Metrics;

    long ICallSurroundings.EntryCount => _views.EntryCount;

    bool ICallSurroundings.IsWhole => _surroundings.IsWhole;

    string? ICallSurroundings.WritesRefused => _surroundings.WritesRefused;

    bool ICallSurroundings.IsMemoryHigh => _surroundings.IsMemoryHigh;

    ServiceEntry? ICallSurroundings.Find(RecordKey key) => _views.Find(key);

    int ICallSurroundings.EntriesOf(string service) => _views.Find(service)?.Instances.Count ?? 0;

    NodeIdentity? ICallSurroundings.CurrentMember(NodeUid uid) => _members.Find(uid) is { IsCurrent: true } member ? member.Node : null;

    void ICallSurroundings.Write(Call call, MapWrite operation, WriteConsistency consistency, TimeSpan timeout)
    {
        Await(call, timeout + TimeSpan.FromSeconds(1));
        var id = call.Id;
        if (_together is { } together && consistency == WriteConsistency.Local)
        {
            together.Add(id, operation);
            return;
        }

        call.Step = RegistryTracing.Replicate(call.Span, consistency, _surroundings.Self);
        _surroundings.Map.Commands.Tell(new MapCommand.Write(
            operation, consistency, timeout, Context.Adapt<MapWriteResult>(result => new RegistryMessage.Written(id, result)))
        {
            Traceparent = TraceContext.Of(call.Step),
        });
    }

    void ICallSurroundings.Beat(Call call, RecordKey key, ulong epoch)
    {
        Await(call, WriteOptions.Default.Timeout);
        var id = call.Id;
        _scheduler.Tell(new SchedulerMessage.Beat(key, epoch, Context.Adapt<BeatAnswer>(answer => new RegistryMessage.Beaten(id, answer))));
    }

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
        if (!Send(owner, Frame.Of(FrameKind.ForwardedStatus, status)))
            call.OnOwner(null);
    }

    void ICallSurroundings.Complete(Call call)
    {
        EndStep(call);
        _calls.Remove(call);
    }

    void ISubscriptionSource.ReadSince(long token, string? service, ReadCursor cursor) =>
        _surroundings.Map.Commands.Tell(new MapCommand.ReadSince(token, service, cursor, _mapEvents));

    Subscription ISubscriptionSource.Open(SubscriptionRequest request)
    {
        var name = request.Name.Length > 0 ? request.Name : $"subscriber {++_subscribers}";
        return new Subscription(request, name, _surroundings.Options.Subscriptions.Queue, Context.System.Options.Dispatcher, this);
    }

    IEnumerable<ServiceEntry> ISubscriptionSource.Orphans(string? service) =>
        from owner in _owners.Owners
        where _orphans.IsLost(owner)
        from key in _owners.KeysOf(owner)
        where service is null || key.Service == service
        let entry = _views.Find(key)
        where entry is not null
        select entry;

    private void OnHeartbeat(RegistryMessage.Heartbeat message) =>
        Begin(new HeartbeatCall(this, message.Key, message.Epoch, message.TakesOver, message.ReplyTo));

    private void OnReportStatus(RegistryMessage.ReportStatus message) =>
        Begin(new StatusCall(
            this, message.Key, message.Epoch, new StatusChange(false, message.Status), mayForward: true, CallerOf(message.ReplyTo)), message.Span);

    private void OnOverrideStatus(RegistryMessage.OverrideStatus message) =>
        Begin(new StatusCall(
            this, message.Key, null, new StatusChange(true, message.Status), mayForward: true, CallerOf(message.ReplyTo)), message.Span);

    private void OnDeregister(RegistryMessage.Deregister message) =>
        Begin(new DeregisterCall(this, message.Key, message.Epoch, message.Options, message.ReplyTo), message.Span);

    private static StatusCaller CallerOf(IActorRef<RegistryReply<ServiceEntry>> replyTo) => new(
        (entry, _) => replyTo.Tell(RegistryReply.Of(entry)),
        refusal => replyTo.Tell(new RegistryReply<ServiceEntry>(null, refusal)));

    private void OnSubscribe(RegistryMessage.Subscribe message)
    {
        if (_surroundings.NotReadyReason is { } reason)
        {
            message.ReplyTo.Tell(new RegistryReply<ISubscription>(null, Refusals.NotReady(reason)));
            return;
        }

        _hub.Subscribe(message.Request, Now, message.ReplyTo);
        _surroundings.Subscriptions = _hub.Count;
    }

    private void OnEndSubscription(RegistryMessage.EndSubscription message)
    {
        _hub.End(message.Subscription);
        _surroundings.Subscriptions = _hub.Count;
    }

    private void Begin(Call call, Activity? span = null)
    {
        call.Span = span;
        if (_calls.Count >= _surroundings.Options.Limits.PendingCalls)
        {
            call.Refuse(Refusals.LimitReached(
                "limits.pending-calls", $"{_calls.Count} calls wait at this node, and no more are allowed; retry, or go to another node"));
            return;
        }

        call.Start();
    }

    private void OnWritten(RegistryMessage.Written written)
    {
        if (_calls.Find(written.Call) is not { } call)
            return;
        RegistryTracing.Replicated(call.Step, written.Result);
        call.OnWritten(written.Result);
    }

    private static void EndStep(Call call, string? error = null)
    {
        TraceContext.End(call.Step, error);
        call.Step = null;
    }

    private void Await(Call call, TimeSpan patience, NodeUid owner = default)
    {
        EndStep(call);
        _calls.Await(call, Now + patience, owner);
        ArmDeadline();
    }

    private void ArmDeadline()
    {
        if (_calls.NextDeadline is not { } next || next >= _callsDueAt)
            return;
        _callsDueAt = next;
        var delay = next - Now;
        Context.StartTimer(DeadlineTimer, new RegistryMessage.CallsDue(), delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
    }

    private void OnCallsDue()
    {
        _callsDueAt = null;
        foreach (var call in _calls.TakeDue(Now))
        {
            EndStep(call, "no answer in time");
            if (call.AsksOwner.IsNone)
                call.Abandon();
            else
                call.OnOwner(null);
        }

        ArmDeadline();
    }

    private void SendForwards()
    {
        foreach (var (to, batch, frame) in _forwarder.TakeCollected(Now))
        {
            if (!Send(to, frame))
                Answer(_forwarder.Take(batch, to.Uid)!, to.Uid, null);
        }
    }

    private void OnFrame(RegistryMessage.FrameReceived received)
    {
        var (from, frame) = (received.From, received.Frame);
        try
        {
            switch (frame.Kind)
            {
                case FrameKind.ForwardedBeats: OnForwardedBeats(from, frame.Read(ForwardedBeats.Parser)); break;
                case FrameKind.ForwardedBeatResults: OnBeatResults(from, frame.Read(ForwardedBeatResults.Parser)); break;
                case FrameKind.ForwardedStatus: OnForwardedStatus(from, frame.Read(ForwardedStatus.Parser)); break;
                case FrameKind.ForwardedStatusResult: OnStatusResult(from, frame.Read(ForwardedStatusResult.Parser)); break;
                case FrameKind.HandOver: OnHandOver(from, frame.Read(HandOver.Parser)); break;
                case FrameKind.HandOverAck: OnHandOverAck(from, frame.Read(HandOverAck.Parser)); break;
                case FrameKind.Fence: OnFence(from, frame.Read(Fence.Parser)); break;
                case FrameKind.FenceAnswer: OnFenceAnswer(from, frame.Read(FenceAnswer.Parser)); break;
                case FrameKind.ProbeRequest: OnProbeRequest(from, frame.Read(ProbeRequest.Parser)); break;
                case FrameKind.ProbeResults: OnProbeResults(from, frame.Read(ProbeResults.Parser)); break;
                case FrameKind.ForwardedReports: OnForwardedReports(from, frame.Read(ForwardedReports.Parser)); break;
                case FrameKind.ExplainRequest: OnExplainRequest(from, frame.Read(ExplainRequest.Parser)); break;
                case FrameKind.ExplainAnswer: OnExplainAnswer(from, frame.Read(ExplainAnswer.Parser)); break;
                default: Report(frame.Kind, from, "it does not belong to this lane"); break; // What a peer sends is input.
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            Report(frame.Kind, from, e.Message);
        }
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

    private void Answer(List<long> calls, NodeUid owner, RepeatedField<WireBeatOutcome>? outcomes)
    {
        for (var i = 0; i < calls.Count; i++)
        {
            if (_calls.Find(calls[i]) is { } call && call.AsksOwner == owner)
                call.OnOwner(outcomes is null ? null : new OwnerAnswer(outcomes[i], default));
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
