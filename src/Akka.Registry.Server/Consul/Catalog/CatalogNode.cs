using System.Text.Json;
using Akka.Registry.Cluster;
using Akka.Registry.Queries;
using Akka.Registry.Server.Consul.Filters;

namespace Akka.Registry.Server.Consul.Catalog;

/// <summary>A node as Consul knows it: a member of the cluster, or an external one that <c>catalog/register</c> named.</summary>
internal sealed class CatalogNode : IFilterable
{
    private static readonly Dictionary<string, string> NoPairs = [];

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its ID, in the form of a UUID; empty for an external node that gave none.</summary>
    public string Id { get; init; } = "";

    /// <summary>Where it is.</summary>
    public required string Address { get; init; }

    /// <summary>The data center.</summary>
    public required string Datacenter { get; init; }

    /// <summary>Addresses by purpose; null for an external node that gave none.</summary>
    public IReadOnlyDictionary<string, string>? TaggedAddresses { get; init; }

    /// <summary>Its pairs.</summary>
    public IReadOnlyDictionary<string, string> Meta { get; init; } = NoPairs;

    /// <summary>Whether it is a member of this cluster.</summary>
    public bool IsMember => Uid is not null;

    /// <summary>The member; null for an external node.</summary>
    public NodeUid? Uid { get; init; }

    /// <summary>When it was first seen, as an index.</summary>
    public long CreateIndex { get; init; } = 1;

    /// <summary>When it was last written, as an index.</summary>
    public long ModifyIndex { get; init; } = 1;

    /// <summary>The node's own checks: a member's serfHealth, and what was registered for no service.</summary>
    public IReadOnlyList<CatalogCheck> Checks => EntryChecks.OfNode(this);

    /// <summary>How the cluster finds a member; null for an external node.</summary>
    public CatalogCheck? Serf { get; init; }

    /// <summary>The entry that bears the node's checks; null for none.</summary>
    public ServiceEntry? Entry { get; init; }

    /// <summary>Where the checks' latest outputs are.</summary>
    public IServiceRegistry? Registry { get; init; }

    /// <inheritdoc/>
    public FilterValue? Select(string member) => member switch
    {
        "ID" => new FilterValue.Text(Id),
        "Node" => new FilterValue.Text(Name),
        "Address" => new FilterValue.Text(Address),
        "Datacenter" => new FilterValue.Text(Datacenter),
        "Meta" => new FilterValue.Pairs(Meta),
        "TaggedAddresses" => new FilterValue.Pairs(TaggedAddresses ?? NoPairs),
        _ => null,
    };

    /// <summary>Writes the node's members into the object that is open, its name and indexes aside.</summary>
    public void WriteMembers(Utf8JsonWriter json, string metaName)
    {
        json.WriteString("ID"u8, Id);
        json.WriteString("Node"u8, Name);
        json.WriteString("Address"u8, Address);
        json.WriteString("Datacenter"u8, Datacenter);
        ConsulJson.WritePairs(json, "TaggedAddresses", TaggedAddresses);
        ConsulJson.WritePairs(json, metaName, IsMember || Meta.Count > 0 ? Meta : null);
    }

    /// <summary>Writes the node as an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteMembers(json, "Meta");
        json.WriteNumber("CreateIndex"u8, CreateIndex);
        json.WriteNumber("ModifyIndex"u8, ModifyIndex);
        json.WriteEndObject();
    }
}

/// <summary>All nodes at one moment. Immutable.</summary>
internal sealed class NodeTable
{
    private readonly Dictionary<NodeUid, CatalogNode> _members = [];
    private readonly Dictionary<string, CatalogNode> _byName = new(StringComparer.Ordinal);
    private readonly IServiceRegistry _registry;
    private readonly string _datacenter;

