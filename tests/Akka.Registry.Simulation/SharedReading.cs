using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;

namespace Akka.Registry.Simulation;

/// <summary>
/// Lets the nodes of one cluster share what they read from the network: immutable values, of which each node would hold its own copy
/// otherwise. What a node decides is the same; hundreds of nodes fit in one process.
/// </summary>
/// <remarks>
/// A frame that goes to several nodes is decoded once. Of equal records, and of the entries that they describe, the first one read
/// stands for all. One thread.
/// </remarks>
internal sealed class SharedReading
{
    private readonly ConditionalWeakTable<byte[], PeerFrame> _frames = [];
    private readonly Dictionary<Dot, MapRecord> _records = [];
    private readonly Codec _codec = new();

    /// <summary>Settings of nodes that share.</summary>
    public RegistryNodeOptions Options() => new()
    {
        Replication = new ReplicationOptions { Decoder = TryDecode },
        Codec = () => _codec,
    };

    private bool TryDecode(Frame frame, out PeerFrame decoded)
    {
        decoded = null!;
        if (frame.Kind != FrameKind.Delta || !MemoryMarshal.TryGetArray(frame.Payload, out var payload))
            return ReplicationCodec.TryDecode(frame, out decoded);
        if (_frames.TryGetValue(payload.Array!, out var known))
        {
            decoded = known;
            return true;
        }

        if (!ReplicationCodec.TryDecode(frame, out decoded))
            return false;
        var delta = (PeerFrame.Delta)decoded;
        var records = new MapRecord[delta.Records.Count];
        for (var i = 0; i < records.Length; i++)
            records[i] = Shared(delta.Records[i]);
        decoded = delta with { Records = records };
        _frames.Add(payload.Array!, decoded);
        return true;
    }

    private MapRecord Shared(MapRecord record)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_records, record.Dot, out var exists);
        if (exists && known!.Key == record.Key && known.Order == record.Order && known.Value.Span.SequenceEqual(record.Value.Span))
            return known;
        record = record with { Key = record.Key with { Service = string.Intern(record.Key.Service) } };
        return exists ? record : known = record;
    }

    private sealed class Codec : InstanceCodec
    {
        private readonly Dictionary<MapRecord, ServiceEntry> _entries = new(ReferenceEqualityComparer.Instance);

        public override bool TryDecode(MapRecord record, out ServiceEntry entry)
        {
            if (_entries.TryGetValue(record, out entry!))
                return true;
            if (!base.TryDecode(record, out entry))
                return false;
            _entries.Add(record, entry);
            return true;
        }
    }
}
