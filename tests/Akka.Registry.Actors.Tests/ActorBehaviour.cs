using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests;

/// <summary>What actors promise, on whatever runs them.</summary>
public abstract class ActorBehaviour
{
    private protected abstract World World { get; }

    [Fact]
    public async Task Messages_of_one_sender_arrive_in_the_order_sent()
    {
        var actor = World.Start("a");
        for (var i = 0; i < 5_000; i++)
            actor.Say(i.ToString());
        await World.Reaches(5_001);
        World.Journal.Entries.ShouldBe(["a starts", .. Enumerable.Range(0, 5_000).Select(i => $"a {i}")]);
    }

    [Fact]
    public async Task Order_holds_for_each_pair_when_actors_relay()
    {
        var last = World.Start("last");
        var relays = new[] { World.Start("r0"), World.Start("r1"), World.Start("r2") };
        await World.Reaches(4);
        for (var i = 0; i < 300; i++)
        {
            var text = i.ToString();
            relays[i % 3].Run(_ => last.Say(text));
        }

        await World.Reaches(304);
        var numbers = World.Journal.Entries.Skip(4).Select(entry => int.Parse(entry.Split(' ')[1])).ToArray();
        for (var relay = 0; relay < 3; relay++)
            numbers.Where(number => number % 3 == relay).ShouldBe(Enumerable.Range(0, 100).Select(i => (i * 3) + relay));
    }

    [Fact]
    public async Task A_full_mailbox_that_rejects_makes_dead_letters_of_the_newest()
    {
        var letters = new List<DeadLetter>();
        using var subscription = World.System.SubscribeDeadLetters(letters.Add);
        var actor = World.System.ActorOf(
            Props.Of(() => new Script("a", World.Journal)) with { MailboxCapacity = 2 }, "a");
        actor.Run(self =>
        {
            for (var i = 1; i <= 4; i++)
                self.Context.Self.Say(i.ToString());
        });
        await World.Reaches(3);
        World.Journal.Entries.ShouldBe(["a starts", "a 1", "a 2"]);
        letters.ShouldBe(
        [
            new DeadLetter(actor.Path, new Line.Say("3"), DeadLetterReason.MailboxFull),
            new DeadLetter(actor.Path, new Line.Say("4"), DeadLetterReason.MailboxFull),
        ]);
        ActorSystem.InspectMailbox(actor).ShouldBe(new MailboxStatus(0, 2, 2));
        (World.System.OverflowCount, World.System.DeadLetterCount).ShouldBe((2, 2));
    }

    [Fact]
    public async Task A_full_mailbox_that_drops_makes_dead_letters_of_the_oldest()
    {
        var letters = new List<DeadLetter>();
        using var subscription = World.System.SubscribeDeadLetters(letters.Add);
        var props = Props.Of(() => new Script("a", World.Journal)) with
        {
            MailboxCapacity = 2,
            Overflow = MailboxOverflow.DropOldest,
        };
        var actor = World.System.ActorOf(props, "a");
        actor.Run(self =>
        {
            for (var i = 1; i <= 4; i++)
                self.Context.Self.Say(i.ToString());
        });
        await World.Reaches(3);
        World.Journal.Entries.ShouldBe(["a starts", "a 3", "a 4"]);
        letters.Select(letter => letter.Message).ShouldBe([new Line.Say("1"), new Line.Say("2")]);
        ActorSystem.InspectMailbox(actor).ShouldBe(new MailboxStatus(0, 2, 2));
    }

