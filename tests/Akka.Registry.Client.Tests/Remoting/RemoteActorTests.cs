using Akka.Registry.Actors;
using Akka.Registry.Client.Tests.Real;
using Akka.Registry.Contracts;
using Akka.Registry.Remoting;
using Akka.Registry.Routing;
using Akka.Registry.Security;
using Akka.Registry.Tests.Remoting;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Remoting;

/// <summary>
/// Over real sockets: an actor of one node, reached from another node, and from a client whose session is with that other node.
/// </summary>
public class RemoteActorTests
{
    private const int Asks = 10_000;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    /// <summary>What "at once" is on a machine that may be busy: far from any timeout of an ask here.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Ten_thousand_asks_of_a_client_of_another_node_are_answered_in_order()
    {
        await using var world = await World.StartAsync();
        await using var client = RealSessionTests.Client(world.Other);
        var counter = await FindAsync(client);
        await AskManyAsync(counter, world.Noted);
        client.Actors.PendingAsks.ShouldBe(0);
        (client.Actors.DeadLetters.Count, world.Host.Node.System.DeadLetterCount).ShouldBe((0, 0));
        world.Other.Node.Actors.Status.ShouldSatisfyAllConditions(
            status => status.PendingAsks.ShouldBe(0), status => status.Sent.ShouldBe(Asks), status => status.Received.ShouldBe(0));
    }

    [Fact]
    public async Task Ten_thousand_asks_of_another_node_are_answered_in_order()
    {
        await using var world = await World.StartAsync();
        await TestNode.Until(() => world.Other.Serving("counters") == 1, "the other node sees the actor");
        var counter = world.Other.Node.Actors.Routees(new RouteeRequest { Service = "counters" }, Counting.Codec).ShouldHaveSingleItem();
        await AskManyAsync(counter, world.Noted);
    }

    [Fact]
    public async Task Tells_of_a_client_keep_their_order_among_its_asks()
    {
        await using var world = await World.StartAsync();
        await using var client = RealSessionTests.Client(world.Other);
        var counter = await FindAsync(client);
        for (var i = 0; i < 5_000; i++)
            counter.Tell(new CounterMessage.Note(i));
        (await Echo(counter, 5_000).WaitAsync(TestNode.Patience)).Value.ShouldBe("5000");
        world.Noted.ShouldBe(Enumerable.Range(0, 5_001).Select(i => (long)i));
        (await FindAsync(client)).ShouldBe(counter);
    }

    [Fact]
    public async Task The_death_of_the_actors_node_ends_pending_asks_of_a_client_at_once()
    {
        await using var world = await World.StartAsync();
        await using var client = RealSessionTests.Client(world.Other);
        var counter = await FindAsync(client);
        var asked = await SilentAsks(counter, world);
        await world.Host.DisposeAsync();
        foreach (var ask in asked)
        {
            var failure = await Should.ThrowAsync<RemoteAskException>(ask.WaitAsync(AtOnce));
            (failure.Reason is DeadLetterReason.LinkBroken or DeadLetterReason.NodeGone, failure.MayHaveBeenHandled).ShouldBe((true, true));
        }

        client.Status.IsConnected.ShouldBeTrue();
        client.Actors.PendingAsks.ShouldBe(0);
        // From now on it is known, or at least the way is.
        await Should.ThrowAsync<RemoteAskException>(Echo(counter, 1).WaitAsync(AtOnce));
    }

    [Fact]
    public async Task The_death_of_the_sessions_node_ends_pending_asks_at_once_and_the_next_session_reaches_the_actor_again()
    {
        await using var world = await World.StartAsync();
        await using var client = RealSessionTests.Client(world.Other);
        var counter = await FindAsync(client);
        var asked = await SilentAsks(counter, world);
        await world.Other.DisposeAsync();
        foreach (var ask in asked)
            (await Should.ThrowAsync<RemoteAskException>(ask.WaitAsync(AtOnce))).Reason.ShouldBe(DeadLetterReason.LinkBroken);
        await TestNode.Until(() => client.Status.IsConnected, "the client has moved to the host");
        (await Echo(counter, 3).WaitAsync(TestNode.Patience)).Value.ShouldBe("3");
    }

    [Fact]
    public async Task Without_a_session_a_message_is_a_dead_letter_and_an_ask_fails_at_once()
    {
        await using var world = await World.StartAsync();
        await using var client = RealSessionTests.Client(world.Other);
        var counter = await FindAsync(client);
        var lost = new List<DeadLetter>();
        using var watching = client.Actors.DeadLetters.Subscribe(lost.Add);
        await client.DisposeAsync();
        counter.Tell(new CounterMessage.Note(1));
        (await Should.ThrowAsync<RemoteAskException>(Echo(counter, 2).WaitAsync(AtOnce))).Reason.ShouldBe(DeadLetterReason.Unreachable);
        lost.Select(letter => (letter.Message.GetType(), letter.Reason)).ShouldBe(
            [(typeof(CounterMessage.Note), DeadLetterReason.Unreachable), (typeof(CounterMessage.Echo), DeadLetterReason.Unreachable)]);
    }

