using Akka.Registry.Actors;
using Akka.Registry.Contracts;
using Akka.Registry.Remoting;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Remoting;

/// <summary>Tells, asks, and every way in which they can fail, between one sender and one host.</summary>
public class RemoteMessagingTests
{
    [Fact]
    public void Messages_of_one_sender_arrive_in_the_order_sent()
    {
        var pair = new RemotePair();
        for (var i = 0; i < 50; i++)
            pair.Ref.Tell(new CounterMessage.Note(i));
        pair.Flow();
        pair.Noted.ShouldBe(Enumerable.Range(0, 50).Select(i => (long)i));
        (pair.Lost.Count, pair.HostLost.Count, pair.Host.Received).ShouldBe((0, 0, 50));
    }

    [Fact]
    public async Task Asks_are_answered_each_with_its_own_answer_and_the_first_one_counts()
    {
        var pair = new RemotePair();
        var asked = Enumerable.Range(0, 20).Select(i => pair.Echo(i)).ToList();
        pair.Messenger.PendingAsks.ShouldBe(20);
        pair.Flow();
        for (var i = 0; i < 20; i++)
            (await asked[i]).Value.ShouldBe($"{i}");
        pair.Messenger.PendingAsks.ShouldBe(0);
    }

    [Fact]
    public async Task An_ask_without_an_answer_ends_with_its_timeout_and_leaves_nothing_behind()
    {
        var pair = new RemotePair();
        var asked = pair.Ref.Ask<CounterMessage, StringValue>(
            reply => new CounterMessage.Silence(reply), TimeSpan.FromSeconds(3), pair.Time);
        pair.Flow();
        pair.Scheduler.RunFor(TimeSpan.FromSeconds(2.9));
        asked.IsCompleted.ShouldBeFalse();
        pair.Scheduler.RunFor(TimeSpan.FromSeconds(0.2));
        await Should.ThrowAsync<TimeoutException>(asked);
        pair.Scheduler.RunFor(TimeSpan.FromSeconds(2));
        pair.Messenger.PendingAsks.ShouldBe(0);
    }

    [Fact]
    public async Task A_broken_link_ends_pending_asks_at_once_and_late_answers_find_nobody()
    {
        var pair = new RemotePair();
        var asked = pair.Echo(1);
        pair.Messenger.FailAll(RemotePair.Node, DeadLetterReason.LinkBroken);
        pair.Scheduler.RunFor(TimeSpan.Zero);
        var failure = await Should.ThrowAsync<RemoteAskException>(asked);
        (failure.Reason, failure.MayHaveBeenHandled, failure.Actor.Text).ShouldBe((DeadLetterReason.LinkBroken, true, "/user/counter"));
        failure.Message.ShouldBe("/user/counter does not answer: the connection broke while the answer was awaited. "
            + "The message may have been handled all the same.");
        pair.Flow();
        pair.Noted.ShouldBe([1]);
    }

    [Theory]
    [InlineData(DeadLetterReason.NodeGone)]
    [InlineData(DeadLetterReason.Unreachable)]
    [InlineData(DeadLetterReason.Overloaded)]
    public async Task What_cannot_be_sent_is_a_dead_letter_here_and_an_ask_ends_at_once(DeadLetterReason obstacle)
    {
        var pair = new RemotePair { Obstacle = obstacle };
        pair.Ref.Tell(new CounterMessage.Note(1));
        var failure = await Failed(pair, pair.Echo(2));
        (failure.Reason, failure.MayHaveBeenHandled).ShouldBe((obstacle, false));
        pair.Lost.ShouldBe([$"/user/counter Note {obstacle}", $"/user/counter Echo {obstacle}"]);
        pair.Messenger.PendingAsks.ShouldBe(0);
    }

    [Fact]
    public async Task Past_the_bound_of_asks_the_next_one_fails_at_once()
    {
        var pair = new RemotePair(new RemotingOptions { AsksMax = 2 });
        var asked = new[] { pair.Echo(1), pair.Echo(2) };
        (await Failed(pair, pair.Echo(3))).Reason.ShouldBe(DeadLetterReason.Overloaded);
        pair.Flow();
        (await asked[1]).Value.ShouldBe("2");
        var again = pair.Echo(4);
        pair.Flow();
        (await again).Value.ShouldBe("4");
    }

