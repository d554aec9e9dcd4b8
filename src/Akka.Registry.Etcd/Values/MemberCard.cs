using System.Text.Json;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;

namespace Akka.Registry.Etcd.Values;

/// <summary>A node as it stands under <c>/registry/nodes/</c>, for as long as its lease lives.</summary>
internal sealed record MemberCard(NodeIdentity Node, MemberState State)
{
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, Node.Name);
            json.WriteString("address"u8, Node.Address.ToString());
            json.WriteString("state"u8, State.ToString().ToLowerInvariant());
            json.WriteString("httpUrl"u8, Node.HttpUrl);
            json.WriteString("zone"u8, Node.Zone);
            json.WriteString("version"u8, Node.Version);
            json.WriteNumber("protocolMax"u8, Node.ProtocolMax);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    public static bool TryRead(NodeUid uid, ReadOnlyMemory<byte> json, out MemberCard card)
    {
        card = null!;
        try
        {
            using var document = JsonDocument.Parse(json);
            var fields = new JsonFields(document.RootElement);
            if (!NodeAddress.TryParse(fields.Text("address") ?? "", out var address)
                || !Enum.TryParse<MemberState>(fields.Text("state"), ignoreCase: true, out var state) || !Enum.IsDefined(state))
                return false;
            card = new MemberCard(
                new NodeIdentity(uid, fields.Text("name") ?? "", address)
                {
                    Zone = fields.Text("zone") ?? "",
                    Version = fields.Text("version") ?? "",
                    HttpUrl = fields.Text("httpUrl") ?? "",
                    ProtocolMax = (int)fields.Whole("protocolMax", (ulong)WireProtocol.Max, int.MaxValue),
                },
                state);
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }
}
