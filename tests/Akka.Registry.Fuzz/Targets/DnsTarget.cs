using System.Buffers.Binary;
using System.Text;
using Akka.Registry.Routing;
using Akka.Registry.Server.Dns;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>DNS questions, as a datagram and as a stream brings them.</summary>
internal sealed class DnsTarget() : FuzzTarget("dns")
{
    private static readonly string[] Labels =
    [
        "web", "WEB", "db", "v1", "_web", "_tcp", "_v1", "service", "node", "addr", "dc1", "dc2", "consul", "ns", "1", "0a000007", "in-addr",
            "arpa", "ip6", "x", "query", "a", "b", "é",
    ];

    private static readonly ushort[] Types = [1, 2, 5, 6, 12, 16, 28, 33, 41, 252, 255, 0];

    private readonly byte[] _response = new byte[DnsProtocol.MessageBytesMax];

    private readonly DnsResponder _responder = new(
        new DnsOptions(), LoneNode.Shared.Node.Registry, LoneNode.Shared.Node.Membership, new RoutingRandom(new Random(3)));

    public override IEnumerable<byte[]> Seeds =>
        from name in new[] { "web.service.consul", "_web._v1.service.dc1.consul", "node.node.consul", "0a000007.addr.consul",
            "7.0.0.10.in-addr.arpa", "example.org", "consul" }
        from type in new ushort[] { 1, 33, 255 }
        select Query(name.Split('.'), type, edns: type == 33);

    public override IReadOnlyList<byte[]> Words =>
        [.. Labels.Select(label => (byte[])[(byte)Encoding.UTF8.GetByteCount(label), .. Encoding.UTF8.GetBytes(label)]), [0xC0, 0x0C], [0xC0, 0xFF],
            [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0], [63], [0x80]];

    public override byte[] Make(Random random) => Query(
        [.. Enumerable.Range(0, random.Next(6)).Select(_ => Labels[random.Next(Labels.Length)]), .. random.Next(3) > 0 ? ["service", "consul"]
            : Array.Empty<string>()],
        Types[random.Next(Types.Length)], random.Next(2) == 0);

    public override FuzzOutcome Decode(byte[] input)
    {
        var shape = "";
        var isAnswered = false;
        foreach (var isStream in new[] { false, true })
        {
            var verdict = _responder.Respond(input, isStream, DateTimeOffset.UnixEpoch, _response, out var length);
            if (verdict == DnsVerdict.Answer && (length < DnsProtocol.HeaderBytes || _response[0] != input[0] || _response[1] != input[1] || (
                _response[2] & 0x80) == 0))
                throw new FuzzFinding($"the answer of {length} bytes is none to the question");
            if (verdict == DnsVerdict.Answer && !isStream && length > 8_192)
                throw new FuzzFinding($"the datagram has {length} bytes");
            isAnswered |= verdict == DnsVerdict.Answer;
            shape += verdict == DnsVerdict.Answer ? $"{_response[3] & 0xF} {_response[7] > 0} {_response[2] & 2};" : $"{verdict};";
        }

        return isAnswered ? FuzzOutcome.Read(input, shape) : FuzzOutcome.Refused(shape);
    }

    private static byte[] Query(string[] labels, ushort type, bool edns)
    {
        var bytes = new List<byte> { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte)(edns ? 1 : 0) };
        foreach (var label in labels)
        {
            var text = Encoding.UTF8.GetBytes(label);
            bytes.Add((byte)text.Length);
            bytes.AddRange(text);
        }

        bytes.Add(0);
        var tail = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(tail, type);
        tail[3] = 1;
        bytes.AddRange(tail);
        if (edns)
            bytes.AddRange([0, 0, 41, 0x20, 0, 0, 0, 0, 0, 0, 0]);
        return [.. bytes];
    }
}