    [Fact]
    public async Task What_the_codec_does_not_know_is_not_sent()
    {
        var pair = new RemotePair();
        pair.Ref.Tell(new CounterMessage.Secret());
        pair.Flow();
        pair.Lost.ShouldBe(["/user/counter Secret UnknownMessage"]);
        // An ask whose message cannot be written: the address of its answer is known all the same.
        var broken = new RemoteRef<CounterMessage>(
            new RemoteActorAddress(RemotePair.Node, pair.Number, pair.Ref.Path, "counter.v1"), new Broken(), pair.Messenger);
        (await Failed(pair, pair.Echo(1, to: broken))).Reason.ShouldBe(DeadLetterReason.NotEncodable);
    }

    [Fact]
    public async Task What_is_too_large_is_not_sent_and_a_too_large_answer_is_said_to_be()
    {
        var pair = new RemotePair(new RemotingOptions { MessageBytesMax = 1024 });
        var codec = ProtobufCodec.Of<object>("texts").Request(StringValue.Parser, StringValue.Parser);
        var texts = pair.System.ActorOf(Props.Of(() => new Doubler()), "texts");
        var actor = new RemoteRef<object>(
            new RemoteActorAddress(RemotePair.Node, pair.Host.Add(texts, codec), texts.Path, "texts"), codec, pair.Messenger);
        (await Failed(pair, Ask(1025))).ShouldSatisfyAllConditions(
            failure => failure.Reason.ShouldBe(DeadLetterReason.TooLarge), failure => failure.MayHaveBeenHandled.ShouldBeFalse());
        (await Failed(pair, Ask(600))).ShouldSatisfyAllConditions(
            failure => failure.Reason.ShouldBe(DeadLetterReason.TooLarge), failure => failure.MayHaveBeenHandled.ShouldBeTrue());
        pair.HostLost.ShouldBe(["/remote/asker StringValue TooLarge"]);
        var small = Ask(100);
        pair.Flow();
        (await small).Value.Length.ShouldBe(200);

        Task<StringValue> Ask(int length) => actor.Ask<object, StringValue>(
            reply => new Request<StringValue, StringValue>(new StringValue { Value = new string('x', length) }, reply),
            TimeSpan.FromSeconds(5),
            pair.Time);
    }

    [Fact]
    public async Task A_full_mailbox_ends_the_ask_at_once()
    {
        var pair = new RemotePair(mailbox: 1);
        pair.Ref.Tell(new CounterMessage.Note(1));
        pair.Arrive();
        var asked = pair.Echo(2);
        pair.Arrive();
        var failure = await Failed(pair, asked);
        (failure.Reason, failure.MayHaveBeenHandled).ShouldBe((DeadLetterReason.MailboxFull, false));
        pair.Noted.ShouldBe([1]);
        pair.HostLost.ShouldBe(["/user/counter Echo MailboxFull"]);
    }