    [Fact]
    public async Task What_waits_when_an_actor_stops_becomes_dead_letters_and_so_does_what_comes_later()
    {
        var letters = new List<DeadLetter>();
        using var subscription = World.System.SubscribeDeadLetters(letters.Add);
        var actor = World.Start("a");
        actor.Run(self =>
        {
            self.Context.Stop(self.Context.Self);
            self.Context.Self.Say("waiting");
            self.Write("still here");
        });
        await World.Reaches(3);
        await World.End();
        actor.Say("late");
        World.Journal.Entries.ShouldBe(["a starts", "a still here", "a ends"]);
        letters.ShouldBe(
        [
            new DeadLetter(actor.Path, new Line.Say("waiting"), DeadLetterReason.Stopped),
            new DeadLetter(actor.Path, new Line.Say("late"), DeadLetterReason.Stopped),
        ]);
        World.System.OverflowCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_stopping_system_ends_the_youngest_first_children_before_parents_and_its_own_actors_last()
    {
        World.System.SystemActorOf(Props.Of(() => new Script("s", World.Journal)), "s");
        var a = World.Start("a");
        World.Start("b");
        a.Run(self =>
        {
            self.Child("a1").Run(child => child.Child("a11"));
            self.Child("a2");
        });
        await World.Reaches(6);
        await World.End();
        World.Journal.Entries[6..].ShouldBe(["b ends", "a2 ends", "a11 ends", "a1 ends", "a ends", "s ends"]);
        Should.Throw<InvalidOperationException>(() => World.Start("c")).Message.ShouldContain("'/user' is stopping");
        World.System.TerminateAsync().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task A_name_is_taken_until_its_actor_has_ended()
    {
        var parent = World.Start("p");
        parent.Run(self =>
        {
            var child = self.Child("c");
            self.Context.Watch(child);
            Should.Throw<InvalidOperationException>(() => self.Child("c")).Message.ShouldBe("'/user/p/c' runs already.");
            self.Context.Children.ShouldBe([child]);
            self.Context.Stop(child);
        });
        await World.Reaches(4);
        await World.Until(parent.Ask<Line, string>(
            reply => new Line.Run(self =>
            {
                self.Context.Children.ShouldBeEmpty();
                self.Child("c");
                reply.Tell("done");
            }),
            TimeSpan.FromSeconds(20),
            World.System.Time));
        await World.Reaches(5);
        World.Journal.Entries.ShouldBe(["p starts", "c starts", "c ends", "p misses /user/p/c", "c starts"]);
    }

    [Fact]
    public async Task Only_itself_and_its_children_can_an_actor_stop()
    {
        var other = World.Start("other");
        var actor = World.Start("a");
        actor.Run(self => self.Write(Record.Exception(() => self.Context.Stop(other))!.Message.Split(" (")[0]));
        await World.Reaches(3);
        World.Journal.Entries.ShouldContain(
            "a '/user/a' can stop itself and its children, but not '/user/other'.");
        World.System.Stop(other);
        await World.Reaches(4);
        World.Journal.Entries[3].ShouldBe("other ends");
    }

    [Fact]
    public async Task A_watcher_is_told_once_and_after_the_last_message()
    {
        var watcher = World.Start("w");
        var target = World.Start("t");
        watcher.Run(self =>
        {
            self.Context.Watch(target);
            self.Context.Watch(target);
            self.Write("watches");
        });
        await World.Reaches(3);
        target.Run(self =>
        {
            self.Context.Stop(self.Context.Self);
            watcher.Say("last words");
        });
        await World.Reaches(6);
        await World.End();
        World.Journal.Entries.Where(entry => entry.StartsWith('w'))
            .ShouldBe(["w starts", "w watches", "w last words", "w misses /user/t", "w ends"]);
    }

    [Fact]
    public async Task Watching_what_has_stopped_answers_at_once_and_a_watch_taken_back_never()
    {
        var target = World.Start("t");
        World.System.Stop(target);
        await World.Reaches(2);
        var gone = World.Start("u");
        var watcher = World.Start("w");
        watcher.Run(self =>
        {
            self.Context.Watch(target);
            self.Context.Watch(gone);
            self.Context.Unwatch(gone);
        });
        await World.Reaches(5);
        World.System.Stop(gone);
        await World.Reaches(6);
        await World.End();
        World.Journal.Entries.Where(entry => entry.Contains("misses")).ShouldBe(["w misses /user/t"]);
    }

    [Fact]
    public async Task An_adapted_address_translates_and_stands_for_its_owner()
    {
        var owner = World.Start("o");
        var numbers = await World.Until(owner.Ask<Line, IActorRef<int>>(
            reply => new Line.Run(self => reply.Tell(
                self.Context.Adapt<int>(number => new Line.Say($"number {number}")))),
            TimeSpan.FromSeconds(20),
            World.System.Time));
        numbers.Path.ShouldBe(owner.Path);
        numbers.Tell(7);
        await World.Reaches(2);
        var watcher = World.Start("w");
        watcher.Run(self => self.Context.Watch(numbers));
        await World.Reaches(3);
        World.System.Stop(numbers);
        await World.Reaches(5);
        World.Journal.Entries.ShouldBe(["o starts", "o number 7", "w starts", "o ends", "w misses /user/o"]);
    }

    [Fact]
    public async Task Work_elsewhere_comes_back_as_a_message()
    {
        var actor = World.Start("a");
        var works = new[] { new TaskCompletionSource<int>(), new(), new() };
        actor.Run(self =>
        {
            foreach (var work in works)
            {
                self.Context.PipeTo(
                    work.Task,
                    result => new Line.Say($"gets {result}"),
                    exception => new Line.Say($"gets {exception.GetType().Name}"));
            }

            self.Write("waits");
        });
        await World.Reaches(2);
        works[0].SetResult(5);
        await World.Reaches(3);
        works[1].SetException(new Boom());
        await World.Reaches(4);
        works[2].SetCanceled();
        await World.Reaches(5);
        actor.Run(self => self.Context.PipeTo(
            Task.FromResult(0), _ => throw new Boom(), exception => new Line.Say($"hears of {exception.GetType().Name}")));
        await World.Reaches(6);
        World.Journal.Entries[2..].ShouldBe(
            ["a gets 5", "a gets Boom", "a gets TaskCanceledException", "a hears of Boom"]);
    }

    [Fact]
    public async Task An_ask_is_answered_by_the_first_reply()
    {
        var actor = World.Start("a");
        var answer = await World.Until(actor.Ask<Line, string>(
            reply => new Line.Run(_ =>
            {
                reply.Path.Text.ShouldBe("/temp/ask");
                reply.Tell("first");
                reply.Tell("second");
            }),
            TimeSpan.FromSeconds(20),
            World.System.Time));
        answer.ShouldBe("first");
    }

    [Fact]
    public async Task An_ask_without_a_reply_times_out_and_can_be_cancelled()
    {
        var actor = World.Start("a");
        var time = World.System.Time;
        var late = actor.Ask<Line, string>(_ => new Line.Say("silent"), TimeSpan.FromMilliseconds(5), time);
        await Should.ThrowAsync<TimeoutException>(World.Until(late));
        using var source = new CancellationTokenSource();
        var cancelled = actor.Ask<Line, string>(_ => new Line.Say("silent"), TimeSpan.FromHours(1), time, source.Token);
        await source.CancelAsync();
        await Should.ThrowAsync<TaskCanceledException>(World.Until(cancelled));
        var never = actor.Ask<Line, string>(
            _ => throw new Boom("not asked"), TimeSpan.FromHours(1), time, new CancellationToken(canceled: true));
        never.IsCanceled.ShouldBeTrue();
        await Should.ThrowAsync<ArgumentOutOfRangeException>(
            () => actor.Ask<Line, string>(_ => new Line.Say("silent"), TimeSpan.Zero, time));
    }

    [Fact]
    public async Task A_ref_that_is_no_actor_cannot_be_watched()
    {
        var actor = World.Start("a");
        var error = await World.Until(actor.Ask<Line, string>(
            reply => new Line.Run(self => reply.Tell(
                Should.Throw<ArgumentException>(() => self.Context.Watch(reply)).Message)),
            TimeSpan.FromSeconds(20),
            World.System.Time));
        error.ShouldStartWith("'/temp/ask' is not an actor.");
    }

    [Fact]
    public async Task Null_is_no_message_and_harms_none()
    {
        var actor = World.Start("a");
        Should.Throw<ArgumentNullException>(() => actor.Tell(null!));
        actor.Say("1");
        await World.Reaches(2);
        World.Journal.Entries.ShouldBe(["a starts", "a 1"]);
        ActorSystem.InspectMailbox(actor).Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_may_be_a_value()
    {
        var letters = new List<object>();
        using var subscription = World.System.SubscribeDeadLetters(letter => letters.Add(letter.Message));
        var actor = World.System.ActorOf(Props.Of(() => new Adder(World.Journal)) with { MailboxCapacity = 2 }, "adder");
        actor.Tell((1, false));
        await World.Reaches(1);
        actor.Tell((10, true));
        await World.Reaches(4);
        World.Journal.Entries.ShouldBe(["sum 1", "sum 11", "sum 31", "sum 61"]);
        letters.ShouldBe([(40, false)]);
    }

    /// <summary>Adds numbers up, and tells itself three more when asked to, of which the last finds no room.</summary>
    private sealed class Adder(Journal journal) : Actor<(int Number, bool Goes)>
    {
        private int _sum;

        protected internal override void Receive((int Number, bool Goes) message)
        {
            _sum += message.Number;
            for (var i = 2; message.Goes && i <= 4; i++)
                Context.Self.Tell((10 * i, false));
            journal.Add($"sum {_sum}");
        }
    }
}

public sealed class ActorBehaviourOnThreads : ActorBehaviour
{
    private protected override World World { get; } = new ThreadPoolWorld();
}

public sealed class ActorBehaviourOnVirtualTime : ActorBehaviour
{
    private protected override World World { get; } = new VirtualWorld();
}
