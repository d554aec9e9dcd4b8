using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests;

/// <summary>The actor around the machine: real actors on virtual time, the members and the links played by the test.</summary>
public class ReplicatedMapTests
{
    private readonly VirtualScheduler _scheduler = new(seed: 1);
    private readonly Dictionary<NodeAddress, World> _worlds = [];

    [Fact]
    public void Two_nodes_share_what_is_written_and_say_so_in_their_figures()
    {
        var (one, two) = (Start(1), Start(2));
        Join(one, two);
        _scheduler.RunFor(TimeSpan.FromSeconds(2));
        (one.AnnouncedUp, two.AnnouncedUp).ShouldBe((1, 1));
        var answers = one.Collect<MapWriteResult>("answers");
        one.Map.Commands.Tell(new MapCommand.Write(
            new MapWrite.Register(Key("a"), 7, new byte[] { 5 }), WriteConsistency.All, TimeSpan.FromSeconds(1), answers.Ref));
        _scheduler.RunFor(TimeSpan.FromMilliseconds(50));
        answers.Messages.Single().ShouldSatisfyAllConditions(answer => answer.HeldBy.ShouldBe(2), answer => answer.ConsistencyReached.ShouldBeTrue());
        var (left, right) = (one.Map.Status, two.Map.Status);
        (left.LiveEntries, right.LiveEntries, left.StateHash, left.Vector).ShouldBe((1, 1, right.StateHash, right.Vector));
        left.Peers.Single().ShouldSatisfyAllConditions(peer => peer.Node.ShouldBe(Uid(2)), peer => peer.Vector.ShouldBe(right.Vector));
        left.Synchronized.ShouldBeTrue();
    }

    [Fact]
    public void A_subscriber_begins_with_the_state_and_ends_when_it_stops()
    {
        var one = Start(1);
        Join(one);
        one.Write("a");
        var events = one.Collect<MapEvent>("events");
        one.Map.Commands.Tell(new MapCommand.Subscribe(events.Ref));
        one.Write("b");
        one.Map.Commands.Tell(new MapCommand.ReadSince(3, null, new ReadCursor(Vector((1, 1)), []), events.Ref));
        _scheduler.RunFor(TimeSpan.FromMilliseconds(10));
        events.Messages.Select(told => told.GetType()).ShouldBe([typeof(MapEvent.State), typeof(MapEvent.Changed), typeof(MapEvent.Since)]);
        ((MapEvent.State)events.Messages[0]).Records.Count.ShouldBe(1);
        ((MapEvent.Since)events.Messages[2]).Records.Single().Key.Instance.ShouldBe("b");
        one.System.Stop(events.Ref);
        _scheduler.RunFor(TimeSpan.FromMilliseconds(10));
        one.Write("c");
        one.Map.Subscribers.ShouldBeEmpty();
        one.System.DeadLetterCount.ShouldBe(0);
    }

    [Fact]
    public void A_frame_that_cannot_be_read_is_counted_and_harms_nothing()
    {
        var (one, two) = (Start(1), Start(2));
        Join(one, two);
        _scheduler.RunFor(TimeSpan.FromSeconds(2));
        one.Map.FrameReceived(two.Self, new Frame(FrameKind.Delta, new byte[] { 0xFF, 0xFF, 0xFF }));
        one.Map.FrameReceived(two.Self, new Frame(FrameKind.Ping, Array.Empty<byte>()));
        one.Write("a");
        _scheduler.RunFor(TimeSpan.FromMilliseconds(50));
        (one.Map.Status.MalformedFrames, two.Map.Status.LiveEntries).ShouldBe((2, 1));
    }

    [Fact]
    public void What_a_full_link_refuses_is_sent_when_it_has_room()
    {
        var (one, two) = (Start(1), Start(2));
        Join(one, two);
        _scheduler.RunFor(TimeSpan.FromSeconds(2));
        one.Refuse = true;
        one.Write("a");
        _scheduler.RunFor(TimeSpan.FromMilliseconds(100));
        (one.Map.Status.RefusedSends > 0, two.Map.Status.LiveEntries).ShouldBe((true, 0));
        one.Refuse = false;
        _scheduler.RunFor(TimeSpan.FromMilliseconds(100));
        two.Map.Status.LiveEntries.ShouldBe(1);
    }