    [Fact]
    public async Task What_waits_when_the_actor_stops_ends_its_ask_at_once()
    {
        var pair = new RemotePair();
        var asked = pair.Echo(1);
        pair.Arrive();
        pair.System.Stop(pair.Counter);
        (await Failed(pair, asked)).Reason.ShouldBe(DeadLetterReason.Stopped);
        // Its end is not noticed yet: the mailbox says so.
        (await Failed(pair, pair.Echo(2))).Reason.ShouldBe(DeadLetterReason.Stopped);
        // Now it is.
        pair.Host.Remove(pair.Number);
        var failure = await Failed(pair, pair.Echo(3));
        (failure.Reason, failure.MayHaveBeenHandled).ShouldBe((DeadLetterReason.Stopped, false));
        pair.HostLost.ShouldBe(
            ["/user/counter Echo Stopped", "/user/counter Echo Stopped", "/user/counter UnreadMessage Stopped"]);
        pair.Noted.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_of_an_ended_incarnation_does_not_reach_its_successor()
    {
        var pair = new RemotePair();
        pair.System.Stop(pair.Counter);
        pair.Flow();
        pair.Host.Remove(pair.Number);
        var successor = pair.System.ActorOf(Props.Of(() => new Counter(pair.Noted)), "counter");
        var next = pair.RefOf(pair.Host.Add(successor, Counting.Codec));
        (await Failed(pair, pair.Echo(1))).Reason.ShouldBe(DeadLetterReason.Stopped);
        var reached = pair.Echo(2, to: next);
        pair.Flow();
        (await reached).Value.ShouldBe("2");
        next.Equals(pair.Ref).ShouldBeFalse();
        pair.RefOf(pair.Number).ShouldBe(pair.Ref);
        pair.RefOf(pair.Number).GetHashCode().ShouldBe(pair.Ref.GetHashCode());
        (await Failed(pair, pair.Echo(3, to: pair.RefOf(99)))).Reason.ShouldBe(DeadLetterReason.NoSuchActor);
    }

    [Fact]
    public void What_strangers_send_is_a_dead_letter_and_harms_nothing()
    {
        var pair = new RemotePair();
        pair.Arrive(new ActorMessage { Node = RemotePair.Node, Actor = pair.Number, Path = "no path", Manifest = "what.is.this" });
        pair.Arrive(new ActorMessage
        {
            Node = RemotePair.Node, Actor = pair.Number, Manifest = "google.protobuf.Int64Value", Payload = ByteString.CopyFrom(0xFF),
        });
        pair.Arrive(new ActorMessage { Node = RemotePair.Node, Actor = 0, Path = "/user/x" });
        pair.HostLost.ShouldBe(["/ UnreadMessage UnknownMessage", "/ UnreadMessage Malformed", "/user/x UnreadMessage NoSuchActor"]);
        pair.Ref.Tell(new CounterMessage.Note(1));
        pair.Flow();
        pair.Noted.ShouldBe([1]);
    }

    [Fact]
    public async Task A_host_that_does_not_know_the_message_says_so_to_the_asker()
    {
        var pair = new RemotePair();
        var older = ProtobufCodec.Of<CounterMessage>("counter.v1").Tell(
            Int64Value.Parser, (CounterMessage.Note m) => new Int64Value(), wire => new CounterMessage.Note(wire.Value));
        var again = pair.RefOf(pair.Host.Add(pair.Counter, older));
        (await Failed(pair, pair.Echo(1, to: again))).Reason.ShouldBe(DeadLetterReason.UnknownMessage);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_sent_is_a_dead_letter_of_the_host_and_the_asker_times_out()
    {
        var pair = new RemotePair { AnswerObstacle = DeadLetterReason.Unreachable };
        var asked = pair.Echo(1, seconds: 2);
        pair.Flow();
        pair.HostLost.ShouldBe(["/remote/asker StringValue Unreachable"]);
        pair.Scheduler.RunFor(TimeSpan.FromSeconds(2));
        await Should.ThrowAsync<TimeoutException>(asked);
    }

    private static async Task<RemoteAskException> Failed(RemotePair pair, Task asked)
    {
        pair.Flow();
        asked.IsCompleted.ShouldBeTrue("an ask ends at once, with no time passing");
        return await Should.ThrowAsync<RemoteAskException>(asked);
    }

    /// <summary>Answers with the text twice.</summary>
    private sealed class Doubler : Actor<object>
    {
        protected override void Receive(object message)
        {
            if (message is Request<StringValue, StringValue> request)
                request.ReplyTo.Tell(new StringValue { Value = request.Message.Value + request.Message.Value });
        }
    }

    /// <summary>Cannot write anything.</summary>
    private sealed class Broken : IMessageCodec<CounterMessage>
    {
        public string Protocol => Counting.Codec.Protocol;

        public IReadOnlyCollection<string> Manifests => [];

        public ReplyPort? ReplyPortOf(CounterMessage message) => Counting.Codec.ReplyPortOf(message);

        public EncodedMessage Encode(CounterMessage message) => throw new InvalidOperationException("A defect of the application.");

        public CounterMessage Decode(EncodedMessage message, RemoteReply? reply) => Counting.Codec.Decode(message, reply);
    }
}
