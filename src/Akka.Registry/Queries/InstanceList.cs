using System.Collections;

namespace Akka.Registry.Queries;

/// <summary>
/// Entries sorted by id (ordinal), persistent: a change copies one small chunk, whatever the number of entries.
/// </summary>
/// <remarks>
/// Two levels: a top array of chunks of at most <see cref="ChunkEntriesMax"/> entries, none of them empty. A change
/// copies one chunk (two where chunks split or merge) and the top array, and shares everything else with the list that
/// it was made from.
/// </remarks>
public sealed partial class InstanceList : IReadOnlyCollection<ServiceEntry>
{
    /// <summary>Entries in one chunk at most: 2 KiB of references, small enough to copy for each change.</summary>
    internal const int ChunkEntriesMax = 256;

    /// <summary>
    /// Neighbours that together hold no more than this become one chunk, so that removals leave no dust.
    /// </summary>
    internal const int MergeEntriesMax = ChunkEntriesMax / 2;

    private readonly ServiceEntry[][] _chunks;

    private InstanceList(ServiceEntry[][] chunks, int count) => (_chunks, Count) = (chunks, count);

    /// <summary>Holds nothing.</summary>
    public static InstanceList Empty { get; } = new([], 0);

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>Chunks that it consists of.</summary>
    internal int ChunkCount => _chunks.Length;

    /// <summary>The list of these entries, in any order; of two with one id the later one stands.</summary>
    public static InstanceList From(IEnumerable<ServiceEntry> entries)
    {
        var builder = Empty.ToBuilder();
        foreach (var entry in entries)
            builder.Put(entry);
        return builder.ToList();
    }

    /// <summary>The entry of that id, or null.</summary>
    public ServiceEntry? Find(string id)
    {
        if (!Seek(id, out var chunk, out var index))
            return null;
        return _chunks[chunk][index];
    }

    /// <summary>The list with this entry, in the place of the one with its id if there is one.</summary>
    public InstanceList With(ServiceEntry entry)
    {
        var found = Seek(entry.Id, out var chunk, out var index);
        if (_chunks.Length == 0)
            return new InstanceList([[entry]], 1);
        var old = _chunks[chunk];
        if (found)
        {
            var replaced = (ServiceEntry[])old.Clone();
            replaced[index] = entry;
            return new InstanceList(ReplaceChunks(chunk, 1, replaced), Count);
        }

        var grown = new ServiceEntry[old.Length + 1];
        Array.Copy(old, grown, index);
        grown[index] = entry;
        Array.Copy(old, index, grown, index + 1, old.Length - index);
        var chunks = grown.Length <= ChunkEntriesMax
            ? ReplaceChunks(chunk, 1, grown)
            : ReplaceChunks(chunk, 1, grown[..(grown.Length / 2)], grown[(grown.Length / 2)..]);
        return new InstanceList(chunks, Count + 1);
    }

    /// <summary>The list without the entry of that id; the same list when there is none.</summary>
    public InstanceList Without(string id)
    {
        if (!Seek(id, out var chunk, out var index))
            return this;
        if (Count == 1)
            return Empty;
        var old = _chunks[chunk];
        if (old.Length == 1)
            return new InstanceList(ReplaceChunks(chunk, 1), Count - 1);
        var shrunk = new ServiceEntry[old.Length - 1];
        Array.Copy(old, shrunk, index);
        Array.Copy(old, index + 1, shrunk, index, shrunk.Length - index);
        ServiceEntry[][] chunks;
        if (chunk > 0 && _chunks[chunk - 1].Length + shrunk.Length <= MergeEntriesMax)
            chunks = ReplaceChunks(chunk - 1, 2, [.. _chunks[chunk - 1], .. shrunk]);
        else if (chunk + 1 < _chunks.Length && _chunks[chunk + 1].Length + shrunk.Length <= MergeEntriesMax)
            chunks = ReplaceChunks(chunk, 2, [.. shrunk, .. _chunks[chunk + 1]]);
        else
            chunks = ReplaceChunks(chunk, 1, shrunk);
        return new InstanceList(chunks, Count - 1);
    }

    /// <summary>Many changes at once: each touched chunk is copied once, not once a change.</summary>
    public Builder ToBuilder() => new(this);

    /// <summary>
    /// Entries from the first id that is greater than <paramref name="afterId"/>; all for null. For paging.
    /// </summary>
    public IEnumerable<ServiceEntry> After(string? afterId)
    {
        var chunk = 0;
        var index = 0;
        if (afterId is not null && Seek(afterId, out chunk, out index))
            index++;
        for (; chunk < _chunks.Length; chunk++, index = 0)
        {
            for (; index < _chunks[chunk].Length; index++)
                yield return _chunks[chunk][index];
        }
    }

    /// <summary>All entries by id, without an allocation.</summary>
    public Enumerator GetEnumerator() => new(_chunks);

    IEnumerator<ServiceEntry> IEnumerable<ServiceEntry>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Where the id stands, or where it would: in the last chunk that does not begin after it.</summary>
    private bool Seek(string id, out int chunk, out int index)
    {
        (chunk, index) = (0, 0);
        if (_chunks.Length == 0)
            return false;
        chunk = LastChunkNotAfter(id);
        index = IndexIn(_chunks[chunk], _chunks[chunk].Length, id);
        if (index >= 0)
            return true;
        index = ~index;
        return false;
    }

    private int LastChunkNotAfter(string id)
    {
        var low = 1;
        var high = _chunks.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (string.CompareOrdinal(_chunks[middle][0].Id, id) <= 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return low - 1;
    }

    private static int IndexIn(ServiceEntry[] chunk, int length, string id)
    {
        var low = 0;
        var high = length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(chunk[middle].Id, id);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }

    private ServiceEntry[][] ReplaceChunks(int at, int removed, params ReadOnlySpan<ServiceEntry[]> inserted)
    {
        var chunks = new ServiceEntry[_chunks.Length - removed + inserted.Length][];
        Array.Copy(_chunks, chunks, at);
        inserted.CopyTo(chunks.AsSpan(at));
        Array.Copy(_chunks, at + removed, chunks, at + inserted.Length, _chunks.Length - at - removed);
        return chunks;
    }

    /// <summary>Walks the entries by id.</summary>
    public struct Enumerator : IEnumerator<ServiceEntry>
    {
        private readonly ServiceEntry[][] _chunks;
        private int _chunk;
        private int _index;

        internal Enumerator(ServiceEntry[][] chunks) => (_chunks, _chunk, _index) = (chunks, 0, -1);

        /// <inheritdoc/>
        public readonly ServiceEntry Current => _chunks[_chunk][_index];

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            if (_chunk >= _chunks.Length)
                return false;
            if (++_index < _chunks[_chunk].Length)
                return true;
            _chunk++;
            _index = 0;
            return _chunk < _chunks.Length;
        }

        /// <inheritdoc/>
        public void Reset() => (_chunk, _index) = (0, -1);

        /// <inheritdoc/>
        public readonly void Dispose() { }
    }
}
