using System.Runtime.InteropServices;

namespace Akka.Registry.Actors.Cells;

/// <summary>
/// Places of a mailbox in a ring. A sender reserves the next position by one compare-and-swap of <see cref="Tail"/> and then
/// publishes into its place; the taker sees a published place by its not being null, empties it and moves <see cref="Head"/> on.
/// Neither reads what the other writes for each message, but for the place itself.
/// </summary>
internal sealed class MailboxRing
{
    private readonly Place[] _places;
    private MailboxRingState _state;
    private MailboxRing? _next;

    /// <param name="size">A power of two.</param>
    /// <param name="begin">Where the ring before it ended.</param>
    public MailboxRing(int size, MailboxTail begin)
    {
        _places = new Place[size];
        _state.Tail = begin.Opened.Bits;
        (_state.Limit, _state.Head) = (begin.Position, begin.Position);
    }

    public int Size => _places.Length;

    /// <summary>What senders have reserved.</summary>
    public MailboxTail Tail => new(Volatile.Read(ref _state.Tail));

    /// <summary>
    /// Messages may be added below this position without asking how many were taken. It lags behind what it could be, and is
    /// raised only when reached: that keeps senders off the cache line that the taker writes for each message.
    /// </summary>
    public uint Limit => Volatile.Read(ref _state.Limit);

    /// <summary>The position to be taken next.</summary>
    public uint Head => Volatile.Read(ref _state.Head);

    /// <summary>The ring that was begun when this one was full; null while senders add here.</summary>
    public MailboxRing? Next => Volatile.Read(ref _next);

    /// <summary>Places that are free behind the tail, or more by now.</summary>
    public int Space(MailboxTail tail) => Size - (int)(tail.Position - Head);

    /// <summary>Raises the limit, unless another sender has moved it since it was seen.</summary>
    public void RaiseLimit(uint seen, uint limit) => Interlocked.CompareExchange(ref _state.Limit, limit, seen);

    /// <summary>Reserves the position of the tail that was seen; false when the tail is another by now.</summary>
    public bool TryReserve(MailboxTail seen, MailboxTail next) =>
        Interlocked.CompareExchange(ref _state.Tail, next.Bits, seen.Bits) == seen.Bits;

    /// <summary>Fills the place of a reserved position.</summary>
    public void Publish(uint position, object item) =>
        Volatile.Write(ref _places[position & (uint)(_places.Length - 1)].Item, item);

    /// <summary>Takes what is published at the head; null when nothing is. By one thread at a time.</summary>
    public object? TryTake()
    {
        var places = _places;
        var head = _state.Head;
        ref var place = ref places[head & (uint)(places.Length - 1)];
        var item = Volatile.Read(ref place.Item);
        if (item is null)
            return null;
        place.Item = null;
        Volatile.Write(ref _state.Head, head + 1); // The place is empty before a sender may see it free.
        return item;
    }

    /// <summary>Lets no sender reserve a position here any more.</summary>
    /// <returns>Where the next ring begins.</returns>
    public MailboxTail Close()
    {
        while (true)
        {
            var tail = Tail;
            if (TryReserve(tail, tail.Closed))
                return tail;
        }
    }

    /// <summary>Shows the taker where it goes on after the last of this ring.</summary>
    public void Continue(MailboxRing next) => Volatile.Write(ref _next, next);

    /// <summary>A struct, so that storing into the array need not check the array's type.</summary>
    private struct Place
    {
        public object? Item;
    }
}

/// <summary>
/// How far senders have come, in one word: the position that is reserved next, the number of messages among what was
/// reserved (notes are not counted), and whether the ring is closed. Both numbers wrap; only differences mean something.
/// </summary>
internal readonly record struct MailboxTail(ulong Bits)
{
    private const ulong ClosedBit = 1UL << 63;
    private const ulong OneMessage = 1UL << 32;
    private const ulong MessageBits = ClosedBit - OneMessage;

    public uint Position => (uint)Bits;

    public uint Messages => (uint)((Bits & MessageBits) >> 32);

    public bool IsClosed => (long)Bits < 0;

    /// <summary>The tail after a message was added; of an open ring.</summary>
    public MailboxTail AfterMessage => new(((Bits + OneMessage) & MessageBits) | (uint)(Bits + 1));

    /// <summary>The tail after a note was added; of an open ring.</summary>
    public MailboxTail AfterNote => new((Bits & MessageBits) | (uint)(Bits + 1));

    public MailboxTail Closed => new(Bits | ClosedBit);

    public MailboxTail Opened => new(Bits & ~ClosedBit);

    /// <summary>
    /// Messages added that are not among the taken ones; less than zero when the taken ones were counted later than the tail.
    /// </summary>
    public int Waiting(uint taken) => (int)((Messages - taken) << 1) >> 1;
}

/// <summary>What senders write and what the taker writes, on cache lines of their own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct MailboxRingState
{
    [FieldOffset(128)]
    public ulong Tail;

    [FieldOffset(136)]
    public uint Limit;

    [FieldOffset(256)]
    public uint Head;
}
