using System.Globalization;
using System.Net;
using System.Text.Json;
using Akka.Registry.Checks;
using Akka.Registry.Server.Consul.Catalog;

namespace Akka.Registry.Server.Consul.Bodies;

/// <summary>A service as a client registers it: what of it an entry has, and the rest as pairs.</summary>
internal sealed record ServiceBody
{
    private const int MetaPairsMax = 64;
    private const int MetaKeyLengthMax = 128;
    private const int MetaValueLengthMax = 512;

    /// <summary>The service's ID.</summary>
    public required string Id { get; init; }

    /// <summary>The service's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its address; empty for the node's.</summary>
    public required string Address { get; init; }

    /// <summary>Its port; 0 for none.</summary>
    public int Port { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Its pairs, and the door's own.</summary>
    public required Dictionary<string, string> Metadata { get; init; }

    /// <summary>Weights.Passing.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Its checks.</summary>
    public IReadOnlyList<CheckDefinition> Checks { get; init; } = [];

    /// <summary>Reads what an agent is told.</summary>
    /// <param name="body">The body.</param>
    /// <param name="nameField">How the name is called: <c>Name</c> at the agent, <c>Service</c> at the catalog.</param>
    /// <exception cref="ConsulException">It cannot be.</exception>
    public static ServiceBody Read(LooseObject body, string nameField)
    {
        var name = body.TextOf(nameField) ?? throw ConsulException.Bad("Missing service name");
        var id = body.TextOf("ID") ?? name;
        var address = body.Text("Address") ?? "";
        if (address is "0.0.0.0" or "::" or "[::]")
            throw ConsulException.Bad("Invalid service address");
        var port = body.Whole("Port") ?? 0;
        if (port is < 0 or > 65_535)
            throw ConsulException.Bad($"Invalid service port {port}: 0 to 65535");
        var metadata = ReadMeta(body);
        var weight = ReadWeights(body, metadata);
        Keep(body, metadata);
        return new ServiceBody
        {
            Id = id,
            Name = name,
            Address = address,
            Port = port,
            // An empty tag says nothing, and an entry cannot have it.
            Tags = [.. body.Texts("Tags").Where(tag => tag.Length > 0)],
            Metadata = metadata,
            Weight = weight,
            Checks = ReadChecks(body, id, name),
        };
    }

    /// <summary>The registration of it.</summary>
    /// <param name="instance">The entry's ID.</param>
    /// <param name="nodeAddress">Where its node is.</param>
    /// <param name="node">The external node; null for this one.</param>
    public Registration ToRegistration(string instance, string nodeAddress, string? node)
    {
        var metadata = new Dictionary<string, string>(Metadata, StringComparer.Ordinal);
        if (instance != Id)
            metadata[ConsulMetadata.Id] = Id;
        if (Address.Length == 0)
            metadata[ConsulMetadata.Address] = ConsulMetadata.OfNode;
        if (node is not null)
            metadata[ConsulMetadata.Node] = node;
        return new Registration
        {
            Service = Name,
            Id = instance,
            Address = Address.Length == 0 ? nodeAddress : Address,
            Port = Port,
            Tags = Tags,
            Metadata = metadata,
            Weight = Weight,
            Lease = LeaseKind.None,
            Checks = Checks,
        };
    }

    private static List<CheckDefinition> ReadChecks(LooseObject body, string id, string name)
    {
        var given = new List<LooseObject>();
        if (body.Object("Check") is { } one && !CheckBody.IsEmpty(one))
            given.Add(one);
        given.AddRange(body.Objects("Checks").Where(check => !CheckBody.IsEmpty(check)));
        var checks = new List<CheckDefinition>();
        for (var i = 0; i < given.Count; i++)
        {
            var checkId = EntryChecks.LeaseId(id) + (given.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $":{i + 1}") : "");
            var check = CheckBody.Read(given[i], checkId, $"Service '{name}' check");
            // As the agent does, which keeps the last one of an ID.
            checks.RemoveAll(known => known.Id == check.Id);
            checks.Add(check);
        }

        return checks;
    }

    private static Dictionary<string, string> ReadMeta(LooseObject body)
    {
        var meta = body.Pairs("Meta");
        if (meta.Count > MetaPairsMax)
            throw ConsulException.Bad($"Invalid Service Meta: Node metadata cannot contain more than {MetaPairsMax} key/value pairs");
        foreach (var (key, value) in meta)
        {
            var wrong = key.Length == 0 ? "Key cannot be blank"
                : key.AsSpan().ContainsAnyExcept(MetaCharacters) ? "Key contains invalid characters"
                : key.Length > MetaKeyLengthMax ? $"Key is too long (limit: {MetaKeyLengthMax} characters)"
                : value.Length > MetaValueLengthMax ? $"Value is too long (limit: {MetaValueLengthMax} characters)"
                : null;
            if (wrong is not null)
                throw ConsulException.Bad($"Invalid Service Meta: Couldn't load metadata pair ('{key}', '{value}'): {wrong}");
        }

        return meta;
    }

    private static readonly System.Buffers.SearchValues<char> MetaCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static int ReadWeights(LooseObject body, Dictionary<string, string> metadata)
    {
        if (body.Object("Weights") is not { } weights)
            return 1;
        var passing = weights.Whole("Passing") ?? 0;
        var warning = weights.Whole("Warning") ?? 0;
        if (passing < 1)
            throw ConsulException.Bad("Invalid Weights: Passing must be greater than 0");
        if (warning < 0)
            throw ConsulException.Bad("Invalid Weights: Warning must be greater or equal than 0");
        if (passing > 65_535 || warning > 65_535)
            throw ConsulException.Bad("Invalid Weights: Passing and Warning must be at most 65535");
        if (warning != 1)
            metadata[ConsulMetadata.WeightWarning] = warning.ToString(CultureInfo.InvariantCulture);
        return passing;
    }

    /// <summary>What an entry has no field for.</summary>
    private static void Keep(LooseObject body, Dictionary<string, string> metadata)
    {
        if (body.Flag("EnableTagOverride"))
            metadata[ConsulMetadata.EnableTagOverride] = "true";
        if (body.TextOf("Kind") is { } kind)
            metadata[ConsulMetadata.Kind] = kind;
        KeepRaw(body, "Proxy", metadata, ConsulMetadata.Proxy);
        KeepRaw(body, "Connect", metadata, ConsulMetadata.Connect);
        if (body.Find("TaggedAddresses") is { ValueKind: JsonValueKind.Object } addresses && addresses.EnumerateObject().Any())
            metadata[ConsulMetadata.TaggedAddresses] = ReadAddresses(addresses);
    }

    private static void KeepRaw(LooseObject body, string field, Dictionary<string, string> metadata, string key)
    {
        if (body.Find(field) is { ValueKind: JsonValueKind.Object } value && value.EnumerateObject().Any())
            metadata[key] = JsonSerializer.Serialize(value, ConsulShapes.Default.JsonElement);
    }

    /// <summary>The addresses as they are shown: spelled as Consul spells them, whatever the client did.</summary>
    private static string ReadAddresses(JsonElement addresses)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            foreach (var tagged in addresses.EnumerateObject())
            {
                var address = new LooseObject(tagged.Value, "TaggedAddresses." + tagged.Name);
                var host = address.Text("Address") ?? "";
                if (IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
                    throw ConsulException.Bad($"Invalid TaggedAddresses.{tagged.Name}.Address");
                json.WriteStartObject(tagged.Name);
                json.WriteString("Address"u8, host);
                json.WriteNumber("Port"u8, address.Whole("Port") ?? 0);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
