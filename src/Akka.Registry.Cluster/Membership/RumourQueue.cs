using System.Collections.Immutable;

namespace Akka.Registry.Cluster.Membership;

/// <summary>Rumours on their way: the latest one about each member, until it was passed on often enough.</summary>
internal sealed class RumourQueue(int bytesMax)
{
    // Rumours that a message may have no room for before the search for smaller ones is given up.
    private const int MisfitsMax = 8;

    private readonly Dictionary<NodeUid, Entry> _byMember = [];
    private readonly SortedSet<Entry> _order = new(FewestTransmitsFirst.Instance);
    private readonly List<Entry> _taken = [];
    private long _next;

    public int Count => _byMember.Count;

    /// <summary>Queues a rumour in place of an older one about the same member.</summary>
    public void Add(Rumour rumour)
    {
        if (_byMember.Remove(rumour.Node.Uid, out var older))
            _order.Remove(older);
        var entry = new Entry(rumour, SwimCodec.WireBytes(rumour), Transmits: 0, Order: _next++);
        _byMember.Add(rumour.Node.Uid, entry);
        _order.Add(entry);
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
        var rumours = ImmutableArray.CreateBuilder<Rumour>();
        var bytesLeft = bytesMax;
        if (first is not null)
        {
            rumours.Add(first);
            bytesLeft -= SwimCodec.WireBytes(first);
        }

        Choose(bytesLeft, first?.Node.Uid ?? default);
        foreach (var entry in _taken)
        {
            rumours.Add(entry.Rumour);
            Transmitted(entry, transmitLimit);
        }

        return rumours.ToImmutable();
    }

    private void Choose(int bytesLeft, NodeUid except)
    {
        _taken.Clear();
        var misfits = 0;
        foreach (var entry in _order)
        {
            if (entry.Rumour.Node.Uid == except)
                continue;
            if (entry.Bytes <= bytesLeft)
            {
                bytesLeft -= entry.Bytes;
                _taken.Add(entry);
            }
            else if (++misfits == MisfitsMax)
            {
                return;
            }
        }
    }

    private void Transmitted(Entry entry, int transmitLimit)
    {
        _order.Remove(entry);
        _byMember.Remove(entry.Rumour.Node.Uid);
        if (entry.Transmits + 1 >= transmitLimit)
            return;
        var again = entry with { Transmits = entry.Transmits + 1 };
        _byMember.Add(entry.Rumour.Node.Uid, again);
        _order.Add(again);
    }

    private sealed record Entry(Rumour Rumour, int Bytes, int Transmits, long Order);

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
