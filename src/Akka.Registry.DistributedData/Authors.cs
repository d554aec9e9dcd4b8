using Akka.Registry.Cluster;

namespace Akka.Registry.DistributedData;

/// <summary>What a record says of nodes: very many records say the same, and hold it once.</summary>
/// <param name="StampedBy">Whose stamp orders it.</param>
/// <param name="Origin">Who wrote it.</param>
/// <param name="Life">In which of its lives.</param>
internal sealed record Authors(NodeUid StampedBy, NodeUid Origin, uint Life)
{
    private const int PlacesShift = 64 - 10;

    /// <summary>The latest of each place. Any thread: who loses a race for a place has one of its own, no more.</summary>
    private static readonly Authors?[] Known = new Authors?[1 << (64 - PlacesShift)];

    /// <summary>One that says this.</summary>
    public static Authors Of(NodeUid stampedBy, NodeUid origin, uint life)
    {
        // Multiplicative hashing: Knuth, "The Art of Computer Programming", volume 3, section 6.4.
        ref var known = ref Known[(((stampedBy.Value * 3) + origin.Value + life) * 0x9E3779B97F4A7C15) >> PlacesShift];
        return known is { } latest && latest.StampedBy == stampedBy && latest.Origin == origin && latest.Life == life
            ? latest
            : known = new Authors(stampedBy, origin, life);
    }
}