    [Fact]
    public void The_state_outlives_a_failure_of_the_actor()
    {
        var one = Start(1);
        Join(one);
        one.Write("a");
        var events = one.Collect<MapEvent>("events");
        one.Map.Commands.Tell(new MapCommand.Subscribe(events.Ref));
        one.Map.Commands.Tell(new MapCommand.WriteMany([null!]));
        _scheduler.RunFor(TimeSpan.FromSeconds(1));
        one.Write("b");
        _scheduler.RunFor(TimeSpan.FromSeconds(1));
        one.Map.Status.LiveEntries.ShouldBe(2);
        events.Messages.OfType<MapEvent.Changed>().Single().Changes.Single().After!.Dot.ShouldBe(new Dot(Uid(1), 2));
    }

    private World Start(ulong uid)
    {
        var self = Replicator.Solo.Identity(uid);
        var world = new World(self, _scheduler, _worlds);
        _worlds.Add(self.Address, world);
        return world;
    }

    private void Join(params World[] worlds)
    {
        foreach (var world in worlds)
            world.SetMembers([.. worlds.Select(other => new Member(other.Self, MemberState.Up, 0))]);
        _scheduler.RunFor(TimeSpan.FromMilliseconds(10));
    }

    /// <summary>One node: its actor system, its members as the test says, and links that take a millisecond.</summary>
    private sealed class World : IClusterMembership, IPeerTransport
    {
        private readonly VirtualScheduler _scheduler;
        private readonly Dictionary<NodeAddress, World> _worlds;
        private readonly List<IActorRef<MembershipChanged>> _subscribers = [];

        public World(NodeIdentity self, VirtualScheduler scheduler, Dictionary<NodeAddress, World> worlds)
        {
            (Self, _scheduler, _worlds) = (self, scheduler, worlds);
            var node = scheduler.CreateNode(self.Name);
            System = ActorSystem.Create(self.Name, new ActorSystemOptions { Time = node.Clock, Dispatcher = node });
            View = new MembershipView(self, [new Member(self, MemberState.Joining, 0)]);
            Map = ReplicatedMap.Start(System, self, new ReplicationOptions(), this, this, new Random(3));
            scheduler.RunUntilIdle();
        }

        public NodeIdentity Self { get; }

        public ActorSystem System { get; }

        public ReplicatedMap Map { get; }

        public bool Refuse { get; set; }

        public int AnnouncedUp { get; private set; }

        public MembershipView View { get; private set; }

        public bool HasJoined => View.HasJoined;

        public NodeAddress Address => Self.Address;

        public void SetMembers(ImmutableArray<Member> members)
        {
            View = new MembershipView(Self, members) { HasJoined = true };
            foreach (var subscriber in _subscribers)
                subscriber.Tell(new MembershipChanged(View, []));
        }

        public void Write(string instance)
        {
            Map.Commands.Tell(new MapCommand.WriteMany([new MapWrite.Register(Key(instance), 1, new byte[] { 1 })]));
            _scheduler.RunUntilIdle();
        }

        public Collector<T> Collect<T>(string name)
            where T : notnull
        {
            var messages = new List<T>();
            return new Collector<T>(System.ActorOf(Props.Of(() => new Collecting<T>(messages)), name), messages);
        }

        public void Subscribe(IActorRef<MembershipChanged> subscriber)
        {
            _subscribers.Add(subscriber);
            subscriber.Tell(new MembershipChanged(View, []));
        }

        public void AnnounceUp() => AnnouncedUp++;

        public void AnnounceLeaving() => throw new NotSupportedException();

        public Task LeaveAsync(TimeSpan timeout) => throw new NotSupportedException();

        public void Start(NodeIdentity self, ITransportSink sink) => throw new NotSupportedException();

        public bool Send(NodeAddress to, Lane lane, Frame frame)
        {
            lane.ShouldBe(Lane.Replication);
            if (Refuse)
                return false;
            _scheduler.Schedule(TimeSpan.FromMilliseconds(1), () => _worlds[to].Map.FrameReceived(Self, frame));
            return true;
        }

        public long QueuedBytes(NodeAddress to, Lane lane) => 0;
    }

    private sealed record Collector<T>(IActorRef<T> Ref, List<T> Messages)
        where T : notnull;

    private sealed class Collecting<T>(List<T> messages) : Actor<T>
        where T : notnull
    {
        protected override void Receive(T message) => messages.Add(message);
    }
}
