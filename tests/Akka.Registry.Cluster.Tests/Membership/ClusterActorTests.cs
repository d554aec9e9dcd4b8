using Akka.Registry.Actors;
using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster.Membership;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class ClusterActorTests
{
    private static readonly NodeAddress Seed = new("10.0.0.1", 4053);

    private readonly VirtualScheduler _scheduler = new(seed: 1);
    private readonly Wire _wire;

    public ClusterActorTests() => _wire = new Wire(_scheduler);

    [Fact]
    public void Actors_find_each_other_see_a_dead_one_go_and_say_goodbye()
    {
        var nodes = Enumerable.Range(1, 3).Select(host => Start(host)).ToList();
        _scheduler.RunUntil(() => nodes.TrueForAll(node => node.Membership.HasJoined), TimeSpan.FromSeconds(10))
            .ShouldBeTrue();
        foreach (var node in nodes)
            node.Membership.AnnounceUp();
        _scheduler.RunUntil(() => nodes.TrueForAll(node => SeesUp(node, nodes)), TimeSpan.FromSeconds(5))
            .ShouldBeTrue();

        _wire.Remove(nodes[2].Address);
        nodes[2].Machine.Kill();
        _scheduler.RunUntil(() => nodes[0].StateOf(nodes[2]) == MemberState.Down, TimeSpan.FromSeconds(5))
            .ShouldBeTrue();

        var left = nodes[1].Membership.LeaveAsync(TimeSpan.FromSeconds(5));
        _scheduler.RunUntil(() => left.IsCompleted, TimeSpan.FromSeconds(1)).ShouldBeTrue();
        nodes[0].StateOf(nodes[1]).ShouldBe(MemberState.Left);

        var again = nodes[1].Membership.LeaveAsync(TimeSpan.FromSeconds(5));
        _scheduler.RunUntil(() => again.IsCompleted, TimeSpan.FromMilliseconds(1)).ShouldBeTrue();
        nodes.SelectMany(node => node.Log.Entries).ShouldNotContain(entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public void Leaving_with_nobody_to_answer_ends_with_the_time_out()
    {
        var node = Start(1);
        _scheduler.RunFor(TimeSpan.FromSeconds(2));
        Deliver(node, 2, new SwimMessage.Sync(ReplyWanted: false, Joining: false, [MachineRig.Up(MachineRig.Node(2))]));
        _scheduler.RunUntilIdle();

        var left = node.Membership.LeaveAsync(TimeSpan.FromSeconds(3));

        _scheduler.RunFor(TimeSpan.FromMilliseconds(2_999));
        left.IsCompleted.ShouldBeFalse();
        _scheduler.RunFor(TimeSpan.FromMilliseconds(1));
        left.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void A_subscriber_gets_all_members_as_new_then_every_change_until_it_stops()
    {
        var node = Start(1);
        _scheduler.RunFor(TimeSpan.FromSeconds(2));
        Deliver(node, 2, new SwimMessage.Sync(ReplyWanted: false, Joining: false, [MachineRig.Up(MachineRig.Node(2))]));
        _scheduler.RunUntilIdle();
        var heard = new List<MembershipChanged>();
        var subscriber = node.System.ActorOf(Props.Of<MembershipChanged>(() => new Listener(heard)), "listener");

        node.Membership.Subscribe(subscriber);
        node.Membership.Subscribe(subscriber);
        node.Membership.AnnounceUp();
        _scheduler.RunUntilIdle();

        heard.Count.ShouldBe(2);
        heard[0].Changes.Select(change => (change.Before, change.After!.Node.Uid.Value))
            .ShouldBe([(null, 1UL), (null, 2UL)]);
        heard[1].Changes.ShouldHaveSingleItem().After!.State.ShouldBe(MemberState.Up);
        heard[1].View.ShouldBe(node.Membership.View);

        node.System.Stop(subscriber);
        _scheduler.RunUntilIdle();
        node.Membership.AnnounceLeaving();
        _scheduler.RunUntilIdle();
        heard.Count.ShouldBe(2);
        node.System.DeadLetterCount.ShouldBe(0);
    }

    [Fact]
    public void What_cannot_be_read_is_counted_logged_with_its_sender_once_in_a_while_and_ignored()
    {
        var node = Start(1);
        _scheduler.RunFor(TimeSpan.FromSeconds(2));
        for (var round = 0; round < 100; round++)
            node.Membership.FrameReceived(MachineRig.Node(66), new Frame(FrameKind.Ping, new byte[] { 0xFF }));
        _scheduler.RunUntilIdle();

        node.Membership.MalformedCount.ShouldBe(100);
        var warning = node.Log.Entries.Where(entry => entry.Level == LogLevel.Warning).ShouldHaveSingleItem();
        warning.Text.ShouldContain("node-66@10.0.0.66:4053");

        _scheduler.RunFor(TimeSpan.FromSeconds(10));
        node.Membership.FrameReceived(MachineRig.Node(66), new Frame((FrameKind)200, new byte[] { 1 }));
        _scheduler.RunUntilIdle();
        node.Log.Entries.Count(entry => entry.Level == LogLevel.Warning).ShouldBe(2);
        node.Membership.View.Members.Length.ShouldBe(1);
    }

    [Fact]
    public void A_full_lane_is_counted_and_survived()
    {
        var node = Start(1, full: true);

        _scheduler.RunFor(TimeSpan.FromMilliseconds(500));

        node.Membership.RefusedSendCount.ShouldBe(2); // The first seed's call for the two others.
    }

    [Fact]
    public void A_crash_costs_the_message_that_caused_it_and_not_the_membership()
    {
        var node = Start(1);
        _scheduler.RunFor(TimeSpan.FromSeconds(2));
        var heard = new List<MembershipChanged>();
        node.Membership.Subscribe(node.System.ActorOf(Props.Of<MembershipChanged>(() => new Listener(heard)), "listener"));
        node.Membership.AnnounceUp();
        _scheduler.RunUntilIdle();
        heard.Clear();

        node.Port.Failure = new InvalidOperationException("a defect");
        Deliver(node, 9, new SwimMessage.Sync(ReplyWanted: true, Joining: true, [MachineRig.Up(MachineRig.Node(9))]));
        _scheduler.RunUntilIdle();

        node.Membership.HasJoined.ShouldBeTrue();
        node.Membership.View.Members.Select(member => member.Node.Uid.Value).ShouldBe([1UL, 9]);
        heard.ShouldHaveSingleItem().Changes.Length.ShouldBe(2); // All, as new: what was told before may have been lost.
        var sent = node.Port.SentCount;
        _scheduler.RunFor(TimeSpan.FromSeconds(3));
        node.Port.SentCount.ShouldBeGreaterThan(sent); // Its deadlines go on.
    }

    [Fact]
    public void A_broken_link_reaches_the_machine()
    {
        var node = Start(1);
        _scheduler.RunFor(TimeSpan.FromSeconds(2));
        Deliver(node, 9, new SwimMessage.Sync(ReplyWanted: false, Joining: false, [MachineRig.Up(MachineRig.Node(9))]));
        _scheduler.RunUntilIdle();

        node.Membership.LinkBroken(MachineRig.AddressOf(9));
        node.Membership.LinkBroken(MachineRig.AddressOf(9));
        _scheduler.RunUntilIdle();

        node.Membership.View.Find(new NodeUid(9))!.State.ShouldBe(MemberState.Suspect);
    }

    [Fact]
    public void A_seed_that_is_no_address_starts_nothing()
    {
        var machine = _scheduler.CreateNode("bad");
        var system = ActorSystem.Create("bad", new ActorSystemOptions { Dispatcher = machine, Time = machine.Clock });

        var options = new ClusterOptions { SeedNodes = ["nonsense"] };

        Should.Throw<ArgumentException>(
            () => ClusterMembership.Start(system, MachineRig.Node(1), options, _wire.Bind(Seed), new Random(1)));
    }

    private static bool SeesUp(TestNode node, List<TestNode> nodes) =>
        nodes.TrueForAll(other => node.StateOf(other) == MemberState.Up);

    private static void Deliver(TestNode node, ulong from, SwimMessage message) =>
        node.Membership.FrameReceived(MachineRig.Node(from), SwimCodec.Encode(message));

    private TestNode Start(int host, bool full = false)
    {
        var machine = _scheduler.CreateNode($"node-{host}");
        var log = new RecordingLog();
        var system = ActorSystem.Create(
            $"node-{host}", new ActorSystemOptions { Dispatcher = machine, Time = machine.Clock, LoggerFactory = log });
        var self = MachineRig.Node((ulong)host);
        var port = _wire.Bind(self.Address);
        port.IsFull = full;
        var options = new ClusterOptions { SeedNodes = ["10.0.0.1:4053", "10.0.0.2:4053", "10.0.0.3:4053"] };
        var membership = ClusterMembership.Start(system, self, options, port, new Random(host));
        port.Membership = membership;
        port.Self = self;
        return new TestNode(self, machine, system, membership, port, log);
    }

    private sealed record TestNode(
        NodeIdentity Self,
        VirtualNode Machine,
        ActorSystem System,
        ClusterMembership Membership,
        Port Port,
        RecordingLog Log)
    {
        public NodeAddress Address => Self.Address;

        public MemberState? StateOf(TestNode other) => Membership.View.Find(other.Self.Uid)?.State;
    }

    private sealed class Listener(List<MembershipChanged> heard) : Actor<MembershipChanged>
    {
        protected override void Receive(MembershipChanged message) => heard.Add(message);
    }

    /// <summary>Ports that deliver after a millisecond, or say that nobody listens.</summary>
    private sealed class Wire(VirtualScheduler scheduler)
    {
        private readonly Dictionary<NodeAddress, Port> _ports = [];

        public Port Bind(NodeAddress address) => _ports[address] = new Port(this, address);

        public void Remove(NodeAddress address)
        {
            _ports.Remove(address);
            foreach (var port in _ports.Values)
                scheduler.Schedule(TimeSpan.FromMilliseconds(1), () => port.Membership!.LinkBroken(address));
        }

        public void Carry(Port from, NodeAddress to, Frame frame) =>
            scheduler.Schedule(TimeSpan.FromMilliseconds(1), () => Arrive(from, to, frame));

        private void Arrive(Port from, NodeAddress to, Frame frame)
        {
            if (_ports.TryGetValue(to, out var port))
                port.Membership!.FrameReceived(from.Self!, frame);
            else
                from.Membership!.LinkBroken(to);
        }
    }

    private sealed class Port(Wire wire, NodeAddress address) : IPeerTransport
    {
        public NodeAddress Address => address;

        public bool IsFull { get; set; }

        /// <summary>What the next send throws.</summary>
        public Exception? Failure { get; set; }

        public int SentCount { get; private set; }

        public ClusterMembership? Membership { get; set; }

        public NodeIdentity? Self { get; set; }

        public void Start(NodeIdentity self, ITransportSink sink) { }

        public bool Send(NodeAddress to, Lane lane, Frame frame)
        {
            lane.ShouldBe(Lane.Membership);
            SentCount++;
            if (Failure is { } failure)
            {
                Failure = null;
                throw failure;
            }

            if (!IsFull)
                wire.Carry(this, to, frame);
            return !IsFull;
        }

        public long QueuedBytes(NodeAddress to, Lane lane) => 0;
    }

    private sealed class RecordingLog : ILoggerFactory, ILogger
    {
        public List<(LogLevel Level, string Text)> Entries { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Entries.Add((logLevel, formatter(state, exception)));
    }
}
