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

namespace Akka.Registry;

/// <summary>Calls of this node's callers and of other nodes.</summary>
internal sealed partial class RegistryActor
{
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

    int ICallSurroundings.RoomForCalls => RoomForCalls;

    RegistryException ICallSurroundings.NoRoomForCalls => NoRoomForCalls;

    private int RoomForCalls => _surroundings.Options.Limits.PendingCalls - _calls.Count;

    private RegistryException NoRoomForCalls => Refusals.LimitReached(
        "limits.pending-calls", $"{_calls.Count} calls wait at this node, and no more are allowed; retry, or go to another node");

    ServiceEntry? ICallSurroundings.Find(RecordKey key) => _views.Find(key);

    int ICallSurroundings.EntriesOf(string service) => _views.Find(service)?.Instances.Count ?? 0;

    NodeIdentity? ICallSurroundings.CurrentMember(NodeUid uid) => _members.Find(uid) is { IsCurrent: true } member ? member.Node : null;

    void ICallSurroundings.Write(Call call, MapWrite operation, WriteConsistency consistency, TimeSpan timeout)
    {
        Await(call, timeout + TimeSpan.FromSeconds(1));
        var id = call.Id;
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

    void ICallSurroundings.Complete(Call call)
    {
        EndStep(call);
        _calls.Remove(call);
    }

    void ISubscriptionSource.ReadSince(long token, string? service, ReadCursor cursor) =>
        _surroundings.Map.Commands.Tell(new MapCommand.ReadSince(token, service, cursor, _mapEvents));

    bool ISubscriptionSource.Withholds(ReadCursor cursor) => _doubt.Knows(cursor);

    Subscription ISubscriptionSource.Open(SubscriptionRequest request)
    {
        var name = request.Name.Length > 0 ? request.Name : $"subscriber {++_subscribers}";
        return new Subscription(request, name, _surroundings.Options.Subscriptions.Queue, Context.System.Options.Dispatcher, this);
    }

    IEnumerable<ServiceEntry> ISubscriptionSource.Orphans(string? service) =>
        _orphans.AreAnyLost ? ShownOf(_orphans.IsLost, service) : [];

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
        if (RoomForCalls > 0)
            call.Start();
        else
            call.Refuse(NoRoomForCalls);
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
}