    [Fact]
    public async Task An_actor_that_stops_leaves_views_and_ends_asks()
    {
        await using var world = await World.StartAsync();
        await using var client = RealSessionTests.Client(world.Other);
        var counter = await FindAsync(client);
        world.Host.Node.System.Stop(world.Actor);
        await TestNode.Until(() => client.Actors.Refs(client.Directory.Find("counters")!, Counting.Codec).Count == 0, "it is gone");
        (await Should.ThrowAsync<RemoteAskException>(Echo(counter, 1).WaitAsync(AtOnce))).Reason.ShouldBe(DeadLetterReason.Stopped);
    }

    [Fact]
    public async Task Past_the_bound_of_a_sessions_asks_a_client_is_told_at_once_and_others_go_on()
    {
        await using var world = await World.StartAsync(options => options with { Remoting = new RemotingOptions { SessionAsksMax = 10 } });
        await TestNode.Until(() => world.Other.Serving("counters") == 1, "the other node sees the actor");
        var (raw, _) = await RawClient.OpenAsync(world.Other);
        using (raw)
        {
            for (var ask = 1UL; ask <= 12; ask++)
                await raw.SayAsync(FrameKind.SessionActorMessage, world.Message(ask, new CounterMessage.Silence(Nobody.Instance)));
            var answers = new List<ActorAnswer> { await HearAsync(raw), await HearAsync(raw) };
            answers.Select(answer => (answer.Ask, answer.Reason, answer.MayHaveBeenHandled)).ShouldBe(
                [(11UL, WireUndelivered.Overloaded, false), (12UL, WireUndelivered.Overloaded, false)]);
        }

        await using var client = RealSessionTests.Client(world.Other);
        (await Echo(await FindAsync(client), 1).WaitAsync(TestNode.Patience)).Value.ShouldBe("1");
    }

    [Fact]
    public async Task A_place_is_free_again_when_an_ask_is_answered_or_its_time_is_over()
    {
        await using var world = await World.StartAsync(options => options with { Remoting = new RemotingOptions { SessionAsksMax = 1 } });
        await TestNode.Until(() => world.Other.Serving("counters") == 1, "the other node sees the actor");
        var (raw, _) = await RawClient.OpenAsync(world.Other);
        using (raw)
        {
            await raw.SayAsync(FrameKind.SessionActorMessage, world.Message(1, new CounterMessage.Silence(Nobody.Instance), timeoutMs: 1));
            await TestNode.Until(() => world.Other.Node.Actors.Status is { Sent: 1, PendingAsks: 0 }, "the node lets go of it");
            for (var ask = 2UL; ask <= 50; ask++)
            {
                await raw.SayAsync(FrameKind.SessionActorMessage, world.Message(ask, new CounterMessage.Echo((long)ask, Nobody.Instance)));
                var answer = await HearAsync(raw);
                (answer.Ask, answer.Reason).ShouldBe((ask, WireUndelivered.None));
            }
        }
    }

    [Fact]
    public async Task What_is_no_message_ends_the_session_and_what_leads_nowhere_is_said_to()
    {
        await using var world = await World.StartAsync();
        var (raw, _) = await RawClient.OpenAsync(world.Other);
        using (raw)
        {
            await raw.SayAsync(FrameKind.SessionActorMessage, new ActorMessage { Node = 1, Actor = 1, Path = "/user/x", Ask = 5 });
            (await HearAsync(raw)).Reason.ShouldBe(WireUndelivered.NodeGone);
            await raw.SayAsync(FrameKind.SessionActorMessage, new ActorMessage { Node = world.Other.Node.Self.Uid.Value, Actor = 9, Ask = 6 });
            (await HearAsync(raw)).Reason.ShouldBe(WireUndelivered.NoSuchActor);
            var large = new ActorMessage { Node = 1, Ask = 7, Payload = ByteString.CopyFrom(new byte[200_000]) };
            await raw.SayAsync(FrameKind.SessionActorMessage, large);
            (await HearAsync(raw)).Reason.ShouldBe(WireUndelivered.TooLarge);
            await raw.SayAsync(new Frame(FrameKind.SessionActorMessage, new byte[] { 0xFF, 0xFF }));
            (await raw.HearRefusalAsync()).ShouldBe("SessionActorMessage cannot be read");
        }
    }

