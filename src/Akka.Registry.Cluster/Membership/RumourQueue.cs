using System.Collections.Immutable;

namespace Akka.Registry.Cluster.Membership;

/// <summary>Rumours on their way: the latest one about each member, until it was passed on often enough.</summary>
internal sealed class RumourQueue(int bytesMax)
{
    // Rumours that a message may have no room for before the search for smaller ones is given up.
    private const int MisfitsMax = 8;

    private readonly Dictionary<NodeUid, Entry> _byMember = [];

    // In the order in which they are taken.
    private readonly List<Entry> _order = [];
    private readonly List<Entry> _taken = [];
    private long _next;

    public int Count => _byMember.Count;

    /// <summary>Queues a rumour in place of an older one about the same member.</summary>
    public void Add(Rumour rumour)
    {
        if (_byMember.Remove(rumour.Node.Uid, out var older))
            _order.RemoveAt(_order.BinarySearch(older, FewestTransmitsFirst.Instance));
        var entry = new Entry(rumour, SwimCodec.WireBytes(rumour), _next++);
        _byMember.Add(rumour.Node.Uid, entry);
        Insert(entry);
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        _byMember.Clear();
        _order.Clear();
    }

    /// <summary>
    /// Takes what one message carries: fewest transmits first, among those the latest first, within the limit of bytes.
    /// </summary>
    /// <param name="transmitLimit">Times that a rumour is passed on in all.</param>
    /// <param name="first">
    /// What the message has to carry in any case; it counts against the bytes, not against the limit.
    /// </param>
    public ImmutableArray<Rumour> Take(int transmitLimit, Rumour? first = null)
    {
        if (_order.Count == 0)
            return first is null ? [] : [first];
        var bytesLeft = bytesMax - (first is null ? 0 : SwimCodec.WireBytes(first));
        Choose(bytesLeft, first?.Node.Uid ?? default);
        var rumours = ImmutableArray.CreateBuilder<Rumour>(_taken.Count + (first is null ? 0 : 1));
        if (first is not null)
            rumours.Add(first);
        foreach (var entry in _taken)
        {
            rumours.Add(entry.Rumour);
            if (++entry.Transmits >= transmitLimit)
                _byMember.Remove(entry.Rumour.Node.Uid);
            else
                Insert(entry);
        }

        return rumours.MoveToImmutable();
    }

    // Moves what the message has room for from the order to the taken ones.
    private void Choose(int bytesLeft, NodeUid except)
    {
        _taken.Clear();
        var misfits = 0;
        var (read, kept) = (0, 0);
        for (; read < _order.Count && misfits < MisfitsMax; read++)
        {
            var entry = _order[read];
            var isWanted = entry.Rumour.Node.Uid != except;
            if (isWanted && entry.Bytes <= bytesLeft)
            {
                bytesLeft -= entry.Bytes;
                _taken.Add(entry);
                continue;
            }

            if (isWanted)
                misfits++;
            _order[kept++] = entry;
        }

        _order.RemoveRange(kept, read - kept);
    }

    private void Insert(Entry entry) => _order.Insert(~_order.BinarySearch(entry, FewestTransmitsFirst.Instance), entry);

    private sealed class Entry(Rumour rumour, int bytes, long order)
    {
        public Rumour Rumour { get; } = rumour;

        public int Bytes { get; } = bytes;

        public long Order { get; } = order;

        public int Transmits { get; set; }
    }

    private sealed class FewestTransmitsFirst : IComparer<Entry>
    {
        public static FewestTransmitsFirst Instance { get; } = new();

        public int Compare(Entry? x, Entry? y)
        {
            var transmits = x!.Transmits.CompareTo(y!.Transmits);
            return transmits != 0 ? transmits : y.Order.CompareTo(x.Order);
        }
    }
}
