using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Akka.Registry.Queries;
using Akka.Registry.Server.Consul.Filters;

namespace Akka.Registry.Server.Consul.Catalog;

/// <summary>An instance of a service as Consul shows it: made of an entry, whichever door it came through.</summary>
internal sealed class CatalogInstance
{
    private IReadOnlyDictionary<string, string>? _meta;
    private IReadOnlyList<CatalogCheck>? _checks;

    /// <summary>Reads an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="node">The node that it is on.</param>
    /// <param name="registry">Where its checks' latest outputs are; null for a sample.</param>
    public CatalogInstance(ServiceEntry entry, CatalogNode node, IServiceRegistry? registry)
    {
        (Entry, Node, Registry) = (entry, node, registry);
        Id = IdOf(entry);
        Address = entry.Metadata.GetValueOrDefault(ConsulMetadata.Address) == ConsulMetadata.OfNode ? "" : entry.Address;
    }

    /// <summary>As the registry has it.</summary>
    public ServiceEntry Entry { get; }

    /// <summary>The node that it is on.</summary>
    public CatalogNode Node { get; }

    /// <summary>Where its checks' latest outputs are.</summary>
    public IServiceRegistry? Registry { get; }

    /// <summary>The service's ID.</summary>
    public string Id { get; }

    /// <summary>Its address; empty where it is the node's.</summary>
    public string Address { get; }

    /// <summary>Its pairs: the entry's, the door's own aside; and its version and zone, where they are said by no pair.</summary>
    public IReadOnlyDictionary<string, string> Meta => _meta ??= MetaOf(Entry);

    /// <summary>The checks of the service itself.</summary>
    public IReadOnlyList<CatalogCheck> Checks => _checks ??= EntryChecks.Of(this);

    /// <summary>The checks that count: the node's, and its own.</summary>
    public IEnumerable<CatalogCheck> AllChecks => Node.Checks.Concat(Checks);

    /// <summary>When it was registered, as an index.</summary>
    public long CreateIndex => CreateIndexOf(Entry);

    /// <summary>When it was last written, as an index.</summary>
    public long ModifyIndex => ModifyIndexOf(Entry);

    /// <summary>Weights.Warning.</summary>
    public int WeightWarning =>
        Entry.Metadata.TryGetValue(ConsulMetadata.WeightWarning, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var weight)
            ? weight
            : 1;

    /// <summary>EnableTagOverride.</summary>
    public bool EnableTagOverride => Entry.Metadata.GetValueOrDefault(ConsulMetadata.EnableTagOverride) == "true";

    /// <summary>Kind.</summary>
    public string Kind => Entry.Metadata.GetValueOrDefault(ConsulMetadata.Kind, "");

    /// <summary>Whether every check passes, the node's included.</summary>
    public bool IsPassing => AllChecks.All(check => check.Status == HealthState.Passing);

    /// <summary>The service's ID of an entry.</summary>
    public static string IdOf(ServiceEntry entry) => entry.Metadata.GetValueOrDefault(ConsulMetadata.Id, entry.Id);

    /// <summary>When an entry was registered, as an index.</summary>
    public static long CreateIndexOf(ServiceEntry entry) =>
        Math.Max(1, RevisionClock.Of(DistributedData.HybridTimestamp.At(entry.RegisteredAt.ToUnixTimeMilliseconds())));

    /// <summary>When an entry was last written, as an index.</summary>
    public static long ModifyIndexOf(ServiceEntry entry) => Math.Max(CreateIndexOf(entry), RevisionClock.Of(entry.Stamp.Time));

    /// <summary>Writes the service as an object of its own.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="hash">The agent's hash of it; null to leave it out.</param>
    /// <param name="isAgents">Whether the agent shows it: with its data center, without indexes.</param>
    public void WriteService(Utf8JsonWriter json, bool isAgents, string? hash = null)
    {
        json.WriteStartObject();
        if (Kind.Length > 0)
            json.WriteString("Kind"u8, Kind);
        json.WriteString("ID"u8, Id);
        json.WriteString("Service"u8, Entry.Service);
        ConsulJson.WriteTexts(json, "Tags", Entry.Tags);
        json.WriteString("Address"u8, Address);
        WriteTaggedAddresses(json, "TaggedAddresses");
        ConsulJson.WritePairs(json, "Meta", Meta);
        json.WriteNumber("Port"u8, Entry.Port);
        WriteWeights(json, "Weights");
        json.WriteBoolean("EnableTagOverride"u8, EnableTagOverride);
        WriteRaw(json, "Proxy", ConsulMetadata.Proxy);
        WriteRaw(json, "Connect", ConsulMetadata.Connect);
        if (isAgents)
        {
            json.WriteString("Datacenter"u8, Node.Datacenter);
        }
        else
        {
            json.WriteNumber("CreateIndex"u8, CreateIndex);
            json.WriteNumber("ModifyIndex"u8, ModifyIndex);
        }

        if (hash is not null)
            json.WriteString("ContentHash"u8, hash);
        json.WriteEndObject();
    }