    [Fact]
    public async Task Only_who_may_read_the_service_speaks_to_its_actors()
    {
        var (reader, stranger) = (TokenHash.NewToken(), TokenHash.NewToken());
        await using var world = await World.StartAsync(options => options with
        {
            Security = new SecurityOptions
            {
                Tokens = [$"reader {TokenHash.Of(reader)} read:counters", $"stranger {TokenHash.Of(stranger)} operator:other*"],
            },
        });
        await using var client = RealSessionTests.Client(world.Other, options => options with { Token = reader });
        (await Echo(await FindAsync(client), 1).WaitAsync(TestNode.Patience)).Value.ShouldBe("1");

        await using var other = RealSessionTests.Client(world.Other, options => options with { Token = stranger });
        await TestNode.Until(() => other.Status.IsConnected, "the stranger has a session");
        var seen = client.Directory.Find("counters")!.Instances[0];
        var guessed = other.Actors.Ref(seen, Counting.Codec)!;
        (await Should.ThrowAsync<RemoteAskException>(Echo(guessed, 2).WaitAsync(AtOnce))).Reason.ShouldBe(DeadLetterReason.NotAllowed);

        // An address alone leads nowhere either, whoever shows it.
        var hello = RawClient.Hello;
        hello.Token = ByteString.CopyFromUtf8(reader);
        using var raw = await RawClient.ConnectAsync(world.Other, hello);
        await raw.SayAsync(FrameKind.SessionActorMessage, world.Message(1, new CounterMessage.Echo(3, Nobody.Instance)));
        (await HearAsync(raw)).Reason.ShouldBe(WireUndelivered.NotAllowed);
        world.Noted.ShouldBe([1L]);
    }

    private static async Task<ActorAnswer> HearAsync(RawClient raw) =>
        (await raw.HearAsync(FrameKind.SessionActorAnswer)).Read(ActorAnswer.Parser);

    /// <summary>Asks with no more than 1,000 under way, from one thread after another but in order.</summary>
    private static async Task AskManyAsync(IActorRef<CounterMessage> counter, List<long> noted)
    {
        var asked = new Queue<Task<StringValue>>();
        for (var (sent, answered) = (0, 0); answered < Asks; answered++)
        {
            while (sent < Asks && asked.Count < 1_000)
                asked.Enqueue(Echo(counter, sent++));
            (await asked.Dequeue().WaitAsync(TestNode.Patience)).Value.ShouldBe($"{answered}");
        }

        noted.ShouldBe(Enumerable.Range(0, Asks).Select(i => (long)i));
    }

    private static Task<StringValue> Echo(IActorRef<CounterMessage> counter, long number) => counter.Ask<CounterMessage, StringValue>(
        reply => new CounterMessage.Echo(number, reply), TimeSpan.FromSeconds(60), TimeProvider.System);

    private static async Task<IActorRef<CounterMessage>> FindAsync(RegistryClient client)
    {
        client.Directory.Follow("counters");
        await TestNode.Until(
            () => client.Directory.Find("counters") is { } view && client.Actors.Refs(view, Counting.Codec).Count == 1, "the client sees the actor");
        return client.Actors.Refs(client.Directory.Find("counters")!, Counting.Codec)[0];
    }

    /// <summary>A hundred asks that have reached the actor, and that it does not answer.</summary>
    private static async Task<List<Task<StringValue>>> SilentAsks(IActorRef<CounterMessage> counter, World world)
    {
        var asked = Enumerable.Range(0, 100).Select(_ => counter.Ask<CounterMessage, StringValue>(
            reply => new CounterMessage.Silence(reply), Long, TimeProvider.System)).ToList();
        await Echo(counter, 0).WaitAsync(TestNode.Patience);
        world.Other.Node.Actors.Status.PendingAsks.ShouldBe(100);
        asked.ShouldAllBe(ask => !ask.IsCompleted);
        return asked;
    }

    /// <summary>Two nodes, and an actor at the first.</summary>
    private sealed class World : IAsyncDisposable
    {
        private World(TestNode host, TestNode other) => (Host, Other) = (host, other);

        public TestNode Host { get; }

        public TestNode Other { get; }

        public List<long> Noted { get; } = [];

        public IActorRef<CounterMessage> Actor { get; private set; } = null!;

        public RegisteredActor Registered { get; private set; } = null!;

        public static async Task<World> StartAsync(Func<RegistryNodeOptions, RegistryNodeOptions>? change = null)
        {
            var host = await TestNode.StartAsync(change: change);
            var world = new World(host, await TestNode.StartAsync(2, host, change));
            world.Actor = host.Node.System.ActorOf(Props.Of(() => new Counter(world.Noted)), "counter");
            world.Registered = await host.Node.Actors.RegisterAsync(
                new ActorRegistration { Service = "counters", Id = "a" }, world.Actor, Counting.Codec);
            return world;
        }

        public ActorMessage Message(ulong ask, CounterMessage message, uint timeoutMs = 60_000)
        {
            var encoded = Counting.Codec.Encode(message);
            var address = Registered.Address;
            return new ActorMessage
            {
                Node = address.Node,
                Actor = address.Actor,
                Path = address.Path.Text,
                Manifest = encoded.Manifest,
                Payload = ByteString.CopyFrom(encoded.Payload.Span),
                Ask = ask,
                TimeoutMs = timeoutMs,
            };
        }

        public async ValueTask DisposeAsync()
        {
            await Other.DisposeAsync();
            await Host.DisposeAsync();
        }
    }

    /// <summary>An address that is written for nobody.</summary>
    private sealed class Nobody : IActorRef<StringValue>
    {
        public static Nobody Instance { get; } = new();

        public ActorPath Path => ActorPath.Root;

        public void Tell(StringValue message) => throw new InvalidOperationException("Nobody is told.");
    }
}
