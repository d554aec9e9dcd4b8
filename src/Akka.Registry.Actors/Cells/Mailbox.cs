using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Akka.Registry.Actors.Cells;

/// <summary>One place in a mailbox: a message, or a note in its stead.</summary>
internal readonly record struct Envelope<TMessage>(TMessage Message, Note? Note);

/// <summary>
/// The bounded queue of one actor: any thread adds, the actor's turn takes; with <see cref="MailboxOverflow.DropOldest"/> a
/// sender may take too. Storage grows with the backlog, so that the capacity costs nothing until it is used.
/// </summary>
internal sealed class Mailbox<TMessage>(int capacity, MailboxOverflow overflow)
    where TMessage : notnull
{
    private readonly ConcurrentQueue<Envelope<TMessage>> _queue = new();
    private readonly bool _sendersTake = overflow == MailboxOverflow.DropOldest;
    private MailboxCounters _counters = new() { Limit = capacity };

    /// <summary>Messages that wait; notes not included.</summary>
    public int Count =>
        (int)Math.Clamp(Volatile.Read(ref _counters.Added) - Volatile.Read(ref _counters.Taken), 0, capacity);

    public int Capacity => capacity;

    public MailboxOverflow Overflow => overflow;

    /// <summary>Whether nothing is there, not even something that a sender is about to publish.</summary>
    public bool IsEmpty => _queue.IsEmpty;

    /// <summary>Adds a message unless as many wait as may.</summary>
    public bool TryAdd(TMessage message)
    {
        var added = Volatile.Read(ref _counters.Added);
        while (true)
        {
            // The limit lags behind what was taken. Refreshed only when it is reached, it keeps senders off the
            // cache line that the taker writes for each message.
            if (added >= Volatile.Read(ref _counters.Limit))
            {
                var limit = Volatile.Read(ref _counters.Taken) + capacity;
                if (added >= limit)
                    return false;
                Volatile.Write(ref _counters.Limit, limit);
            }

            var seen = Interlocked.CompareExchange(ref _counters.Added, added + 1, added);
            if (seen == added)
                break;
            added = seen;
        }

        _queue.Enqueue(new Envelope<TMessage>(message, null));
        return true;
    }

    /// <summary>Adds a note, whatever the number that waits.</summary>
    public void Add(Note note) => _queue.Enqueue(new Envelope<TMessage>(default!, note));

    /// <summary>Takes the oldest. On the actor's turn only.</summary>
    public bool TryTake(out Envelope<TMessage> envelope)
    {
        if (!_queue.TryDequeue(out envelope))
            return false;
        if (envelope.Note is null)
            CountTaken();
        return true;
    }

    /// <summary>
    /// Takes the oldest message to make room, from any thread; notes stay. Only with
    /// <see cref="MailboxOverflow.DropOldest"/>.
    /// </summary>
    public bool TryDropOldest(out TMessage message)
    {
        while (_queue.TryDequeue(out var envelope))
        {
            if (envelope.Note is null)
            {
                CountTaken();
                message = envelope.Message;
                return true;
            }

            // To the end: a tick may come late, and a notice of termination only gets further behind the last message.
            _queue.Enqueue(envelope);
            if (Count == 0)
                break;
        }

        message = default!;
        return false;
    }

    private void CountTaken()
    {
        if (_sendersTake)
            Interlocked.Increment(ref _counters.Taken);
        else
            Volatile.Write(ref _counters.Taken, _counters.Taken + 1);
    }
}

/// <summary>What senders write and what the taker writes, on cache lines of their own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct MailboxCounters
{
    [FieldOffset(128)]
    public long Added;

    [FieldOffset(136)]
    public long Limit;

    [FieldOffset(256)]
    public long Taken;
}
