using Akka.Registry.Actors;
using Akka.Registry.DistributedData.Tables;

namespace Akka.Registry.Leases;

/// <summary>A hierarchical timing wheel over small numbers: schedule, cancel and pop in constant time.</summary>
/// <remarks>
/// Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987), scheme 7. A tick is 2^21 × 100 ns (about 210
/// ms); four levels of 256 buckets reach 53.7 s, 3.8 h, 40 days and 28 years. The wheel says who may be due: it pops
/// what is due within the tick that has begun, so whoever pops compares the exact time and schedules again what is
/// early. Buckets are intrusive lists: 8 bytes a number.
/// </remarks>
internal sealed class TimingWheel
{
    private const int TickShift = 21;
    private const int LevelShift = 8;
    private const int LevelBuckets = 1 << LevelShift;
    private const int Levels = 4;
    private const int None = -1;

    /// <summary>
    /// Stands in <see cref="Link.Previous"/> of what is in no bucket. The first of a bucket has the bucket's complement
    /// there.
    /// </summary>
    private const int Unscheduled = int.MinValue;

    private readonly int[] _heads = new int[Levels * LevelBuckets];
    private readonly PagedArray<Link> _links = new();
    private long _tick;
    private int _popped = None;

    public TimingWheel(Instant start)
    {
        Array.Fill(_heads, None);
        _tick = start.Ticks >> TickShift;
    }

    /// <summary>Bytes of its arrays.</summary>
    public long Bytes => _links.Bytes + (_heads.Length * (long)sizeof(int));

    /// <summary>Makes room for the numbers below this one.</summary>
    public void EnsureCapacity(int numbers)
    {
        var known = _links.Capacity;
        _links.EnsureCapacity(numbers);
        for (var i = known; i < _links.Capacity; i++)
            _links[i] = new Link { Next = None, Previous = Unscheduled };
    }

    /// <summary>
    /// Lets the number pop once <paramref name="due"/> is reached, instead of whenever it would have.
    /// </summary>
    public void Schedule(int number, Instant due)
    {
        Cancel(number);
        var tick = Math.Max(_tick, due.Ticks >> TickShift);
        var ahead = tick - _tick;
        var level = 0;
        while (level < Levels - 1 && ahead >= 1L << (LevelShift * (level + 1)))
            level++;

        // What lies beyond the last level is parked at its far end, and placed anew from there.
        if (ahead >= 1L << (LevelShift * Levels))
            tick = _tick + (1L << (LevelShift * Levels)) - 1;
        Insert(number, BucketOf(level, tick >> (LevelShift * level)));
    }

    /// <summary>Lets the number not pop.</summary>
    public void Cancel(int number)
    {
        ref var link = ref _links[number];
        if (link.Previous == Unscheduled)
            return;
        if (link.Previous >= 0)
            _links[link.Previous].Next = link.Next;
        else
            _heads[~link.Previous] = link.Next;
        if (link.Next != None)
            _links[link.Next].Previous = link.Previous;
        link = new Link { Next = None, Previous = Unscheduled };
    }

    /// <summary>
    /// Moves to <paramref name="now"/> and gathers what may be due, for <see cref="TryPop"/>. However far the jump, no
    /// bucket is seen twice. All must be popped before the next call; time that went back changes nothing.
    /// </summary>
    public void Advance(Instant now)
    {
        var to = Math.Max(_tick, now.Ticks >> TickShift);
        for (var level = 0; level < Levels; level++)
        {
            // The bucket of the current tick is gathered each time: it holds what is due within the tick, after the
            // last call.
            var first = (_tick >> (LevelShift * level)) + (level == 0 ? 0 : 1);
            var last = to >> (LevelShift * level);
            var buckets = Math.Min(last - first + 1, LevelBuckets);
            for (var i = 0; i < buckets; i++)
                Gather(BucketOf(level, first + i));
        }

        _tick = to;
    }

    /// <summary>
    /// Takes one of those gathered. It is in the wheel no more; the caller may schedule it again at once.
    /// </summary>
    public bool TryPop(out int number)
    {
        number = _popped;
        if (number == None)
            return false;
        ref var link = ref _links[number];
        _popped = link.Next;
        link.Next = None;
        return true;
    }

    private static int BucketOf(int level, long levelTick) => (level << LevelShift) | (int)(levelTick & (LevelBuckets - 1));

    private void Insert(int number, int bucket)
    {
        var next = _heads[bucket];
        _links[number] = new Link { Next = next, Previous = ~bucket };
        if (next != None)
            _links[next].Previous = number;
        _heads[bucket] = number;
    }

    private void Gather(int bucket)
    {
        var number = _heads[bucket];
        _heads[bucket] = None;
        while (number != None)
        {
            ref var link = ref _links[number];
            var next = link.Next;
            link = new Link { Next = _popped, Previous = Unscheduled };
            _popped = number;
            number = next;
        }
    }

    private struct Link
    {
        public int Next;
        public int Previous;
    }
}
