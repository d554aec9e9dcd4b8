namespace Akka.Registry.DistributedData;

/// <summary>One origin's winning records in ascending order of sequence.</summary>
/// <remarks>
/// Runs of at most <see cref="RunMax"/> records: appending is amortised O(1), finding O(log n), removing and inserting O(log n)
/// plus a move within one run. 16 bytes a record when the runs are full: one that follows a full one has room for as many at once; one that
/// thins out is joined with its neighbour.
/// </remarks>
internal sealed class OriginLog
{
    private const int RunMax = 256;

    private readonly List<Run> _runs = [];

    /// <summary>Records held.</summary>
    public int Count { get; private set; }

    /// <summary>The highest sequence held; 0 when there is none.</summary>
    public ulong Last => Count == 0 ? 0 : _runs[^1].Last;

    /// <summary>The lowest sequence held; 0 when there is none.</summary>
    public ulong First => Count == 0 ? 0 : _runs[0].Sequences[0];

    /// <summary>The record of the lowest sequence; null when there is none.</summary>
    public MapRecord? FirstRecord => Count == 0 ? null : _runs[0].Records[0];

    /// <summary>Adds a record; its sequence must not be held yet.</summary>
    public void Add(MapRecord record)
    {
        var sequence = record.Dot.Sequence;
        if (_runs.Count == 0)
            _runs.Add(new Run(4));
        var index = RunOf(sequence);
        var run = _runs[index];
        if (run.Count == RunMax)
        {
            var next = index == _runs.Count - 1 && sequence > run.Last ? new Run(RunMax) : run.SplitOff();
            _runs.Insert(index + 1, next);
            if (next.Count == 0 || sequence > next.Sequences[0])
                run = next;
        }

        run.Insert(record);
        Count++;
    }

    /// <summary>Takes a record out.</summary>
    /// <returns>False when its sequence is not held.</returns>
    public bool Remove(ulong sequence)
    {
        if (Count == 0)
            return false;
        var index = RunOf(sequence);
        var run = _runs[index];
        if (!run.Remove(sequence))
            return false;
        Count--;
        if (run.Count == 0)
            _runs.RemoveAt(index);
        else if (index + 1 < _runs.Count && run.Count + _runs[index + 1].Count <= RunMax / 2)
            JoinWithNext(index);
        return true;
    }

    /// <summary>The record of that sequence; null when it is not held.</summary>
    public MapRecord? Find(ulong sequence)
    {
        if (Count == 0)
            return null;
        var run = _runs[RunOf(sequence)];
        var place = run.PlaceOf(sequence);
        return place < 0 ? null : run.Records[place];
    }

    /// <summary>Appends the records with a sequence above <paramref name="above"/>, up to <paramref name="upTo"/>, in order.</summary>
    public void CopyTo(List<MapRecord> list, ulong above, ulong upTo = ulong.MaxValue)
    {
        if (Last <= above)
            return;
        for (var index = RunOf(above); index < _runs.Count; index++)
        {
            var run = _runs[index];
            for (var place = run.FirstAbove(above); place < run.Count; place++)
            {
                if (run.Sequences[place] > upTo)
                    return;
                list.Add(run.Records[place]!);
            }
        }
    }

    /// <summary>How many records have a sequence above the given one.</summary>
    public int CountAbove(ulong above)
    {
        if (Last <= above)
            return 0;
        var index = RunOf(above);
        var count = _runs[index].Count - _runs[index].FirstAbove(above);
        while (++index < _runs.Count)
            count += _runs[index].Count;
        return count;
    }

    /// <summary>The last run that begins at or below the sequence, or the first one.</summary>
    private int RunOf(ulong sequence)
    {
        int low = 0, high = _runs.Count - 1;
        if (sequence >= _runs[high].Sequences[0])
            return high;
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            if (_runs[middle].Sequences[0] <= sequence)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private void JoinWithNext(int index)
    {
        _runs[index].Append(_runs[index + 1]);
        _runs.RemoveAt(index + 1);
    }

    private sealed class Run(int room)
    {
        public ulong[] Sequences = new ulong[room];
        public MapRecord?[] Records = new MapRecord?[room];
        public int Count;

        public ulong Last => Count == 0 ? 0 : Sequences[Count - 1];

        public int PlaceOf(ulong sequence) => Array.BinarySearch(Sequences, 0, Count, sequence);

        public int FirstAbove(ulong sequence)
        {
            var place = PlaceOf(sequence);
            return place < 0 ? ~place : place + 1;
        }

        public void Insert(MapRecord record)
        {
            var sequence = record.Dot.Sequence;
            var place = Count == 0 || sequence > Last ? Count : ~PlaceOf(sequence);
            if (place < 0)
                throw new InvalidOperationException($"The dot {record.Dot} is held already.");
            Reserve(Count + 1);
            if (place < Count)
            {
                Array.Copy(Sequences, place, Sequences, place + 1, Count - place);
                Array.Copy(Records, place, Records, place + 1, Count - place);
            }

            Sequences[place] = sequence;
            Records[place] = record;
            Count++;
        }

        public bool Remove(ulong sequence)
        {
            var place = PlaceOf(sequence);
            if (place < 0)
                return false;
            Count--;
            Array.Copy(Sequences, place + 1, Sequences, place, Count - place);
            Array.Copy(Records, place + 1, Records, place, Count - place);
            Records[Count] = null;
            return true;
        }

        public Run SplitOff()
        {
            var half = Count / 2;
            var upper = new Run(Count - half);
            Array.Copy(Sequences, half, upper.Sequences, 0, Count - half);
            Array.Copy(Records, half, upper.Records, 0, Count - half);
            Array.Clear(Records, half, Count - half);
            upper.Count = Count - half;
            Count = half;
            return upper;
        }

        public void Append(Run next)
        {
            Reserve(Count + next.Count);
            Array.Copy(next.Sequences, 0, Sequences, Count, next.Count);
            Array.Copy(next.Records, 0, Records, Count, next.Count);
            Count += next.Count;
        }

        private void Reserve(int count)
        {
            if (count <= Sequences.Length)
                return;
            var capacity = Math.Max(count, Math.Min(RunMax, Sequences.Length * 2));
            Array.Resize(ref Sequences, capacity);
            Array.Resize(ref Records, capacity);
        }
    }
}
