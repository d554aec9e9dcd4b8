using Akka.Registry.DistributedData.Tables;

namespace Akka.Registry.DistributedData;

/// <summary>
/// Records by key: 8 bytes a record and its place in the index, since the key stands in the record; a service's name is held once for all
/// its records.
/// </summary>
internal sealed class MapRecordSet
{
    private readonly KeyTable<Slot> _records = new();
    private readonly Dictionary<string, ServiceName> _services = [];

    public int Count => _records.Count;

    /// <summary>The standing record; null when there is none.</summary>
    public MapRecord? Find(RecordKey key) => _records.Find(key) is >= 0 and var slot ? _records[slot].Record : null;

    /// <summary>Says that the key is about to be looked for, one of many.</summary>
    public void Fetch(RecordKey key) => _records.Fetch(key);

    /// <summary>Puts a record in the place of the one of its key.</summary>
    /// <returns>The record as it is held: with the one copy of the service's name.</returns>
    public MapRecord Put(MapRecord record, MapRecord? before)
    {
        if (before is not null)
        {
            record = ReferenceEquals(record.Key, before.Key) ? record : record with { Key = before.Key };
            _records[_records.Find(record.Key)].Record = record;
            return record;
        }

        if (_services.TryGetValue(record.Key.Service, out var name))
        {
            name.Records++;
            if (!ReferenceEquals(name.Text, record.Key.Service))
                record = record with { Key = record.Key with { Service = name.Text } };
        }
        else
        {
            _services.Add(record.Key.Service, new ServiceName(record.Key.Service) { Records = 1 });
        }

        _records[_records.Add(record.Key)].Record = record;
        return record;
    }

    public void Remove(MapRecord record)
    {
        var slot = _records.Find(record.Key);
        _records.Remove(slot);
        _records[slot].Record = null;
        var name = _services[record.Key.Service];
        if (--name.Records == 0)
            _services.Remove(record.Key.Service);
    }

    public MapRecord[] ToArray()
    {
        var all = new MapRecord[_records.Count];
        for (var (slot, next) = (0, 0); slot < _records.Used; slot++)
        {
            if (_records[slot].Record is { } record)
                all[next++] = record;
        }

        return all;
    }

    private struct Slot : IKeyedSlot
    {
        public MapRecord? Record;

        public readonly RecordKey? Key => Record?.Key;
    }

    private sealed class ServiceName(string text)
    {
        public string Text { get; } = text;

        public int Records { get; set; }
    }
}
