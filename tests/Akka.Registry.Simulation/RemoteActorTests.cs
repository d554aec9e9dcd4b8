using Akka.Registry.Actors;
using Akka.Registry.Remoting;
using Akka.Registry.Routing;
using Akka.Registry.TestKit;
using Akka.Registry.Tests.Remoting;
using Google.Protobuf.WellKnownTypes;

namespace Akka.Registry.Simulation;

/// <summary>Actors as services in a simulated cluster: told and asked across nodes, under faults, and ended with their nodes.</summary>
public class RemoteActorTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Instantly = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void An_actor_is_told_and_asked_from_every_node_by_the_routees_that_it_finds()
    {
        var world = new World(seed: 1);
        world.Host(node: 0, id: "a");
        for (var node = 0; node < 3; node++)
        {
            var counter = world.Find(node);
            for (var i = 0; i < 100; i++)
                counter.Tell(new CounterMessage.Note(i));
            world.Complete(world.Echo(node, counter, 100)).Value.ShouldBe("100");
            world.Noted.ShouldBe(Enumerable.Range(0, 101).Select(i => (long)i), $"from node {node}");
            world.Noted.Clear();
            world.Find(node).ShouldBe(counter);
            world.Status(node).PendingAsks.ShouldBe(0);
        }

        // The host's own callers are handed the actor itself.
        ActorSystem.InspectMailbox(world.Find(0)).Overflowed.ShouldBe(0);
        Checkers.NoErrors(world.Cluster);
    }

    [Fact]
    public void It_stays_registered_while_it_lives_and_leaves_the_registry_with_its_end()
    {
        var world = new World(seed: 2);
        var actor = world.Host(node: 0, id: "a");
        world.Cluster.RunFor(10 * Ttl);
        var entry = world.Entry(2)!;
        (entry.Status, entry.Address, entry.Unverified).ShouldBe((InstanceStatus.Passing, world.Cluster[0].Address.Host, false));
        entry.Methods.ShouldBe(Counting.Codec.Manifests);
        entry.Metadata["actor.path"].ShouldBe("/user/a");
        entry.Metadata["actor.protocol"].ShouldBe("counter.v1");
        var counter = world.Find(2);

        world.Cluster[0].Node.System.Stop(actor);
        world.Cluster.RunFor(TimeSpan.FromMilliseconds(100));
        world.Entry(2).ShouldBeNull();
        world.Status(0).Hosted.ShouldBe(0);
        world.Fails(world.Echo(2, counter, 1), Instantly).Reason.ShouldBe(DeadLetterReason.Stopped);
    }

    [Fact]
    public void What_the_registry_has_lost_is_registered_anew_and_what_an_operator_took_out_is_let_go()
    {
        var world = new World(seed: 3);
        world.Host(node: 0, id: "a");
        var key = world.Entry(0)!.Record.Key;
        var counter = world.Find(2);
        world.Cluster.Complete(world.Cluster[1].Registry.DeregisterAsync(key, null, WriteOptions.Default));
        world.Cluster.RunFor(2 * Ttl);
        world.Entry(2).ShouldBeNull("an operator's word stands");
        world.Status(0).Hosted.ShouldBe(0);
        world.Fails(world.Echo(2, counter, 1), Instantly).Reason.ShouldBe(DeadLetterReason.Stopped);
    }

    [Fact]
    public void A_node_that_dies_ends_the_asks_of_its_actors_at_once()
    {
        var world = new World(seed: 4);
        world.Host(node: 0, id: "a");
        var counter = world.Find(1);
        var asked = Enumerable.Range(0, 10).Select(_ => world.Silence(1, counter)).ToList();
        world.Cluster.RunFor(TimeSpan.FromSeconds(5));
        asked.ShouldAllBe(ask => !ask.IsCompleted);

        world.Cluster[0].Crash();
        foreach (var ask in asked)
            world.Fails(ask, Instantly).ShouldSatisfyAllConditions(
                failure => failure.Reason.ShouldBe(DeadLetterReason.LinkBroken), failure => failure.MayHaveBeenHandled.ShouldBeTrue());
        world.Status(1).PendingAsks.ShouldBe(0);
        // Until its node is declared dead nothing gets through to it, and then there is nobody to send to.
        world.Fails(world.Echo(1, counter, 1), TimeSpan.FromSeconds(1));
        world.Cluster.RunFor(TimeSpan.FromSeconds(15));
        world.Fails(world.Echo(1, counter, 1), Instantly).ShouldSatisfyAllConditions(
            failure => failure.Reason.ShouldBe(DeadLetterReason.NodeGone), failure => failure.MayHaveBeenHandled.ShouldBeFalse());

        // What is started in its place is another one: old addresses do not reach it.
        world.Cluster[0].Start();
        world.Cluster.AwaitReady();
        world.Host(node: 0, id: "a");
        world.Fails(world.Echo(1, counter, 1), Instantly).Reason.ShouldBe(DeadLetterReason.NodeGone);
        var next = world.Find(1);
        next.ShouldNotBe(counter);
        world.Complete(world.Echo(1, next, 2)).Value.ShouldBe("2");
        world.Noted.ShouldBe([2L]);
    }

    [Fact]
    public void An_ask_into_a_cut_network_ends_before_its_timeout()
    {
        var world = new World(seed: 5);
        world.Host(node: 0, id: "a");
        var counter = world.Find(1);
        var before = world.Silence(1, counter);
        world.Cluster.RunFor(TimeSpan.FromSeconds(1));
        world.Cluster.Isolate(0);
        var within = world.Echo(1, counter, 1, TimeSpan.FromMinutes(5));
        world.Fails(within, TimeSpan.FromSeconds(15));
        world.Fails(before, TimeSpan.FromSeconds(15));
        world.Cluster.Heal();
        world.Cluster.AwaitReady();
        world.Complete(world.Echo(1, world.Find(1), 2)).Value.ShouldBe("2");
    }

    [Fact]
    public void A_node_that_leaves_takes_its_actors_out_first_and_answers_until_then()
    {
        var world = new World(seed: 6);
        world.Host(node: 0, id: "a");
        world.Host(node: 1, id: "b");
        var left = world.Complete(world.Cluster[0].Registry.LeaveAsync(TimeSpan.FromSeconds(10)));
        (left.HandedOver, left.Left).ShouldBe((0, 0), "a lease that nobody would beat for is not handed over");
        world.Cluster.RunFor(TimeSpan.FromMilliseconds(200));
        world.Cluster[2].Registry.Find("counters")!.Instances.Count.ShouldBe(1);
        world.Complete(world.Echo(2, world.Find(2), 7)).Value.ShouldBe("7");
        var refused = Should.Throw<RegistryException>(() => world.Host(node: 0, id: "c"));
        refused.Error.ShouldBe(RegistryError.NotReady);
    }

    [Fact]
    public void An_actor_of_a_node_that_has_not_joined_yet_is_registered_when_it_has()
    {
        var cluster = new SimulatedCluster(seed: 7, nodes: 2);
        cluster.StartAll();
        var actor = cluster[1].Node.System.ActorOf(Props.Of(() => new Counter([])), "early");
        var registered = cluster[1].Node.Actors.RegisterAsync(
            new ActorRegistration { Service = "counters", Id = "early" }, actor, Counting.Codec);
        cluster[1].Registry.IsReady.ShouldBeFalse();
        cluster.AwaitReady();
        cluster.Complete(registered).Key.Instance.ShouldBe("early");
    }

    [Fact]
    public void What_cannot_be_registered_is_refused_and_reached_by_nobody()
    {
        var world = new World(seed: 8);
        var actors = world.Cluster[0].Node.Actors;
        var actor = world.Cluster[0].Node.System.ActorOf(Props.Of(() => new Counter([])), "x");
        var wrong = actors.RegisterAsync(new ActorRegistration { Service = "no service", Id = "x" }, actor, Counting.Codec);
        Should.Throw<RegistryException>(() => world.Complete(wrong)).Error.ShouldBe(RegistryError.Invalid);
        var reserved = new Dictionary<string, string> { ["actor.node"] = "1" };
        Should.Throw<ArgumentException>(() => world.Complete(actors.RegisterAsync(
            new ActorRegistration { Service = "counters", Id = "x", Metadata = reserved }, actor, Counting.Codec)));
        actors.Status.Hosted.ShouldBe(0);
        // Routees of another protocol are none.
        world.Host(node: 0, id: "a");
        var other = ProtobufCodec.Of<CounterMessage>("counter.v2");
        world.Cluster[1].Node.Actors.Routees(new RouteeRequest { Service = "counters" }, other).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(FaultSeeds))]
    public void Under_faults_messages_arrive_at_most_once_and_in_order_and_every_ask_ends(int seed)
    {
        var world = new World(seed);
        world.Host(node: 0, id: "a");
        var random = world.Cluster.Scheduler.Random;
        var conditions = LinkConditions.Good with { Loss = 0.02, LatencyTail = 0.1, LatencyTailMax = TimeSpan.FromMilliseconds(300) };
        world.Cluster.Network.SetLink(world.Cluster[1].Address, world.Cluster[0].Address, conditions);
        world.Cluster.Network.SetLink(world.Cluster[0].Address, world.Cluster[1].Address, conditions);
        var counter = world.Find(1);
        var asked = new List<(long Number, Task<StringValue> Task)>();
        for (var number = 0L; number < 600; number++)
        {
            if (random.Next(3) == 0)
                asked.Add((number, world.Echo(1, counter, number, TimeSpan.FromSeconds(3))));
            else
                counter.Tell(new CounterMessage.Note(number));
            if (random.Next(100) == 0)
                world.Cluster.Network.Reset(world.Cluster[0].Address, world.Cluster[1].Address);
            world.Cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(12)));
        }

        world.Cluster.RunFor(TimeSpan.FromSeconds(3.1));
        asked.ShouldAllBe(ask => ask.Task.IsCompleted);
        foreach (var (number, task) in asked.Where(ask => ask.Task.IsCompletedSuccessfully))
            world.Complete(task).Value.ShouldBe($"{number}");
        asked.Where(ask => ask.Task.IsFaulted).ShouldAllBe(
            ask => ask.Task.Exception!.InnerException is RemoteAskException || ask.Task.Exception!.InnerException is TimeoutException);
        asked.Count(ask => ask.Task.IsCompletedSuccessfully).ShouldBeGreaterThan(asked.Count / 2);
        world.Cluster.RunFor(TimeSpan.FromSeconds(1));
        world.Noted.Zip(world.Noted.Skip(1)).ShouldAllBe(pair => pair.First < pair.Second);
        world.Noted.Count.ShouldBeInRange(400, 599, "some are lost, and most are not");
        world.Status(1).PendingAsks.ShouldBe(0);
    }

    public static TheoryData<int> FaultSeeds() => [.. Enumerable.Range(100, 12)];

    private sealed class World
    {
        public World(int seed)
        {
            Cluster = new SimulatedCluster(seed, nodes: 3);
            Cluster.StartAll();
            Cluster.AwaitReady();
        }

        public SimulatedCluster Cluster { get; }

        public List<long> Noted { get; } = [];

        public IActorRef<CounterMessage> Host(int node, string id)
        {
            var actor = Cluster[node].Node.System.ActorOf(Props.Of(() => new Counter(Noted)), id);
            Cluster.Complete(Cluster[node].Node.Actors.RegisterAsync(
                new ActorRegistration { Service = "counters", Id = id, Ttl = Ttl }, actor, Counting.Codec));
            Cluster.RunFor(TimeSpan.FromMilliseconds(100));
            return actor;
        }

        public ServiceEntry? Entry(int node) => Cluster[node].Registry.Find("counters")?.Instances.FirstOrDefault();

        public RemotingStatus Status(int node) => Cluster[node].Node.Actors.Status;

        public IActorRef<CounterMessage> Find(int node) =>
            Cluster[node].Node.Actors.Routees(new RouteeRequest { Service = "counters" }, Counting.Codec).ShouldHaveSingleItem();

        public Task<StringValue> Echo(int node, IActorRef<CounterMessage> to, long number, TimeSpan? timeout = null) =>
            to.Ask<CounterMessage, StringValue>(
                reply => new CounterMessage.Echo(number, reply), timeout ?? TimeSpan.FromSeconds(5), Cluster[node].Node.System.Time);

        public Task<StringValue> Silence(int node, IActorRef<CounterMessage> to) => to.Ask<CounterMessage, StringValue>(
            reply => new CounterMessage.Silence(reply), TimeSpan.FromMinutes(2), Cluster[node].Node.System.Time);

        public T Complete<T>(Task<T> task) => Cluster.Complete(task);

        public RemoteAskException Fails(Task asked, TimeSpan within)
        {
            Cluster.Scheduler.RunUntil(() => asked.IsCompleted, within).ShouldBeTrue($"an ask ends within {within}\n{Cluster.Tail(30)}");
            return asked.Exception!.InnerException.ShouldBeOfType<RemoteAskException>();
        }
    }
}
