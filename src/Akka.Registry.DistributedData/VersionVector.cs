using System.Collections;
using System.Text;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;

namespace Akka.Registry.DistributedData;

/// <summary>One origin's part of a vector.</summary>
/// <param name="Origin">The node incarnation that wrote, and in which life.</param>
/// <param name="Sequence">Up to which of its writes; more than zero.</param>
public readonly record struct VectorEntry(Origin Origin, ulong Sequence);

/// <summary>
/// Per origin, "covered up to s": of every write up to s the holder has the record, or one that superseded it. Immutable.
/// </summary>
public sealed class VersionVector : IEquatable<VersionVector>, IReadOnlyList<VectorEntry>
{
    /// <summary>Origins that a vector from outside may name; a larger one is refused. Two such vectors fit one frame.</summary>
    public const int OriginsMax = 16_384;

    private readonly VectorEntry[] _entries;

    private VersionVector(VectorEntry[] entries) => _entries = entries;

    /// <summary>Covers nothing.</summary>
    public static VersionVector Empty { get; } = new([]);

    /// <summary>Origins of which anything is covered.</summary>
    public int Count => _entries.Length;

    /// <summary>The entry at a place in ascending order of origins.</summary>
    public VectorEntry this[int index] => _entries[index];

    /// <summary>Up to which sequence the origin is covered; 0 for none.</summary>
    public ulong this[Origin origin]
    {
        get
        {
            var index = IndexOf(origin);
            return index < 0 ? 0 : _entries[index].Sequence;
        }
    }

    /// <summary>The vector of a single origin.</summary>
    public static VersionVector Of(Origin origin, ulong sequence) => Empty.With(origin, sequence);

    /// <summary>Whether the write is covered.</summary>
    public bool Covers(Dot dot) => this[dot.Writer] >= dot.Sequence;

    /// <summary>Whether everything that the other covers is covered.</summary>
    public bool Covers(VersionVector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other))
            return true;
        var mine = 0;
        foreach (var entry in other._entries)
        {
            while (mine < _entries.Length && _entries[mine].Origin.CompareTo(entry.Origin) < 0)
                mine++;
            if (mine == _entries.Length || _entries[mine].Origin != entry.Origin || _entries[mine].Sequence < entry.Sequence)
                return false;
        }

        return true;
    }

    /// <summary>What either covers.</summary>
    public VersionVector Merge(VersionVector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Covers(other))
            return this;
        if (other.Covers(this))
            return other;
        var merged = new List<VectorEntry>(Count + other.Count);
        int left = 0, right = 0;
        while (left < Count || right < other.Count)
        {
            var order = left == Count ? 1 : right == other.Count ? -1 : _entries[left].Origin.CompareTo(other._entries[right].Origin);
            merged.Add(order < 0 ? _entries[left] : order > 0 ? other._entries[right]
                : _entries[left].Sequence >= other._entries[right].Sequence ? _entries[left] : other._entries[right]);
            left += order <= 0 ? 1 : 0;
            right += order >= 0 ? 1 : 0;
        }

        return new VersionVector([.. merged]);
    }

    /// <summary>The vector with one origin's sequence set, lower ones included; 0 takes the origin out.</summary>
    public VersionVector With(Origin origin, ulong sequence)
    {
        var index = IndexOf(origin);
        if (sequence == 0)
            return index < 0 ? this : new VersionVector([.. _entries[..index], .. _entries[(index + 1)..]]);
        var entry = new VectorEntry(origin, sequence);
        if (index < 0)
            return new VersionVector([.. _entries[..~index], entry, .. _entries[~index..]]);
        var entries = (VectorEntry[])_entries.Clone();
        entries[index] = entry;
        return new VersionVector(entries);
    }

    /// <summary>The vector as it stands on the wire.</summary>
    public WireVector ToWire()
    {
        var wire = new WireVector();
        wire.Origins.Capacity = wire.Sequences.Capacity = wire.Lives.Capacity = Count;
        foreach (var entry in _entries)
        {
            wire.Origins.Add(entry.Origin.Node.Value);
            wire.Lives.Add(entry.Origin.Life);
            wire.Sequences.Add(entry.Sequence);
        }

        return wire;
    }

    /// <summary>Reads a vector from the wire; an absent one is empty.</summary>
    /// <returns>False when it is not ascending, names no origin or a sequence of 0, or is too large.</returns>
    public static bool TryFromWire(WireVector? wire, out VersionVector vector)
    {
        vector = Empty;
        if (wire is null)
            return true;
        if (wire.Origins.Count != wire.Sequences.Count || wire.Origins.Count != wire.Lives.Count || wire.Origins.Count > OriginsMax)
            return false;
        var entries = new VectorEntry[wire.Origins.Count];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new VectorEntry(new Origin(new NodeUid(wire.Origins[i]), wire.Lives[i]), wire.Sequences[i]);
        return TryFrom(entries, out vector);
    }

    /// <summary>Whether both cover the same.</summary>
    public bool Equals(VersionVector? other) =>
        other is not null && (ReferenceEquals(this, other) || _entries.AsSpan().SequenceEqual(other._entries));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VersionVector);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var entry in _entries)
            hash.Add(entry);
        return hash.ToHashCode();
    }

    /// <summary><c>{origin:sequence, …}</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        foreach (var entry in _entries)
            text.Append(text.Length == 1 ? "" : ", ").Append(entry.Origin).Append(':').Append(entry.Sequence);
        return text.Append('}').ToString();
    }

    /// <inheritdoc/>
    public IEnumerator<VectorEntry> GetEnumerator() => ((IEnumerable<VectorEntry>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    /// <summary>Takes entries that must be ascending and without zeros.</summary>
    internal static bool TryFrom(VectorEntry[] entries, out VersionVector vector)
    {
        vector = Empty;
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Origin.Node.IsNone || entries[i].Origin.Life == 0 || entries[i].Sequence == 0)
                return false;
            if (i > 0 && entries[i - 1].Origin.CompareTo(entries[i].Origin) >= 0)
                return false;
        }

        vector = entries.Length == 0 ? Empty : new VersionVector(entries);
        return true;
    }

    private int IndexOf(Origin origin)
    {
        int low = 0, high = _entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = _entries[middle].Origin.CompareTo(origin);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }
}