    /// <summary>Reads the members, and the entries that stand for nodes.</summary>
    /// <param name="view">The members.</param>
    /// <param name="registry">Where the entries are that stand for nodes.</param>
    /// <param name="datacenter">The data center.</param>
    public NodeTable(MembershipView view, IServiceRegistry registry, string datacenter)
    {
        (_registry, _datacenter, View) = (registry, datacenter, view);
        var nodes = Entries = registry.Find(ConsulMetadata.NodesService);
        foreach (var member in view.Members)
        {
            var entry = nodes?.Instances.Find(member.Node.Name);
            var node = OfMember(member, entry);
            _members[member.Node.Uid] = node;
            // Names are unique by custom only, and a node that came back has its old life's name: who lives has it.
            if (member.IsCurrent || (member.State == MemberState.Down && !_byName.ContainsKey(node.Name)))
                _byName[node.Name] = node;
        }

        foreach (var entry in nodes?.Instances ?? InstanceList.Empty)
        {
            if (!_byName.ContainsKey(entry.Id))
                _byName.Add(entry.Id, OfEntry(entry));
        }

        All = [.. _byName.Values.OrderBy(node => node.Name, StringComparer.Ordinal)];
    }

    /// <summary>The members.</summary>
    public MembershipView View { get; }

    /// <summary>The entries that stand for nodes; null for none.</summary>
    public ServiceView? Entries { get; }

    /// <summary>This node.</summary>
    public CatalogNode Self => _members[View.Self.Uid];

    /// <summary>Every node, by name.</summary>
    public IReadOnlyList<CatalogNode> All { get; }

    /// <summary>The node of that name; null for none.</summary>
    public CatalogNode? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The node that an entry is on.</summary>
    public CatalogNode Of(ServiceEntry entry)
    {
        if (entry.Metadata.TryGetValue(ConsulMetadata.Node, out var name))
            return _byName.GetValueOrDefault(name) ?? new CatalogNode { Name = name, Address = entry.Address, Datacenter = _datacenter };
        return _members.GetValueOrDefault(entry.Owner)
            // The owner is forgotten, and nobody has adopted or evicted the entry yet.
            ?? new CatalogNode { Name = entry.Owner.ToString(), Address = entry.Address, Datacenter = _datacenter };
    }

    private CatalogNode OfMember(Member member, ServiceEntry? entry)
    {
        var (name, host) = (member.Node.Name, member.Node.Address.Host);
        var isUp = member.IsCurrent;
        var addresses = new Dictionary<string, string> { ["lan"] = host, ["wan"] = host };
        if (System.Net.IPAddress.TryParse(host, out var ip))
        {
            var family = ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "ipv4" : "ipv6";
            (addresses["lan_" + family], addresses["wan_" + family]) = (host, host);
        }

        var serf = new CatalogCheck
        {
            Node = name,
            CheckId = "serfHealth",
            Name = "Serf Health Status",
            Status = isUp ? HealthState.Passing : HealthState.Critical,
            Output = isUp ? "Agent alive and reachable" : "Agent not live or unreachable",
        };
        return new CatalogNode
        {
            Uid = member.Node.Uid,
            Id = IdOf(member.Node.Uid),
            Name = name,
            Address = host,
            Datacenter = _datacenter,
            TaggedAddresses = addresses,
            Meta = MetaOf(member.Node),
            Serf = serf,
            Entry = entry,
            Registry = _registry,
        };
    }

    private CatalogNode OfEntry(ServiceEntry entry)
    {
        var meta = entry.Metadata;
        return new CatalogNode
        {
            Id = meta.GetValueOrDefault(ConsulMetadata.NodeId, ""),
            Name = entry.Id,
            Address = entry.Address,
            Datacenter = _datacenter,
            TaggedAddresses = meta.TryGetValue(ConsulMetadata.NodeTaggedAddresses, out var addresses) ? ConsulJson.ReadPairs(addresses) : null,
            Meta = meta.TryGetValue(ConsulMetadata.NodeMeta, out var pairs) ? ConsulJson.ReadPairs(pairs) : [],
            CreateIndex = CatalogInstance.CreateIndexOf(entry),
            ModifyIndex = CatalogInstance.ModifyIndexOf(entry),
            Entry = entry,
            Registry = _registry,
        };
    }

    private static Dictionary<string, string> MetaOf(NodeIdentity node)
    {
        var meta = new Dictionary<string, string> { ["consul-network-segment"] = "" };
        if (node.Zone.Length > 0)
            meta["zone"] = node.Zone;
        return meta;
    }

    /// <summary>The uid in the form of a UUID, as clients check it.</summary>
    public static string IdOf(NodeUid uid)
    {
        var hex = uid.Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
        return $"00000000-0000-0000-{hex[..4]}-{hex[4..]}";
    }
}
