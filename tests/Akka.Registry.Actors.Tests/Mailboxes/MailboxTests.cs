using Akka.Registry.Actors.Cells;
using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests.Mailboxes;

/// <summary>The queue of one actor, on one thread: capacity, growth, notes, and numbers that wrap.</summary>
public sealed class MailboxTests
{
    /// <summary>Where every number is about to wrap: positions after 100 more, counts after 50.</summary>
    private static readonly MailboxTail Brink = new((((1UL << 31) - 50) << 32) | (uint.MaxValue - 100));

    public static TheoryData<int, bool> CapacitiesAndBeginnings => new()
    {
        { 1, false }, { 2, false }, { 31, false }, { 32, false }, { 33, false }, { 64, false }, { 1_000, false },
        { 1, true }, { 2, true }, { 31, true }, { 32, true }, { 33, true }, { 64, true }, { 1_000, true },
    };

    [Theory]
    [MemberData(nameof(CapacitiesAndBeginnings))]
    public void As_many_messages_wait_as_may_and_no_more(int capacity, bool brink)
    {
        var mailbox = Create(capacity, MailboxOverflow.Reject, brink);
        var (next, oldest) = (0, 0);
        for (var round = 0; round < 50; round++)
        {
            while (mailbox.TryAdd(next))
                next++;
            (next - oldest, mailbox.Count).ShouldBe((capacity, capacity));
            for (var taken = 0; taken < 1 + (round % capacity); taken++)
                mailbox.TryTake(out _).ShouldBe(oldest++);
            mailbox.Count.ShouldBe(next - oldest);
        }

        while (oldest < next)
            mailbox.TryTake(out _).ShouldBe(oldest++);
        mailbox.TryTake(out _).ShouldBeNull();
        (mailbox.Count, mailbox.IsEmpty).ShouldBe((0, true));
    }

    [Theory]
    [MemberData(nameof(CapacitiesAndBeginnings))]
    public void Notes_keep_their_place_and_take_none_of_the_capacity(int capacity, bool brink)
    {
        var mailbox = Create(capacity, MailboxOverflow.Reject, brink);
        var waiting = new Queue<object>();
        for (var round = 0; round < 60; round++)
        {
            for (var i = 0; i < capacity * 2; i++)
            {
                var note = new Mark();
                mailbox.Add(note);
                waiting.Enqueue(note);
                object message = (round, i);
                if (i < capacity && mailbox.TryAdd(message))
                    waiting.Enqueue(message);
            }

            mailbox.Count.ShouldBe(waiting.Count(item => item is not Note));
            mailbox.TryAdd("one too many").ShouldBeFalse();
            while (waiting.Count > round % 7)
                Expect(waiting.Dequeue());
            for (var i = waiting.Count(item => item is not Note); i < capacity; i++)
            {
                object message = (round, -i);
                mailbox.TryAdd(message).ShouldBeTrue();
                waiting.Enqueue(message);
            }

            mailbox.TryAdd("one too many").ShouldBeFalse();
            while (waiting.TryDequeue(out var item))
                Expect(item);
        }

        mailbox.IsEmpty.ShouldBeTrue();

        void Expect(object item)
        {
            mailbox.TryTake(out var note).ShouldBeSameAs(item);
            note.ShouldBe(item as Note);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_oldest_message_is_dropped_and_notes_go_behind(bool brink)
    {
        var mailbox = Create(3, MailboxOverflow.DropOldest, brink);
        var (first, second) = (new Mark(), new Mark());
        mailbox.Add(first);
        mailbox.TryAdd("1").ShouldBeTrue();
        mailbox.Add(second);
        mailbox.TryAdd("2").ShouldBeTrue();
        mailbox.TryAdd("3").ShouldBeTrue();
        mailbox.TryAdd("4").ShouldBeFalse();
        mailbox.TryDropOldest().ShouldBe("1");
        mailbox.TryAdd("4").ShouldBeTrue();
        mailbox.TryDropOldest().ShouldBe("2");
        object?[] rest = [.. Enumerable.Range(0, 5).Select(_ => mailbox.TryTake(out var _))];
        rest.ShouldBe(["3", first, "4", second, null]);
        mailbox.TryDropOldest().ShouldBeNull();
    }

    [Fact]
    public void Nothing_is_dropped_where_only_notes_wait()
    {
        var mailbox = Create(1, MailboxOverflow.DropOldest, brink: false);
        var note = new Mark();
        mailbox.Add(note);
        mailbox.TryDropOldest().ShouldBeNull();
        mailbox.TryTake(out var taken).ShouldBe(note);
        taken.ShouldBe(note);
    }

    [Fact]
    public void A_backlog_that_was_had_before_allocates_nothing()
    {
        const int backlog = 10_000;
        var mailbox = Create(backlog, MailboxOverflow.Reject, brink: false);
        var (message, note) = (new object(), new Mark());
        FillAndEmpty();
        FillAndEmpty();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 20; round++)
            FillAndEmpty();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void FillAndEmpty()
        {
            mailbox.Add(note);
            for (var i = 0; i < backlog; i++)
                mailbox.TryAdd(message);
            while (mailbox.TryTake(out _) is not null)
            {
            }
        }
    }

    [Fact]
    public void The_tail_counts_across_its_wrapping_and_keeps_its_numbers_apart()
    {
        var tail = Brink;
        var taken = tail.Messages;
        for (var i = 0; i < 300; i++)
        {
            (tail.Waiting(taken), tail.Position, tail.IsClosed).ShouldBe((i, unchecked(Brink.Position + (uint)(2 * i)), false));
            tail = tail.AfterMessage.AfterNote;
        }

        tail.Waiting(unchecked(tail.Messages + 5)).ShouldBe(-5);
        (tail.Closed.IsClosed, tail.Closed.Position, tail.Closed.Messages).ShouldBe((true, tail.Position, tail.Messages));
        tail.Closed.Opened.ShouldBe(tail);
    }

    private static Mailbox Create(int capacity, MailboxOverflow overflow, bool brink) =>
        new(capacity, overflow, brink ? Brink : default);

    private sealed class Mark : Note;
}