    /// <summary>Writes it as <c>catalog/service</c> has it: node and service in one object.</summary>
    public void WriteFlat(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        Node.WriteMembers(json, "NodeMeta");
        json.WriteString("ServiceKind"u8, Kind);
        json.WriteString("ServiceID"u8, Id);
        json.WriteString("ServiceName"u8, Entry.Service);
        ConsulJson.WriteTexts(json, "ServiceTags", Entry.Tags);
        json.WriteString("ServiceAddress"u8, Address);
        WriteTaggedAddresses(json, "ServiceTaggedAddresses");
        WriteWeights(json, "ServiceWeights");
        ConsulJson.WritePairs(json, "ServiceMeta", Meta);
        json.WriteNumber("ServicePort"u8, Entry.Port);
        json.WriteBoolean("ServiceEnableTagOverride"u8, EnableTagOverride);
        WriteRaw(json, "ServiceProxy", ConsulMetadata.Proxy);
        WriteRaw(json, "ServiceConnect", ConsulMetadata.Connect);
        json.WriteNumber("CreateIndex"u8, CreateIndex);
        json.WriteNumber("ModifyIndex"u8, ModifyIndex);
        json.WriteEndObject();
    }

    /// <summary>Writes it as <c>health/service</c> has it: node, service and checks.</summary>
    public void WriteHealth(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("Node"u8);
        Node.Write(json);
        json.WritePropertyName("Service"u8);
        WriteService(json, isAgents: false);
        json.WriteStartArray("Checks"u8);
        foreach (var check in AllChecks)
            check.Write(json, isAgents: false);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>As filters of <c>health/service</c> see it.</summary>
    public IFilterable AsHealth() => new Filterable(member => member switch
    {
        "Node" => new FilterValue.Thing(Node),
        "Service" => new FilterValue.Thing(AsService()),
        "Checks" => new FilterValue.Things([.. AllChecks]),
        _ => null,
    });

    /// <summary>As filters of <c>catalog/service</c> see it.</summary>
    public IFilterable AsFlat() => new Filterable(member => member switch
    {
        "NodeMeta" => new FilterValue.Pairs(Node.Meta),
        "ServiceID" => new FilterValue.Text(Id),
        "ServiceName" => new FilterValue.Text(Entry.Service),
        "ServiceTags" => new FilterValue.Texts(Entry.Tags),
        "ServiceAddress" => new FilterValue.Text(Address),
        "ServicePort" => new FilterValue.Number(Entry.Port),
        "ServiceMeta" => new FilterValue.Pairs(Meta),
        "ServiceKind" => new FilterValue.Text(Kind),
        "ServiceEnableTagOverride" => new FilterValue.Flag(EnableTagOverride),
        "ServiceWeights" => Weights(),
        "Meta" => null,
        _ => Node.Select(member),
    });

    /// <summary>As filters of <c>agent/services</c> and of a node's services see it.</summary>
    public IFilterable AsService() => new Filterable(member => member switch
    {
        "ID" => new FilterValue.Text(Id),
        "Service" => new FilterValue.Text(Entry.Service),
        "Tags" => new FilterValue.Texts(Entry.Tags),
        "Address" => new FilterValue.Text(Address),
        "Port" => new FilterValue.Number(Entry.Port),
        "Meta" => new FilterValue.Pairs(Meta),
        "Kind" => new FilterValue.Text(Kind),
        "Datacenter" => new FilterValue.Text(Node.Datacenter),
        "EnableTagOverride" => new FilterValue.Flag(EnableTagOverride),
        "Weights" => Weights(),
        _ => null,
    });

    private static Dictionary<string, string> MetaOf(ServiceEntry entry)
    {
        var meta = new Dictionary<string, string>(entry.Metadata.Count, StringComparer.Ordinal);
        foreach (var (name, text) in entry.Metadata)
        {
            if (!Names.DoorKeys.IsReserved(name))
                meta.Add(name, text);
        }

        if (entry.Version.Length > 0)
            meta.TryAdd("version", entry.Version);
        if (entry.Zone.Length > 0)
            meta.TryAdd("zone", entry.Zone);
        return meta;
    }

    private FilterValue.Thing Weights() => new(new Filterable(member => member switch
    {
        "Passing" => new FilterValue.Number(Entry.Weight),
        "Warning" => new FilterValue.Number(WeightWarning),
        _ => null,
    }));

    private void WriteWeights(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteNumber("Passing"u8, Entry.Weight);
        json.WriteNumber("Warning"u8, WeightWarning);
        json.WriteEndObject();
    }

    /// <summary>As given; else, as Consul does it, what the address itself says.</summary>
    private void WriteTaggedAddresses(Utf8JsonWriter json, string name)
    {
        if (Entry.Metadata.TryGetValue(ConsulMetadata.TaggedAddresses, out var given))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(given, skipInputValidation: false);
            return;
        }

        if (!IPAddress.TryParse(Address, out var ip))
            return;
        var family = ip.AddressFamily == AddressFamily.InterNetwork ? "ipv4" : "ipv6";
        json.WriteStartObject(name);
        foreach (var scope in (ReadOnlySpan<string>)["lan_", "wan_"])
        {
            json.WriteStartObject(scope + family);
            json.WriteString("Address"u8, Address);
            json.WriteNumber("Port"u8, Entry.Port);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteRaw(Utf8JsonWriter json, string name, string key)
    {
        if (!Entry.Metadata.TryGetValue(key, out var raw))
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(raw, skipInputValidation: false);
    }
}

/// <summary>Something whose members are told by a function.</summary>
internal sealed class Filterable(Func<string, FilterValue?> select) : IFilterable
{
    /// <inheritdoc/>
    public FilterValue? Select(string member) => select(member);
}
