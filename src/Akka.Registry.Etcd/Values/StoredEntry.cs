using System.Text.Encodings.Web;
using System.Text.Json;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Values;

/// <summary>An entry as it stands in etcd: JSON that other programs can read and write. The README of this room documents its fields.</summary>
/// <param name="Value">What the registry keeps of it.</param>
/// <param name="Epoch">The instance's epoch.</param>
/// <param name="Owner">The node that holds its lease; <see cref="NodeUid.Outside"/> for what another program has written.</param>
internal sealed record StoredEntry(InstanceValue Value, ulong Epoch, NodeUid Owner)
{
    /// <summary>The epoch of what another program has written without one.</summary>
    public const ulong OutsideEpoch = 1;

    private const ulong DefaultTtlMs = 30_000;
    private const int AddressLengthMax = 255;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonFormatter CheckFormatter = new(JsonFormatter.Settings.Default);
    private static readonly JsonParser CheckParser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>The JSON, as UTF-8.</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            WriteSaid(json);
            WriteJudged(json);
            json.WriteString("registeredAt"u8, DateTimeOffset.FromUnixTimeMilliseconds((long)Value.RegisteredAtMs).UtcDateTime);
            json.WriteNumber("epoch"u8, Epoch);
            if (Owner != NodeUid.Outside)
                json.WriteString("owner"u8, Owner.ToString());
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>Reads what stands in etcd, whoever wrote it.</summary>
    /// <param name="json">Its value.</param>
    /// <param name="entry">What it says.</param>
    /// <param name="problem">Why it is none: no object with an address, or a field is not as documented.</param>
    /// <returns>False when it is none.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> json, out StoredEntry entry, out string problem)
    {
        (entry, problem) = (null!, "");
        try
        {
            using var document = JsonDocument.Parse(json);
            var fields = new JsonFields(document.RootElement);
            var isOutside = !NodeText.TryParse(fields.Text("owner"), out var owner);
            var value = ReadSaid(fields, isOutside);
            ReadJudged(fields, value);
            entry = new StoredEntry(value, fields.Whole("epoch", OutsideEpoch), isOutside ? NodeUid.Outside : owner);
            if (entry.Epoch > 0 && value.Address.Length is > 0 and <= AddressLengthMax)
                return true;
            problem = "it has no 'address' of 1 to 255 characters, or an 'epoch' of 0.";
            return false;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or IOException)
        {
            problem = e.Message;
            return false;
        }
    }

    private void WriteSaid(Utf8JsonWriter json)
    {
        json.WriteString("address"u8, Value.Address);
        json.WriteNumber("port"u8, Value.Port);
        json.WriteString("status"u8, StatusName.Of(Value.Reported));
        if (Value.Methods.Count > 0)
            WriteTexts(json, "methods"u8, Value.Methods);
        if (Value.Tags.Count > 0)
            WriteTexts(json, "tags"u8, Value.Tags);
        if (Value.Metadata.Count > 0)
        {
            json.WriteStartObject("metadata"u8);
            foreach (var (key, text) in Value.Metadata)
                json.WriteString(key, text);
            json.WriteEndObject();
        }

        if (Value.Zone.Length > 0)
            json.WriteString("zone"u8, Value.Zone);
        if (Value.Version.Length > 0)
            json.WriteString("version"u8, Value.Version);
        json.WriteNumber("weight"u8, Value.Weight);
        json.WriteString("ttl"u8, SpanText.Of(Value.TtlMs));
        json.WriteString("deregisterAfter"u8, SpanText.Of(Value.DeregisterAfterMs));
        json.WriteString("lease"u8, Value.NoLease ? "none" : "beats");
        if (Value.Checks.Count == 0)
            return;
        json.WriteStartArray("checks"u8);
        foreach (var check in Value.Checks)
            json.WriteRawValue(CheckFormatter.Format(check));
        json.WriteEndArray();
    }

    private void WriteJudged(Utf8JsonWriter json)
    {
        if (Value.Override != WireInstanceStatus.Unspecified)
            json.WriteString("override"u8, StatusName.Of(Value.Override));
        if (Value.LeaseMissed)
            json.WriteBoolean("silent"u8, true);
        if (Value.Unverified)
            json.WriteBoolean("unverified"u8, true);
        if (Value.Suspect)
            json.WriteBoolean("suspect"u8, true);
    }

    private static InstanceValue ReadSaid(JsonFields fields, bool isOutside)
    {
        var ttl = SpanText.Read(fields.Text("ttl"), DefaultTtlMs);
        var value = new InstanceValue
        {
            Address = fields.Text("address") ?? "",
            Port = (uint)fields.Whole("port", 0, 65_535),
            Reported = StatusName.Read(fields.Text("status"), WireInstanceStatus.Passing),
            Zone = fields.Text("zone") ?? "",
            Version = fields.Text("version") ?? "",
            Weight = (uint)fields.Whole("weight", 1, 65_535),
            TtlMs = ttl,
            DeregisterAfterMs = SpanText.Read(fields.Text("deregisterAfter"), ttl),
            // Who writes straight into the store does not beat at a node.
            NoLease = isOutside || fields.Text("lease") == "none",
            RegisteredAtMs = fields.Moment("registeredAt"),
        };
        value.Methods.AddRange(fields.Texts("methods"));
        value.Tags.AddRange(fields.Texts("tags"));
        foreach (var (key, text) in fields.Pairs("metadata"))
            value.Metadata[key] = text;
        foreach (var check in fields.Items("checks"))
            value.Checks.Add(CheckParser.Parse<WireCheck>(check));
        return value;
    }

    private static void ReadJudged(JsonFields fields, InstanceValue value)
    {
        value.Override = StatusName.Read(fields.Text("override"), WireInstanceStatus.Unspecified);
        value.LeaseMissed = fields.Flag("silent");
        value.Unverified = fields.Flag("unverified");
        value.Suspect = fields.Flag("suspect");
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
