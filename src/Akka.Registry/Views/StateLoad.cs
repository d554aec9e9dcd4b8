using System.Runtime.InteropServices;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;

namespace Akka.Registry.Views;

/// <summary>
/// Reads a whole state, some records a turn, so that calls do not wait for all of them. What was there before is shown
/// until it is done.
/// </summary>
/// <param name="state">The state.</param>
/// <param name="codec">Reads entries.</param>
/// <param name="wantsTombstone">Whether the tombstone of a key matters.</param>
internal sealed class StateLoad(MapEvent.State state, InstanceCodec codec, Func<RecordKey, bool> wantsTombstone)
{
    private readonly IEnumerator<MapRecord> _records = state.Records.GetEnumerator();

    /// <summary>The state that is read.</summary>
    public MapEvent.State State => state;

    /// <summary>Entries read so far, by service.</summary>
    public Dictionary<string, List<ServiceEntry>> Services { get; } = new(StringComparer.Ordinal);

    /// <summary>Live records that are no entries this build can read.</summary>
    public List<MapRecord> Unreadable { get; } = [];

    /// <summary>Tombstones that matter.</summary>
    public Dictionary<RecordKey, MapRecord> Tombstones { get; } = [];

    /// <summary>Live records that the state's vector does not cover.</summary>
    public Dictionary<RecordKey, Dot> Beyond { get; } = [];

    /// <summary>Reads on.</summary>
    /// <param name="recordsMax">Records to read at most.</param>
    /// <returns>Whether all are read.</returns>
    public bool Step(int recordsMax)
    {
        for (; recordsMax > 0; recordsMax--)
        {
            if (!_records.MoveNext())
                return true;
            var record = _records.Current;
            if (record.IsLive && !state.Vector.Covers(record.Dot))
                Beyond.Add(record.Key, record.Dot);
            if (!record.IsLive)
            {
                if (wantsTombstone(record.Key))
                    Tombstones[record.Key] = record;
            }
            else if (codec.TryDecode(record, out var entry))
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(Services, entry.Service, out _) ??= []).Add(entry);
            }
            else
            {
                Unreadable.Add(record);
            }
        }

        return false;
    }
}
