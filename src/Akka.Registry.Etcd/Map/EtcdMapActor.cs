using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.DistributedData;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Etcd.Map;

/// <summary>The shell of <see cref="EtcdMapMachine"/>: it tells it what happens and does what it says, in its order.</summary>
/// <param name="map">What outlives this actor.</param>
/// <param name="machine">The machine.</param>
/// <param name="membership">Who the peers are.</param>
/// <param name="transport">The way to them.</param>
/// <param name="store">The way to etcd.</param>
/// <param name="logger">Where it logs.</param>
internal sealed class EtcdMapActor(
    EtcdMap map, EtcdMapMachine machine, IClusterMembership membership, IPeerTransport transport, IMapStore store, ILogger logger)
    : Actor<MapCommand>
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);

    protected override void PreStart()
    {
        foreach (var subscriber in map.Subscribers)
            Context.Watch(subscriber);
        membership.Subscribe(Context.Adapt<MembershipChanged>(changed => new EtcdMapMessage.Happened(new EtcdInput.Members(changed.View))));
        var self = Context.Self;
        store.Begin(input => self.Tell(new EtcdMapMessage.Happened(input)));
        Context.StartPeriodicTimer("tick", new EtcdMapMessage.Happened(new EtcdInput.Tick()), TickInterval);
    }

    protected override void OnTerminated(IActorRef actor) => map.Subscribers.RemoveAll(subscriber => subscriber.Path == actor.Path);

    protected override void Receive(MapCommand message)
    {
        switch (message)
        {
            case MapCommand.Write write: Advance(new EtcdInput.Write(write)); break;
            case MapCommand.WriteMany many: OnWriteMany(many); break;
            case MapCommand.Yield or MapCommand.StandBy: break;           // Never told here: nothing is contested where one store decides.
            case MapCommand.Subscribe subscribe: OnSubscribe(subscribe.Subscriber); break;
            case MapCommand.ReadSince read: Advance(new EtcdInput.ReadSince(read)); break;
            case EtcdMapMessage.Happened happened: Advance(happened.Input); break;
            case EtcdMapMessage.Answered answered: answered.Gathered.Put(answered.Place, answered.Result); break;
            case EtcdMapMessage.FrameReceived received: OnFrame(received); break;
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

    private void OnWriteMany(MapCommand.WriteMany many)
    {
        if (many.ReplyTo is { } replyTo)
            Ask(many, replyTo);
        else
            Advance(new EtcdInput.WriteMany(many.Operations));
        many.TakenTo?.Tell(WritesTaken.Instance);
    }

    /// <summary>etcd decides on each by itself; who asked for all hears when the last is decided.</summary>
    private void Ask(MapCommand.WriteMany many, IActorRef<ImmutableArray<MapWriteResult>> replyTo)
    {
        var gathered = new GatheredAnswers<MapWriteResult>(many.Operations.Length, replyTo);
        for (var i = 0; i < many.Operations.Length; i++)
        {
            var place = i;
            var answer = Context.Adapt<MapWriteResult>(result => new EtcdMapMessage.Answered(gathered, place, result));
            Advance(new EtcdInput.Write(new MapCommand.Write(many.Operations[i], WriteConsistency.Local, many.Timeout, answer)));
        }
    }

    private void OnFrame(EtcdMapMessage.FrameReceived received)
    {
        if (ReplicationCodec.TryDecode(received.Frame, out var frame) && frame is PeerFrame.Digest digest)
        {
            Advance(new EtcdInput.Told(received.From.Uid, digest));
            return;
        }

        map.MalformedFrames++;
        Log.FrameMalformed(logger, received.From, received.Frame.Kind);
    }

    private void Advance(EtcdInput input)
    {
        var time = Context.Time;
        var effects = machine.Handle(input, new Surroundings(time.GetInstant(), time.GetUtcNow().ToUnixTimeMilliseconds()));
        map.Publish(machine); // First: who is told of a change may look at the figures.
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case EtcdEffect.Publish publish: Tell(publish.Event); break;
                case EtcdEffect.Reply reply: reply.To.Tell(reply.Result); break;
                case EtcdEffect.Answer answer: answer.To.Tell(answer.Since); break;
                case EtcdEffect.Submit submit: store.Submit(submit.Plan); break;
                case EtcdEffect.AskUnchanged ask: store.AskUnchanged(ask.Since, ask.Entries); break;
                case EtcdEffect.Send send: Send(send); break;
                case EtcdEffect.AnnounceUp: membership.AnnounceUp(); break;
                case EtcdEffect.Report report: Log.Report(logger, report.What); break;
                default: throw new UnreachableException($"No way to do {effect.GetType().Name}.");
            }
        }
    }

    private void Send(EtcdEffect.Send send)
    {
        if (!transport.Send(send.To.Address, Lane.Replication, ReplicationCodec.Encode(send.Digest)))
            map.RefusedSends++; // The next one follows in a second.
    }

    private void Tell(MapEvent told)
    {
        store.Published(told);
        foreach (var subscriber in map.Subscribers)
            subscriber.Tell(told);
    }
}

/// <summary>The way from the map's actor to etcd. What it brings back comes to whoever began it.</summary>
internal interface IMapStore
{
    /// <summary>Begins to follow the store; called again when the actor begins anew.</summary>
    /// <param name="tell">Takes what happens; any thread.</param>
    void Begin(Action<EtcdInput> tell);

    /// <summary>Carries a plan out; <see cref="EtcdInput.PlanEnded"/> follows, whatever comes of it.</summary>
    void Submit(WritePlan plan);

    /// <summary>Asks whether anything has changed; nothing follows if something has.</summary>
    void AskUnchanged(ulong since, int entries);

    /// <summary>Records changed: for leases that follow their entries.</summary>
    void Published(MapEvent told);
}
