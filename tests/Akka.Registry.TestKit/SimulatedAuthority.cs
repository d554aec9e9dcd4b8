using System.Buffers.Binary;
using System.Text;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Signing;

namespace Akka.Registry.TestKit;

/// <summary>
/// What certificates and keys are to a cluster, cheap and the same for the same seed: it knows which uid was made for which name.
/// </summary>
public sealed class SimulatedAuthority
{
    private readonly Dictionary<NodeUid, string> _names = [];

    /// <summary>A node's own signing.</summary>
    public IRecordSigning Issue(NodeIdentity node)
    {
        ArgumentNullException.ThrowIfNull(node);
        _names[node.Uid] = node.Name;
        return new SimulatedSigning(this, node.Uid);
    }

    /// <summary>What a passport says; it holds only when the uid was made for the name.</summary>
    public static ReadOnlyMemory<byte> Passport(NodeUid uid, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var passport = new byte[8 + Encoding.UTF8.GetByteCount(name)];
        BinaryPrimitives.WriteUInt64BigEndian(passport, uid.Value);
        Encoding.UTF8.GetBytes(name, passport.AsSpan(8));
        return passport;
    }

    /// <summary>A signature of the record by the key of <paramref name="signer"/>.</summary>
    public static ReadOnlyMemory<byte> Sign(NodeUid signer, MapRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        ulong hash = 14_695_981_039_346_656_037;
        var (key, order, dot) = (record.Key, record.Order, record.Dot);
        Add($"{signer}|{key.Service}|{key.Instance}|{order.Epoch}|{order.Deregistered}|{order.Stamp.Time.Value}|{order.Stamp.Node}|{order.Evicted}");
        Add($"|{dot.Origin}|{dot.Life}|{dot.Sequence}|{Convert.ToHexString(record.Value.Span)}");
        var signature = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(signature, hash);
        return signature;

        void Add(string text)
        {
            foreach (var letter in text)
                hash = (hash ^ letter) * 1_099_511_628_211;
        }
    }

    private sealed class SimulatedSigning : IRecordSigning
    {
        private readonly SimulatedAuthority _authority;
        private readonly NodeUid _self;
        private readonly Dictionary<NodeUid, string> _known = [];

        public SimulatedSigning(SimulatedAuthority authority, NodeUid self)
        {
            (_authority, _self) = (authority, self);
            _known.Add(self, authority._names[self]);
        }

        public IReadOnlyList<ReadOnlyMemory<byte>> Passports => [.. _known.Select(known => Passport(known.Key, known.Value))];

        public ReadOnlyMemory<byte> Sign(MapRecord record) => SimulatedAuthority.Sign(_self, record);

        public SignatureVerdict Verify(MapRecord record) =>
            record.Signature.IsEmpty ? SignatureVerdict.Unsigned
            : !_known.ContainsKey(record.Dot.Origin) ? SignatureVerdict.NoPassport
            : record.Signature.SequenceEqual(SimulatedAuthority.Sign(record.Dot.Origin, record).Span) ? SignatureVerdict.Valid
            : SignatureVerdict.Wrong;

        public void Admit(ReadOnlyMemory<byte> passport)
        {
            if (passport.Length <= 8)
                return;
            var uid = new NodeUid(BinaryPrimitives.ReadUInt64BigEndian(passport.Span));
            var name = Encoding.UTF8.GetString(passport.Span[8..]);
            if (_authority._names.TryGetValue(uid, out var genuine) && genuine == name)
                _known.TryAdd(uid, name);
        }

        public ReadOnlyMemory<byte> PassportOf(NodeUid origin) => _known.TryGetValue(origin, out var name) ? Passport(origin, name) : default;

        public bool IsBearer(NodeIdentity node) => _known.TryGetValue(node.Uid, out var name) && name == node.Name;

        public void Forget(Func<NodeUid, bool> isNeeded)
        {
            foreach (var uid in _known.Keys.Where(uid => uid != _self && !isNeeded(uid)).ToList())
                _known.Remove(uid);
        }
    }
}
