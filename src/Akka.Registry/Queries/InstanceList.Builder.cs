namespace Akka.Registry.Queries;

public sealed partial class InstanceList
{
    /// <summary>Makes the next list by many changes. One thread; the list that it began with stays as it is.</summary>
    /// <remarks>
    /// A chunk is copied, with room to grow, when it is first changed. Entries that come in the order of their ids fill
    /// chunk after chunk; others split a full chunk in two.
    /// </remarks>
    public sealed class Builder
    {
        private readonly List<Chunk> _chunks;

        internal Builder(InstanceList list)
        {
            _chunks = new List<Chunk>(list._chunks.Length + 1);
            foreach (var chunk in list._chunks)
                _chunks.Add(new Chunk(chunk, chunk.Length, Owned: false));
            Count = list.Count;
        }

        /// <summary>Entries now.</summary>
        public int Count { get; private set; }

        /// <summary>The entry of that id, or null.</summary>
        public ServiceEntry? Find(string id)
        {
            var (chunk, index) = Seek(id);
            return index >= 0 ? _chunks[chunk].Items[index] : null;
        }

        /// <summary>Sets the entry, in the place of the one with its id if there is one.</summary>
        /// <returns>The entry that stood there; null for none.</returns>
        public ServiceEntry? Put(ServiceEntry entry)
        {
            if (_chunks.Count == 0)
                _chunks.Add(new Chunk(new ServiceEntry[ChunkEntriesMax], 0, Owned: true));
            var (chunk, index) = Seek(entry.Id);
            if (index >= 0)
            {
                var items = Own(chunk);
                var before = items[index];
                items[index] = entry;
                return before;
            }

            index = ~index;
            if (_chunks[chunk].Length == ChunkEntriesMax)
                (chunk, index) = MakeRoom(chunk, index);
            Insert(chunk, index, entry);
            return null;
        }

        /// <summary>Takes the entry of that id out.</summary>
        /// <returns>The entry that stood there; null for none.</returns>
        public ServiceEntry? Remove(string id)
        {
            var (chunk, index) = Seek(id);
            if (index < 0)
                return null;
            var items = Own(chunk);
            var before = items[index];
            var length = _chunks[chunk].Length - 1;
            Array.Copy(items, index + 1, items, index, length - index);
            items[length] = null!;
            _chunks[chunk] = new Chunk(items, length, Owned: true);
            Count--;
            if (length == 0)
                _chunks.RemoveAt(chunk);
            else if (!TryMergeIntoLeft(chunk))
                TryMergeIntoLeft(chunk + 1);
            return before;
        }

        /// <summary>
        /// The list as it stands. The builder may go on; what it does later does not show in this list.
        /// </summary>
        public InstanceList ToList()
        {
            if (Count == 0)
                return Empty;
            var chunks = new ServiceEntry[_chunks.Count][];
            for (var i = 0; i < chunks.Length; i++)
            {
                var (items, length, _) = _chunks[i];
                chunks[i] = items.Length == length ? items : items[..length];
                _chunks[i] = new Chunk(chunks[i], length, Owned: false);
            }

            return new InstanceList(chunks, Count);
        }

        private (int Chunk, int Index) Seek(string id)
        {
            var low = 1;
            var high = _chunks.Count - 1;
            while (low <= high)
            {
                var middle = (low + high) >>> 1;
                if (string.CompareOrdinal(_chunks[middle].Items[0].Id, id) <= 0)
                    low = middle + 1;
                else
                    high = middle - 1;
            }

            var chunk = low - 1;
            return _chunks.Count == 0 ? (0, -1) : (chunk, IndexIn(_chunks[chunk].Items, _chunks[chunk].Length, id));
        }

        private ServiceEntry[] Own(int chunk)
        {
            var (items, length, owned) = _chunks[chunk];
            if (owned)
                return items;
            var copy = new ServiceEntry[ChunkEntriesMax];
            Array.Copy(items, copy, length);
            _chunks[chunk] = new Chunk(copy, length, Owned: true);
            return copy;
        }

        private void Insert(int chunk, int index, ServiceEntry entry)
        {
            var items = Own(chunk);
            var length = _chunks[chunk].Length;
            Array.Copy(items, index, items, index + 1, length - index);
            items[index] = entry;
            _chunks[chunk] = new Chunk(items, length + 1, Owned: true);
            Count++;
        }

        /// <summary>
        /// Splits a full chunk; one that is full and is added to at the list's end stays full, so that sorted loads
        /// pack.
        /// </summary>
        private (int Chunk, int Index) MakeRoom(int chunk, int index)
        {
            if (index == ChunkEntriesMax && chunk == _chunks.Count - 1)
            {
                _chunks.Add(new Chunk(new ServiceEntry[ChunkEntriesMax], 0, Owned: true));
                return (chunk + 1, 0);
            }

            const int Half = ChunkEntriesMax / 2;
            var left = Own(chunk);
            var right = new ServiceEntry[ChunkEntriesMax];
            Array.Copy(left, Half, right, 0, ChunkEntriesMax - Half);
            Array.Clear(left, Half, ChunkEntriesMax - Half);
            _chunks[chunk] = new Chunk(left, Half, Owned: true);
            _chunks.Insert(chunk + 1, new Chunk(right, ChunkEntriesMax - Half, Owned: true));
            return index <= Half ? (chunk, index) : (chunk + 1, index - Half);
        }

        private bool TryMergeIntoLeft(int chunk)
        {
            if (chunk <= 0 || chunk >= _chunks.Count || _chunks[chunk - 1].Length + _chunks[chunk].Length > MergeEntriesMax)
                return false;
            var left = Own(chunk - 1);
            var (right, length, _) = _chunks[chunk];
            Array.Copy(right, 0, left, _chunks[chunk - 1].Length, length);
            _chunks[chunk - 1] = new Chunk(left, _chunks[chunk - 1].Length + length, Owned: true);
            _chunks.RemoveAt(chunk);
            return true;
        }

        private readonly record struct Chunk(ServiceEntry[] Items, int Length, bool Owned);
    }
}
