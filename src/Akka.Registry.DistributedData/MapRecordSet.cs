using System.Diagnostics.CodeAnalysis;

namespace Akka.Registry.DistributedData;

/// <summary>
/// Records by key. 16 bytes a slot, since the key stands in the record; a service's name is held once for all its
/// records.
/// </summary>
internal sealed class MapRecordSet
{
    private readonly HashSet<MapRecord> _records = new(ByKey.Instance);
    private readonly HashSet<MapRecord>.AlternateLookup<RecordKey> _byKey;
    private readonly Dictionary<string, ServiceName> _services = [];

    public MapRecordSet() => _byKey = _records.GetAlternateLookup<RecordKey>();

    public int Count => _records.Count;

    /// <summary>The standing record; null when there is none.</summary>
    public MapRecord? Find(RecordKey key) => _byKey.TryGetValue(key, out var record) ? record : null;

    /// <summary>Puts a record in the place of the one of its key.</summary>
    /// <returns>The record as it is held: with the one copy of the service's name.</returns>
    public MapRecord Put(MapRecord record, MapRecord? before)
    {
        if (before is not null)
        {
            _records.Remove(before);
            record = ReferenceEquals(record.Key, before.Key) ? record : record with { Key = before.Key };
        }
        else if (_services.TryGetValue(record.Key.Service, out var name))
        {
            name.Records++;
            if (!ReferenceEquals(name.Text, record.Key.Service))
                record = record with { Key = record.Key with { Service = name.Text } };
        }
        else
        {
            _services.Add(record.Key.Service, new ServiceName(record.Key.Service) { Records = 1 });
        }

        _records.Add(record);
        return record;
    }

    public void Remove(MapRecord record)
    {
        _records.Remove(record);
        var name = _services[record.Key.Service];
        if (--name.Records == 0)
            _services.Remove(record.Key.Service);
    }

    public MapRecord[] ToArray()
    {
        var all = new MapRecord[_records.Count];
        _records.CopyTo(all);
        return all;
    }

    private sealed class ServiceName(string text)
    {
        public string Text { get; } = text;

        public int Records { get; set; }
    }

    private sealed class ByKey : IEqualityComparer<MapRecord>, IAlternateEqualityComparer<RecordKey, MapRecord>
    {
        public static ByKey Instance { get; } = new();

        public bool Equals(MapRecord? x, MapRecord? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && x.Key.Equals(y.Key));

        public int GetHashCode([DisallowNull] MapRecord obj) => GetHashCode(obj.Key);

        public bool Equals(RecordKey alternate, MapRecord other) => alternate.Equals(other.Key);

        public int GetHashCode(RecordKey alternate) => alternate.GetHashCode();

        public MapRecord Create(RecordKey alternate) => throw new NotSupportedException("A key alone makes no record.");
    }
}
