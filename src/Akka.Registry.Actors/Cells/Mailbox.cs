using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Akka.Registry.Actors.Cells;

/// <summary>
/// The bounded queue of one actor: any thread adds, the actor's turn takes; with <see cref="MailboxOverflow.DropOldest"/> a
/// sender may take too. Storage grows with the backlog, so that the capacity costs nothing until it is used.
/// </summary>
/// <remarks>
/// A chain of rings, each twice as large as the one before; once the last has room for the backlog, the mailbox stays there
/// and allocates nothing. Positions and counts go on from ring to ring.
/// What every message passes through, here and in its cell, is compiled in full at once: an actor's first millions of messages
/// would otherwise go through unoptimised code. A profile would add little, since all families share the code and no one
/// behaviour is the likely one.
/// </remarks>
internal sealed class Mailbox
{
    private const int SizeMin = 32;
    private const int SizeMax = 1 << 20;

    private readonly int _capacity;
    private readonly Lock _growing = new();

    /// <summary>Held by whoever takes, where senders may; null where the actor's turn alone takes.</summary>
    private readonly Lock? _taking;

    private MailboxRing _first;
    private MailboxRing _last;
    private int _notesAdded;
    private int _notesTaken;
    private PaddedCount _taken;

    /// <param name="capacity">Messages that may wait; notes not included.</param>
    /// <param name="overflow">Whether senders take too.</param>
    /// <param name="begin">Where positions and counts begin; for tests of their wrapping.</param>
    public Mailbox(int capacity, MailboxOverflow overflow, MailboxTail begin = default)
    {
        (_capacity, Overflow) = (capacity, overflow);
        if (overflow == MailboxOverflow.DropOldest)
            _taking = new Lock();
        _first = _last = new MailboxRing(SizeMin, begin);
        _taken.Value = begin.Messages;
    }

    /// <summary>Messages that wait; notes not included.</summary>
    public int Count => Math.Clamp(Last.Tail.Waiting(Volatile.Read(ref _taken.Value)), 0, _capacity);

    public int Capacity => _capacity;

    public MailboxOverflow Overflow { get; }

    /// <summary>Whether nothing is there, not even something that a sender is about to publish.</summary>
    public bool IsEmpty => Volatile.Read(ref _first).Head == Last.Tail.Position;

    private MailboxRing Last => Volatile.Read(ref _last);

    /// <summary>Adds a message unless as many wait as may.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryAdd(object message)
    {
        while (true)
        {
            var ring = Last;
            var tail = ring.Tail;
            var limit = ring.Limit;
            if (!tail.IsClosed && (int)(limit - tail.Position) > 0)
            {
                if (!ring.TryReserve(tail, tail.AfterMessage))
                    continue;
                ring.Publish(tail.Position, message);
                return true;
            }

            var room = _capacity - tail.Waiting(Volatile.Read(ref _taken.Value));
            if (room <= 0)
                return false;
            var space = ring.Space(tail);
            if (tail.IsClosed || space <= 0)
                Grow(ring);
            else
                ring.RaiseLimit(limit, tail.Position + (uint)Math.Min(room, space));
        }
    }

    /// <summary>Adds a note, whatever the number that waits.</summary>
    public void Add(Note note)
    {
        Interlocked.Increment(ref _notesAdded);
        while (true)
        {
            var ring = Last;
            var tail = ring.Tail;
            if (tail.IsClosed || ring.Space(tail) <= 0)
            {
                Grow(ring);
            }
            else if (ring.TryReserve(tail, tail.AfterNote))
            {
                ring.Publish(tail.Position, note);
                return;
            }
        }
    }

    /// <summary>Takes the oldest; null when there is none. On the actor's turn only.</summary>
    /// <param name="note">What was taken, if it is no message.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public object? TryTake(out Note? note)
    {
        if (_taking is null)
            return Take(out note);
        lock (_taking)
            return Take(out note);
    }

    /// <summary>
    /// Takes the oldest message to make room, from any thread; notes stay. Only with
    /// <see cref="MailboxOverflow.DropOldest"/>.
    /// </summary>
    public object? TryDropOldest()
    {
        lock (_taking!)
        {
            while (Take(out var note) is { } item)
            {
                if (note is null)
                    return item;

                // To the end: a tick may come late, and a notice of termination only gets further behind the last message.
                Add(note);
                if (Count == 0)
                    break;
            }
        }

        return null;
    }

    private object? Take(out Note? note)
    {
        var item = _first.TryTake() ?? TakeLater();

        // A note is counted before it is published: with none left there is no need to ask an item what it is.
        note = Volatile.Read(ref _notesAdded) == _notesTaken ? null : item as Note;
        if (note is not null)
            _notesTaken++;
        else if (item is not null)
            Volatile.Write(ref _taken.Value, _taken.Value + 1);
        return item;
    }

    /// <summary>Takes what is reserved but not published yet, or what the next ring begins with.</summary>
    private object? TakeLater()
    {
        var wait = default(SpinWait);
        while (true)
        {
            var ring = _first;
            var tail = ring.Tail;
            if (ring.TryTake() is { } item)
                return item;
            if (tail.Position != ring.Head)
                wait.SpinOnce(sleep1Threshold: -1);
            else if (tail.IsClosed && ring.Next is { } next)
                Volatile.Write(ref _first, next);
            else
                return null;
        }
    }

    /// <summary>Lets senders go on in a larger ring than the one that is full; one that was begun meanwhile will do.</summary>
    private void Grow(MailboxRing full)
    {
        lock (_growing)
        {
            if (_last != full)
                return;
            var next = new MailboxRing(Math.Min(full.Size * 2, SizeMax), full.Close());
            full.Continue(next);
            Volatile.Write(ref _last, next);
        }
    }
}

/// <summary>A count on a cache line of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedCount
{
    [FieldOffset(128)]
    public uint Value;
}
