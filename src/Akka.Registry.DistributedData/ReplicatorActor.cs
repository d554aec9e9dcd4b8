using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Durability;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.DistributedData;

/// <summary>The shell of <see cref="ReplicatorMachine"/>: it tells it what happens and does what it says, in its order.</summary>
internal sealed class ReplicatorActor(
    ReplicatedMap map, ReplicatorMachine machine, IClusterMembership membership, IPeerTransport transport, FrameDecoder decoder,
    IActorRef<DurabilityMessage>? writer, ILogger logger) : Actor<MapCommand>
{
    private const string WakeTimer = "wake";

    private readonly List<NodeUid> _full = [];
    private readonly List<MapEvent> _told = [];
    private Instant? _armed;
    private ulong _turnsTold;
    private (PeerFrame Frame, Frame Encoded)? _encoded;

    protected override void PreStart()
    {
        foreach (var subscriber in map.Subscribers)
            Context.Watch(subscriber);
        membership.Subscribe(Context.Adapt<MembershipChanged>(changed => new ReplicatorMessage.MembersChanged(changed.View)));
        Arm();
    }

    protected override void OnTerminated(IActorRef actor) => map.Subscribers.RemoveAll(subscriber => subscriber.Path == actor.Path);

    protected override void Receive(MapCommand message)
    {
        switch (message)
        {
            case MapCommand.Write write: Advance(new ReplicatorInput.Write(write)); break;
            case MapCommand.WriteMany many:
                Advance(new ReplicatorInput.WriteMany(many.Operations, many.ReplyTo));
                many.TakenTo?.Tell(WritesTaken.Instance);
                break;
            case MapCommand.Yield yield: Advance(new ReplicatorInput.Yield(yield.Keys)); break;
            case MapCommand.StandBy stand: Advance(new ReplicatorInput.StandBy(stand.Keys)); break;
            case MapCommand.Subscribe subscribe: OnSubscribe(subscribe.Subscriber); break;
            case MapCommand.ReadSince read: read.Subscriber.Tell(machine.ReadSince(read)); break;
            case ReplicatorMessage.FrameReceived received: OnFrame(received); break;
            case ReplicatorMessage.MembersChanged changed: Advance(new ReplicatorInput.Members(changed.View)); break;
            case ReplicatorMessage.PictureWanted: OnPictureWanted(); break;
            case ReplicatorMessage.Wake: OnWake(); break;
            default: throw new UnreachableException($"No handler for {message.GetType().Name}.");
        }
    }

    private void OnSubscribe(IActorRef<MapEvent> subscriber)
    {
        map.Subscribers.Add(subscriber);
        Context.Watch(subscriber);
        if (machine.HasState)
            subscriber.Tell(machine.ReadState());
    }

    private void OnPictureWanted()
    {
        if (machine.Marks is { } marks && machine.HasState)
            writer!.Tell(new DurabilityMessage.Told([machine.ReadHeld()], ++_turnsTold, marks, Context.Time.GetUtcNow()));
    }

    private void OnFrame(ReplicatorMessage.FrameReceived received)
    {
        if (decoder(received.Frame, out var frame))
        {
            var span = frame is PeerFrame.Delta { Traces.Count: > 0 } delta ? ReplicationTracing.Apply(delta, membership.View.Self) : null;
            Advance(new ReplicatorInput.Received(received.From.Uid, frame) { Sender = received.From });
            TraceContext.End(span);
            return;
        }

        map.MalformedFrames++;
        Log.FrameMalformed(logger, received.From, received.Frame.Kind, received.Frame.Payload.Length);
    }

    private void OnWake()
    {
        _armed = null;
        Advance(new ReplicatorInput.Wake());
    }

    private void Advance(ReplicatorInput input)
    {
        var peersChanged = Perform(input);
        foreach (var peer in _full)
            Perform(new ReplicatorInput.LinkFull(peer));
        _full.Clear();
        foreach (var delay in machine.Delays.News)
            ReplicationMetrics.Confirmed(delay);
        machine.Delays.News.Clear();
        map.Publish(machine, peersChanged, Context.Time.GetInstant());
        Arm();
    }

    private bool Perform(ReplicatorInput input)
    {
        var time = Context.Time;
        var world = new Surroundings(time.GetInstant(), time.GetUtcNow().ToUnixTimeMilliseconds());
        var news = machine.PeerNews;
        var effects = machine.Handle(input, world);
        if (writer is not null)
            TellWriter(effects, Context.Time.GetUtcNow());
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case ReplicatorEffect.Send send: Send(send); break;
                case ReplicatorEffect.Publish publish: Tell(publish.Event); break;
                case ReplicatorEffect.Reply reply: reply.To.Tell(reply.Answer); break;
                case ReplicatorEffect.ReplyMany reply: reply.To.Tell(reply.Answers); break;
                case ReplicatorEffect.AnnounceUp: membership.AnnounceUp(); break;
                case ReplicatorEffect.Report report: Log.Report(logger, report.What); break;
                default: throw new UnreachableException($"No way to do {effect.GetType().Name}.");
            }
        }

        _encoded = null;
        return machine.PeerNews != news;
    }

    /// <summary>Before anybody is answered: what was answered before a picture's date is in the picture.</summary>
    private void TellWriter(IReadOnlyList<ReplicatorEffect> effects, DateTimeOffset now)
    {
        foreach (var effect in effects)
        {
            if (effect is ReplicatorEffect.Publish { Event: not MapEvent.Contested } publish)
                _told.Add(publish.Held ?? publish.Event);
        }

        if (_told.Count == 0)
            return;
        writer!.Tell(new DurabilityMessage.Told([.. _told], ++_turnsTold, machine.Marks, now));
        _told.Clear();
    }

    private void Send(ReplicatorEffect.Send send)
    {
        if (_encoded is not { } last || !ReferenceEquals(last.Frame, send.Frame))
            _encoded = last = (send.Frame, ReplicationCodec.Encode(send.Frame));
        if (transport.Send(send.To.Address, Lane.Replication, last.Encoded))
            return;
        map.RefusedSends++;
        if (!_full.Contains(send.To.Uid))
            _full.Add(send.To.Uid);
    }

    private void Tell(MapEvent told)
    {
        foreach (var subscriber in map.Subscribers)
            subscriber.Tell(told);
    }

    /// <summary>One timer for all deadlines. It is moved only forward in haste: one that rings early finds nothing due.</summary>
    private void Arm()
    {
        var deadline = machine.NextDeadline();
        if (deadline.Ticks == long.MinValue || (_armed is { } armed && armed <= deadline))
            return;
        _armed = deadline;
        var delay = deadline - Context.Time.GetInstant();
        Context.StartTimer(WakeTimer, ReplicatorMessage.Wake.Instance, delay > TimeSpan.FromMilliseconds(1) ? delay : TimeSpan.FromMilliseconds(1));
    }
}
