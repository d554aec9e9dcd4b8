using System.Collections.Concurrent;
using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests.Mailboxes;

/// <summary>Actors on real threads under several senders at once, while they fail and while they stop.</summary>
public sealed class ActorStress
{
    private const int Senders = 4;
    private const int Each = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public async Task Restarts_lose_the_message_at_hand_and_no_other_and_turns_never_overlap(int throughput)
    {
        await using var system = ActorSystem.Create("pool", new ActorSystemOptions { Throughput = throughput });
        var ledger = new Ledger(Senders * Each);
        var child = await StartChild(system, ledger, failsAt: sent => sent.Number % 97 == 0);
        await Send(child);
        await ledger.Complete.WaitAsync(TimeSpan.FromSeconds(60));
        ledger.Overlaps.ShouldBe(0);
        for (var sender = 0; sender < Senders; sender++)
        {
            var numbers = ledger.Seen.Where(seen => seen.Sent.Sender == sender).ToArray();
            numbers.Select(seen => seen.Sent.Number).ShouldBe(Enumerable.Range(0, Each), $"sender {sender}");
            numbers.Where(seen => seen.Failed).Select(seen => seen.Sent.Number)
                .ShouldBe(Enumerable.Range(0, Each).Where(number => number % 97 == 0), $"sender {sender}");
        }

        system.DeadLetterCount.ShouldBe(0);
        ActorSystem.InspectMailbox(child).Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task What_a_stop_in_the_middle_leaves_is_dead_letters_each_once()
    {
        await using var system = ActorSystem.Create("pool");
        var ledger = new Ledger(Senders * Each);
        var letters = new ConcurrentQueue<Sent>();
        using var subscription = system.SubscribeDeadLetters(letter =>
        {
            letters.Enqueue((Sent)letter.Message);
            ledger.Count();
        });
        var child = await StartChild(system, ledger, stopsAt: sent => sent is { Sender: 0, Number: Each / 2 });
        await Send(child);
        await ledger.Complete.WaitAsync(TimeSpan.FromSeconds(60));
        ledger.Overlaps.ShouldBe(0);
        for (var sender = 0; sender < Senders; sender++)
        {
            // Handled first, in order and without a gap; whatever came after, a dead letter.
            var handled = ledger.Seen.Where(seen => seen.Sent.Sender == sender).Select(seen => seen.Sent.Number).ToArray();
            handled.ShouldBe(Enumerable.Range(0, handled.Length), $"sender {sender}");
            letters.Where(sent => sent.Sender == sender).Select(sent => sent.Number).Order()
                .ShouldBe(Enumerable.Range(handled.Length, Each - handled.Length), $"sender {sender}");
        }
    }

    [Fact]
    public async Task A_message_that_comes_as_a_turn_ends_is_handled()
    {
        const int rounds = 20_000;
        await using var system = ActorSystem.Create("pool");
        var echo = new Echo();
        var actor = system.ActorOf(Props.Of(() => echo), "echo");
        var message = new Sent(0, 0);
        for (var round = 1; round <= rounds; round++)
        {
            // The next is told as soon as the one before is seen handled, while its turn looks whether more has come.
            actor.Tell(message);
            var told = Environment.TickCount64;
            for (var looks = 0; echo.Handled < round; looks++)
            {
                if (Environment.TickCount64 - told > 30_000)
                    throw new TimeoutException($"Message {round} was told and is not handled.");
                if (looks < 1_000)
                    Thread.SpinWait(round % 50);
                else
                    Thread.Yield(); // Others have the processors: the turn needs one.
            }
        }
    }

    private static async Task<IActorRef<Sent>> StartChild(
        ActorSystem system, Ledger ledger, Func<Sent, bool>? failsAt = null, Func<Sent, bool>? stopsAt = null)
    {
        var started = new TaskCompletionSource<IActorRef<Sent>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var strategy = new SupervisorStrategy(_ => Directive.Restart, int.MaxValue, TimeSpan.FromMinutes(1));
        var parent = system.ActorOf(Props.Of(() => new Script("p", new Journal(), strategy)), "p");
        parent.Run(self => started.SetResult(self.Context.ActorOf(
            Props.Of(() => new Recorder(ledger, failsAt ?? (_ => false), stopsAt ?? (_ => false))) with { MailboxCapacity = 1 << 20 },
            "c")));
        return await started.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static Task Send(IActorRef<Sent> actor)
    {
        var begin = new Barrier(Senders);
        return Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Factory.StartNew(
            () =>
            {
                begin.SignalAndWait();
                for (var number = 0; number < Each; number++)
                    actor.Tell(new Sent(sender, number));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    private sealed record Sent(int Sender, int Number);

    /// <summary>What the actor has seen, through all its lives; no lock guards it, since turns follow each other.</summary>
    private sealed class Ledger(int expected)
    {
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;
        private int _inside;
        private int _overlaps;

        public Task Complete => _complete.Task;

        public int Overlaps => Volatile.Read(ref _overlaps);

        public List<(Sent Sent, bool Failed)> Seen { get; } = [];

        public void Count()
        {
            if (Interlocked.Increment(ref _count) == expected)
                _complete.SetResult();
        }

        public void Note(Sent sent, bool failed)
        {
            if (Interlocked.Increment(ref _inside) != 1)
                Interlocked.Increment(ref _overlaps);
            Seen.Add((sent, failed));
            Interlocked.Decrement(ref _inside);
            Count();
        }
    }

    private sealed class Recorder(Ledger ledger, Func<Sent, bool> failsAt, Func<Sent, bool> stopsAt) : Actor<Sent>
    {
        protected internal override void Receive(Sent message)
        {
            var fails = failsAt(message);
            if (stopsAt(message))
                Context.Stop(Context.Self);
            ledger.Note(message, fails);
            if (fails)
                throw new Boom();
        }
    }

    private sealed class Echo : Actor<Sent>
    {
        private int _handled;

        public int Handled => Volatile.Read(ref _handled);

        protected internal override void Receive(Sent message) => Volatile.Write(ref _handled, _handled + 1);
    }
}
