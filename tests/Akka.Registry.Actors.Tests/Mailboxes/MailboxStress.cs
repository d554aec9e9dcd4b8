using Akka.Registry.Actors.Cells;
using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests.Mailboxes;

/// <summary>The queue of one actor under several senders at once: order, loss, capacity.</summary>
public sealed class MailboxStress
{
    private const int Senders = 4;

    /// <summary>Milliseconds in which nothing arrives, until the next message counts as lost: others may have the processors for a while.</summary>
    private const int LostAfter = 30_000;

    /// <summary>About to wrap: positions after some thousands, counts after some hundreds.</summary>
    private static readonly MailboxTail Brink = new((((1UL << 31) - 500) << 32) | (uint.MaxValue - 3_000));

    [Theory]
    [InlineData(1, 2_000)]
    [InlineData(2, 2_000)]
    [InlineData(40, 30_000)]
    [InlineData(1_000, 100_000)]
    [InlineData(1 << 20, 200_000)]
    public async Task Each_senders_messages_and_notes_arrive_in_order_and_none_is_lost(int capacity, int each)
    {
        var mailbox = new Mailbox(capacity, MailboxOverflow.Reject, Brink);
        var sending = Send(each, sent =>
        {
            if (sent.Number % 10 == 0)
            {
                mailbox.Add(new Mark(sent));
                return;
            }

            var wait = default(SpinWait);
            while (!mailbox.TryAdd(sent))
                wait.SpinOnce(sleep1Threshold: -1);
        });
        var next = new int[Senders];
        var wait = default(SpinWait);
        while (next.Sum() < Senders * each)
        {
            mailbox.Count.ShouldBeInRange(0, capacity);
            if (mailbox.TryTake(out var note) is not { } item)
            {
                wait.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            var sent = note is Mark mark ? mark.Sent : item.ShouldBeOfType<Sent>();
            (note is null).ShouldBe(sent.Number % 10 != 0);
            sent.Number.ShouldBe(next[sent.Sender]++, $"sender {sent.Sender}");
        }

        await sending.WaitAsync(TimeSpan.FromSeconds(30));
        (mailbox.TryTake(out _), mailbox.Count, mailbox.IsEmpty).ShouldBe((null, 0, true));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(500)]
    public async Task Senders_at_once_get_in_exactly_as_many_as_have_room(int capacity)
    {
        var mailbox = new Mailbox(capacity, MailboxOverflow.Reject, Brink);
        var random = new Random(capacity);
        var room = capacity;
        for (var round = 0; round < 100; round++)
        {
            var added = 0;
            await Send(room + 3, sent =>
            {
                if (sent.Number % 5 == 0)
                    mailbox.Add(new Mark(sent));
                if (mailbox.TryAdd(sent))
                    Interlocked.Increment(ref added);
            });
            (added, mailbox.Count).ShouldBe((room, capacity), $"round {round}");
            room = random.Next(1, capacity + 1);
            for (var left = room; left > 0;)
            {
                mailbox.TryTake(out var note).ShouldNotBeNull();
                if (note is null)
                    left--;
            }
        }
    }

    [Theory]
    [InlineData(1, 100_000)]
    [InlineData(20, 200_000)]
    [InlineData(1_000, 200_000)]
    public async Task Of_what_is_dropped_and_taken_nothing_is_missing_or_twice(int capacity, int each)
    {
        var mailbox = new Mailbox(capacity, MailboxOverflow.DropOldest, Brink);
        var seen = new int[Senders][];
        for (var sender = 0; sender < Senders; sender++)
            seen[sender] = new int[each];
        var dropped = 0;
        var sending = Send(each, sent =>
        {
            var wait = default(SpinWait);
            while (!mailbox.TryAdd(sent))
            {
                if (mailbox.TryDropOldest() is Sent oldest)
                {
                    Interlocked.Increment(ref seen[oldest.Sender][oldest.Number]);
                    Interlocked.Increment(ref dropped);
                }
                else
                {
                    wait.SpinOnce(sleep1Threshold: -1);
                }
            }
        });
        var (taken, last) = (0, Enumerable.Repeat(-1, Senders).ToArray());
        while (!sending.IsCompleted)
            TakeAll();
        await sending;
        TakeAll();
        (taken + Volatile.Read(ref dropped)).ShouldBe(Senders * each);
        seen.ShouldAllBe(numbers => numbers.All(times => times == 1));
        mailbox.IsEmpty.ShouldBeTrue();

        void TakeAll()
        {
            while (mailbox.TryTake(out _) is Sent sent)
            {
                sent.Number.ShouldBeGreaterThan(last[sent.Sender], $"sender {sent.Sender}");
                last[sent.Sender] = sent.Number;
                Interlocked.Increment(ref seen[sent.Sender][sent.Number]);
                taken++;
            }
        }
    }

    [Theory]
    [InlineData(1, 5_000)]
    [InlineData(2, 50_000)]
    [InlineData(8, 200_000)]
    public async Task A_place_is_empty_before_a_sender_sees_it_free(int size, int count)
    {
        var ring = new MailboxRing(size, Brink);
        var sending = Task.Factory.StartNew(
            () =>
            {
                var wait = default(SpinWait);
                for (var number = 0; number < count;)
                {
                    var tail = ring.Tail;
                    if (ring.Space(tail) > 0 && ring.TryReserve(tail, tail.AfterMessage))
                        ring.Publish(tail.Position, new Sent(0, number++));
                    else
                        wait.SpinOnce(sleep1Threshold: -1);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var (taken, wait) = (Environment.TickCount64, default(SpinWait));
        for (var next = 0; next < count;)
        {
            if (ring.TryTake() is Sent sent)
            {
                sent.Number.ShouldBe(next++);
                taken = Environment.TickCount64;
            }
            else if (Environment.TickCount64 - taken < LostAfter)
                wait.SpinOnce(sleep1Threshold: -1);
            else
                throw new TimeoutException($"Message {next} cannot be taken.");
        }

        await sending;
        ring.Tail.Position.ShouldBe(ring.Head);
    }

    /// <summary>Runs as many senders as there are, each on a thread of its own and all begun at once.</summary>
    private static Task Send(int each, Action<Sent> send)
    {
        var begin = new Barrier(Senders);
        return Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Factory.StartNew(
            () =>
            {
                begin.SignalAndWait();
                for (var number = 0; number < each; number++)
                    send(new Sent(sender, number));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    private sealed record Sent(int Sender, int Number);

    private sealed class Mark(Sent sent) : Note
    {
        public Sent Sent => sent;
    }
}
